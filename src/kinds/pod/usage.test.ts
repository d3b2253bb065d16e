import { expect, it } from 'vitest';
import { limitedGateway } from '../../../test/support/limited-gateway.ts';
import { namespace, workspace } from '../../../test/support/manifests.ts';
import { WORKSPACE_NB } from '../../../test/support/workspace-query.ts';
import { podOf } from '../../../test/support/pods.ts';
import { startTestGateway, type SimulatedGateway, type TestGateway } from '../../../test/support/test-gateway.ts';
import { POD_METRICS } from '../../../dev/simulator/aggregated-resource.ts';
import type { Manifest } from '../../../dev/simulator/api-object.ts';

const running = workspace('nb', { state: 'Running' });
const objects = [namespace('team-a'), running, podOf('nb')];

function metricsOf(name: string): Manifest {
  return {
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind: 'PodMetrics',
    metadata: { name, namespace: 'team-a' },
    timestamp: '2026-11-25T10:00:00Z',
    window: '15s',
    containers: [
      { name: 'main', usage: { cpu: '137500000n', memory: '524288Ki' } },
      { name: 'odd', usage: { cpu: 'much' } },
    ],
  };
}

function measure(gateway: SimulatedGateway, ...pods: readonly string[]): void {
  gateway.cluster.aggregate(POD_METRICS);
  for (const pod of pods) gateway.cluster.apply(metricsOf(pod));
}

async function usageIn(gateway: TestGateway): Promise<unknown> {
  const query = `{ ${WORKSPACE_NB} { usage { available reason containers { name cpu { resource quantity value } memory { resource quantity value } at } } } }`;
  const { data, errors } = await gateway.query(query);
  expect(errors).toBeUndefined();
  return (data as { readonly workspace: { readonly usage: unknown } }).workspace.usage;
}

const unknownBecause = (reason: string) => ({ available: false, reason, containers: [] });

it('returns the usage of the containers of a workspace', async () => {
  await using gateway = await startTestGateway({ objects });
  measure(gateway, 'ws-nb-abcde-0');
  const at = '2026-11-25T10:00:00Z';
  expect(await usageIn(gateway)).toEqual({
    available: true,
    reason: null,
    containers: [
      {
        name: 'main',
        cpu: { resource: 'cpu', quantity: '137500000n', value: 0.1375 },
        memory: { resource: 'memory', quantity: '524288Ki', value: 2 ** 29 },
        at,
      },
      { name: 'odd', cpu: null, memory: null, at },
    ],
  });
});

it('reads the usage once per namespace and caches it', async () => {
  const names = ['a', 'b', 'c'];
  const many = names.flatMap((name) => [workspace(name), podOf(name)]);
  await using gateway = await startTestGateway({ objects: [namespace('team-a'), ...many] });
  measure(gateway, ...names.map((name) => `ws-${name}-abcde-0`));
  for (const _ of names) {
    const { data } = await gateway.query('{ workspaces { nodes { usage { available } } } }');
    expect(data).toEqual({ workspaces: { nodes: names.map(() => ({ usage: { available: true } })) } });
  }
  const asked = gateway.cluster.requests.filter(({ group, verb }) => group === 'metrics.k8s.io' && verb === 'list');
  expect(asked).toHaveLength(1);
});

it('returns METRICS_API_NOT_AVAILABLE without a metrics server', async () => {
  await using gateway = await startTestGateway({ objects });
  expect(await usageIn(gateway)).toEqual(unknownBecause('METRICS_API_NOT_AVAILABLE'));
});

it('returns WORKSPACE_NOT_RUNNING for a workspace that does not run', async () => {
  await using gateway = await startTestGateway({ objects: [workspace('nb')] });
  expect(await usageIn(gateway)).toEqual(unknownBecause('WORKSPACE_NOT_RUNNING'));
  gateway.cluster.aggregate(POD_METRICS);
  gateway.cluster.apply(
    workspace('nb', { state: 'Pending', status: { podTemplatePod: { name: 'ws-0', nodeName: '' } } }),
  );
  await gateway.caughtUp();
  expect(await usageIn(gateway)).toEqual(unknownBecause('WORKSPACE_NOT_RUNNING'));
});

it('returns NOT_MEASURED_YET for a new pod', async () => {
  await using gateway = await startTestGateway({ objects });
  measure(gateway);
  expect(await usageIn(gateway)).toEqual(unknownBecause('NOT_MEASURED_YET'));
});

it('returns NOT_PERMITTED without the permission', async () => {
  await using gateway = await limitedGateway({ objects, mayNot: 'pods.metrics.k8s.io' });
  expect(await usageIn(gateway)).toEqual(unknownBecause('NOT_PERMITTED'));
});
