import { expect, it } from 'vitest';
import { withDefaults, refusalOf } from '../../../src/kinds/limit-range/limits.ts';
import type { LimitRangeObject } from '../../../src/kinds/limit-range/resource.ts';
import type { ApiClient } from '../api-client.ts';
import type { Cluster } from '../clusters.ts';
import { TestNamespace } from '../test-namespace.ts';

type Amounts = Readonly<Record<string, string>>;
type Container = { readonly requests?: Amounts; readonly limits?: Amounts };

const ranges: Readonly<Record<string, readonly object[]>> = {
  maximum: [{ type: 'Container', max: { memory: '1Gi', cpu: '2' } }],
  minimum: [{ type: 'Container', min: { memory: '128Mi' } }],
  defaults: [{ type: 'Container', default: { memory: '512Mi' }, defaultRequest: { memory: '256Mi' } }],
  ratio: [{ type: 'Container', maxLimitRequestRatio: { cpu: '2' } }],
  pod: [{ type: 'Pod', max: { cpu: '1' }, min: { cpu: '100m' }, maxLimitRequestRatio: { memory: '3' } }],
  claims: [{ type: 'PersistentVolumeClaim', max: { storage: '1Gi' } }],
};

const containers: Readonly<Record<string, Container>> = {
  nothing: {},
  small: { requests: { cpu: '500m', memory: '256Mi' }, limits: { cpu: '1', memory: '512Mi' } },
  'small without limits': { requests: { cpu: '500m', memory: '256Mi' } },
  tiny: { requests: { cpu: '1m', memory: '1Mi' }, limits: { cpu: '1', memory: '1Gi' } },
  'exactly the maximum': { requests: { cpu: '2', memory: '1Gi' }, limits: { cpu: '2', memory: '1Gi' } },
  'one byte more': { requests: { cpu: '2', memory: '1073741825' } },
  'one limit': { limits: { memory: '2Gi' } },
  bursting: { requests: { cpu: '100m', memory: '512Mi' }, limits: { cpu: '201m', memory: '512Mi' } },
};

/** Returns whether the API server admits a pod, and why not. The service account of the pod does not have to exist. */
async function admission(team: TestNamespace, api: ApiClient, container: Container): Promise<string> {
  const pod = { containers: [{ name: 'main', image: 'i', resources: container }], automountServiceAccountToken: false };
  const manifest = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'sized' }, spec: pod };
  const { code, body } = await api.post(`${team.pathTo('pods')}?dryRun=All`, manifest);
  return code === 201 ? 'admitted' : `${code} ${String(body.message)}`;
}

export function limitRanges(cluster: () => Cluster): void {
  it('predicts which pods the API server refuses because of a limit range', async ({ skip }) => {
    skip(cluster().name === 'simulator', 'the simulator admits pods whatever the limit ranges are');
    for (const [name, limits] of Object.entries(ranges)) {
      const { api } = cluster();
      const team = await TestNamespace.in(cluster());
      const manifest = { apiVersion: 'v1', kind: 'LimitRange', metadata: { name }, spec: { limits } };
      const range = (await api.create(team.pathTo('limitranges'), manifest)) as unknown as LimitRangeObject;
      const predicted = (container: Container) =>
        refusalOf([range], withDefaults([range], amountsOf(container))) ?? 'admitted';
      for (const [title, container] of Object.entries(containers)) {
        const answer = await admission(team, api, container);
        expect(predicted(container) === 'admitted', `${title}, with a ${name}: ${answer}`).toBe(answer === 'admitted');
      }
    }
  });
}

/** Returns the amounts as the API server completes them: a request that is missing is the limit. */
function amountsOf({ requests = {}, limits = {} }: Container) {
  return { requests: { ...limits, ...requests }, limits };
}
