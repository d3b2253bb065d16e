import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { clusterBindingTo } from '../../dev/demo/roles.ts';
import { gatewayRoles } from '../../dev/demo/users.ts';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { features, type Feature } from '../../src/permissions.ts';
import { headerAuthentication } from '../support/authentication.ts';
import { devPodCrd, volcanoCommandCrd, volcanoJobCrd } from '../support/devpod-and-volcano.ts';
import { startGatewayFor } from '../support/test-gateway.ts';
import { connectUser } from '../support/user-client.ts';
import { waitFor } from '../support/wait-for.ts';
import { clusters, type Cluster } from './clusters.ts';
import { createProbedObjects, PICTURE, probesIn } from './deployment/feature-probes.ts';
import { TestNamespace } from './test-namespace.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const FORBIDDEN = 'FORBIDDEN';
const NO_EVENTS = '{"workspace":{"events":[]}}';
const NO_USAGE = '{"workspace":{"usage":{"available":false,"reason":"NOT_PERMITTED"}}}';

/** Outcomes that differ from those of a gateway with all permissions, if those of a feature are missing. */
const lost: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'RBAC index': { warning: 'cannot watch roles and bindings' },
  Pods: {
    pod: '{"workspace":{"pod":null}}',
    logs: 'CONFLICT',
    usage: '{"workspace":{"usage":{"available":false,"reason":"WORKSPACE_NOT_RUNNING"}}}',
  },
  StatefulSets: { setEvents: NO_EVENTS },
  Events: { workspaceEvents: NO_EVENTS, setEvents: NO_EVENTS, events: FORBIDDEN },
  Claims: { claims: FORBIDDEN, claimPods: FORBIDDEN, mountClaim: FORBIDDEN, deleteClaim: FORBIDDEN },
  Volumes: { volumes: FORBIDDEN },
  StorageClasses: { storageClasses: FORBIDDEN, createClaim: FORBIDDEN },
  Nodes: { clusterNodes: FORBIDDEN },
  ResourceQuotas: { quotas: '{"namespace":{"resourceQuotas":[]}}' },
  LimitRanges: { limitRanges: '{"namespace":{"limitRanges":[]}}' },
  'Pictures of WorkspaceKinds': { picture: '404' },
  DevPod: { devPods: FORBIDDEN },
  Volcano: { jobs: FORBIDDEN, suspendJob: FORBIDDEN },
  'Changes of Workspaces and WorkspaceKinds': {
    pause: FORBIDDEN,
    create: FORBIDDEN,
    mountSecret: FORBIDDEN,
    mountClaim: FORBIDDEN,
    patchStatus: FORBIDDEN,
    patchKind: FORBIDDEN,
  },
  Secrets: { secrets: FORBIDDEN, mountSecret: FORBIDDEN, createSecret: FORBIDDEN },
  'Changes of claims': { createClaim: FORBIDDEN, deleteClaim: FORBIDDEN },
  Logs: { logs: FORBIDDEN },
  'Usage of pods': { usage: NO_USAGE },
  'Changes of DevPod workspaces': { patchDevPod: FORBIDDEN },
  'Changes of Volcano jobs': { patchJob: FORBIDDEN, suspendJob: FORBIDDEN },
};
/** In the mode `header` the permission is part of another feature. `access-deployed-roles.test.ts` tests it in another mode. */
const ELSEWHERE = 'Unfinished restarts';

const inHeaderMode = features.filter(({ modes }) => modes.includes('header'));
const optional = inHeaderMode.filter(({ name, required }) => !required && name !== ELSEWHERE);

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

function rulesOf(role: Manifest): readonly Rule[] {
  return role['rules'] as readonly Rule[];
}

/** Returns the rules of a role without those of a feature. */
function without({ permissions }: Feature, role: Manifest): readonly Rule[] {
  const dropped = new Set(
    permissions.map(({ group, resources, verbs }) => JSON.stringify([[group], resources, verbs])),
  );
  return rulesOf(role).filter(
    ({ apiGroups, resources, verbs }) => !dropped.has(JSON.stringify([apiGroups, resources, verbs])),
  );
}

// The cluster that is nearest to production. The simulator is compared with it elsewhere.
const [available] = clusters.filter(({ missing }) => missing === undefined).slice(-1);

describe(`a gateway that lacks a permission of its role (${available?.name})`, () => {
  const roles = gatewayRoles('header').filter(({ kind }) => kind === 'ClusterRole');
  let cluster: Cluster;
  let team: TestNamespace;
  let complete: Readonly<Record<string, string>>;

  beforeAll(async () => {
    if (!available) throw new TypeError('Expected the simulator to be available.');
    cluster = await available.start();
    const definitions = [workspaceCrd, workspaceKindCrd, devPodCrd, volcanoJobCrd, volcanoCommandCrd];
    await Promise.all(definitions.map((definition) => cluster.api.define(definition)));
    team = await TestNamespace.in(cluster);
    await createProbedObjects(team);
    await bind('cluster-admin', 'operator');
    for (const role of roles) {
      await cluster.api.create(`${RBAC}/clusterroles`, role);
      await bind(role.metadata.name, 'impersonator');
    }
    for (const feature of inHeaderMode) await decided(feature, true);
    complete = await outcomes();
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  function bind(role: string | undefined, user: string) {
    return cluster.api.create(
      `${RBAC}/clusterrolebindings`,
      clusterBindingTo(role ?? '', { kind: 'User', name: user }),
    );
  }

  function start(when: 'ready' | 'at once', writeLine: (line: string) => void = () => {}) {
    const kubeconfig = cluster.kubeconfig.replace(/token: \S+/u, `token: ${cluster.impersonatorToken}`);
    const log = pino({ level: 'warn' }, { write: writeLine });
    return startGatewayFor(kubeconfig, { authentication: headerAuthentication, log, when });
  }

  /** Outcomes of all probes, of a viewer who may do everything: an error code, or the data. */
  async function outcomes(): Promise<Readonly<Record<string, string>>> {
    const lines: string[] = [];
    await using gateway = await start('ready', (line) => lines.push(line));
    const headers = { 'kubeflow-userid': 'operator' };
    await using viewer = connectUser(gateway.url, { headers });
    const [warning = ''] = /cannot watch roles and bindings/u.exec(lines.join('')) ?? [];
    const picture = String((await fetch(new URL(PICTURE, gateway.url), { headers })).status);
    const results: Record<string, string> = { warning, picture };
    for (const [name, operation] of Object.entries(probesIn(team.name))) {
      const { data, errors } = await viewer.ask(operation);
      const code = errors?.[0]?.extensions['code'];
      results[name] = typeof code === 'string' ? code : JSON.stringify(data);
    }
    return results;
  }

  function write(role: Manifest, rules: readonly Rule[]) {
    return cluster.api.patch(`${RBAC}/clusterroles/${role.metadata.name}`, 'MERGE', { rules });
  }

  /** Runs a function while the gateway lacks the permissions of a feature. */
  async function lacking<R>(feature: Feature, run: () => Promise<R>): Promise<R> {
    const changed = roles.filter((role) => without(feature, role).length < rulesOf(role).length);
    expect(changed).not.toEqual([]);
    for (const role of changed) await write(role, without(feature, role));
    await decided(feature, false);
    try {
      return await run();
    } finally {
      for (const role of changed) await write(role, rulesOf(role));
      await decided(feature, true);
    }
  }

  /** Waits until the authorizer of the API server has received a change of a role. */
  function decided({ permissions }: Feature, allowed: boolean): Promise<void> {
    const { group = '', resources: [name = ''] = [], verbs: [verb] = [] } = permissions[0] ?? {};
    const [resource, subresource] = name.split('/');
    const resourceAttributes = { group, resource, subresource, verb };
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user: 'impersonator', resourceAttributes },
    };
    return waitFor(async () => {
      const { body } = await cluster.api.post('/apis/authorization.k8s.io/v1/subjectaccessreviews', review);
      return (body.status as { readonly allowed: boolean }).allowed === allowed;
    }, 'the authorizer has the role');
  }

  it('succeeds with every probe when nothing is missing', () => {
    expect(Object.entries(complete).filter(([, outcome]) => /^[A-Z_]+$/u.test(outcome))).toEqual([]);
    expect(complete).toMatchObject({ warning: '', picture: '200' });
    expect(Object.keys(lost)).toEqual(optional.map(({ name }) => name));
  });

  it.each(optional)('loses only what is documented when it lacks: $name', async (feature) => {
    const outcome = await lacking(feature, outcomes);
    expect(outcome).toEqual({ ...complete, ...lost[feature.name] });
  });

  it('reports that it is not ready when it may not read workspaces and namespaces', async () => {
    const [feature] = features;
    await lacking(feature as Feature, async () => {
      await using gateway = await start('at once');
      const readiness = async () => (await fetch(new URL('/readyz', gateway.url))).json();
      const waitingFor = ['namespaces', 'workspaces', 'workspacekinds'];
      await expect.poll(readiness).toEqual({ status: 'not ready', waitingFor });
      await using viewer = connectUser(gateway.url, { headers: { 'kubeflow-userid': 'operator' } });
      const codes = async () =>
        (await viewer.ask('{ workspaces { totalCount } }')).errors?.map(({ extensions }) => extensions['code']);
      await waitFor(async () => String(await codes()) === FORBIDDEN, 'workspaces are FORBIDDEN');
    });
  });
});
