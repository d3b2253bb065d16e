import { describe, expect, it } from 'vitest';
import { namespace, workspace, workspaceKind } from '../../../test/support/manifests.ts';
import { podOf } from '../../../test/support/pods.ts';
import { startTestGateway, type Answer } from '../../../test/support/test-gateway.ts';

const NOON = Date.parse('2026-09-21T12:00:00Z');

function option(id: string, displayName: string, requests: Readonly<Record<string, string | number>>) {
  return { id, spawner: { displayName }, spec: { resources: { requests } } };
}

function kindWith(...podConfigs: readonly object[]) {
  const imageConfig = { spawner: { default: 'scipy' }, values: [{ id: 'scipy', spawner: { displayName: 'SciPy' } }] };
  const podConfig = { spawner: { default: 'small' }, values: podConfigs };
  return workspaceKind('jupyterlab', {
    podTemplate: { volumeMounts: { home: '/home' }, options: { imageConfig, podConfig } },
  });
}

const small = option('small', 'Small CPU', { cpu: '100m', memory: '1Gi' });
const gpu = option('gpu', 'Two GPUs', { cpu: '2', memory: '9007199254740993', 'nvidia.com/gpu': 2 });

function podWith(name: string, requests: Readonly<Record<string, string>>, nodeName = 'node-1') {
  const containers = [{ name: 'main', image: 'i', resources: { requests } }];
  return podOf(name, { spec: { nodeName, containers } });
}

function created(by: string) {
  return { 'notebooks.kubeflow.org/created-by': by };
}

function withAnnotations(manifest: ReturnType<typeof workspace>, annotations: Readonly<Record<string, string>>) {
  return { ...manifest, metadata: { ...manifest.metadata, annotations } };
}

function eligible(eligibleAfter: number) {
  return { activity: { lastActivity: 1, lastUpdate: 1, rules: { pauseWorkspace: { eligibleAfter } } } };
}

const objects = [
  namespace('team-a'),
  kindWith(small, gpu),
  withAnnotations(workspace('a', { podConfig: 'small', state: 'Running', status: eligible(NOON) }), created('ada')),
  // Its pod requests other amounts than its option.
  withAnnotations(workspace('b', { podConfig: 'small', state: 'Running', status: eligible(NOON + 1) }), created('bob')),
  podWith('b', { cpu: '3', memory: '9007199254740992', 'amd.com/gpu': '1', 'nvidia.com/gpu': '2' }, 'node-2'),
  workspace('c', {
    podConfig: 'gpu',
    state: 'Paused',
    status: { ...eligible(NOON - 1), podTemplatePod: { nodeName: 'node-3' } },
  }),
  workspace('d', { podConfig: 'gone', state: 'Error', status: { podTemplatePod: { name: 'p', nodeName: 'node-4' } } }),
];

const LIST = `query ($filter: WorkspaceFilter, $orderBy: [WorkspaceOrder!]) {
  workspaces(filter: $filter, orderBy: $orderBy) { nodes { name } }
  namespace(name: "team-a") { workspaces(filter: $filter, orderBy: $orderBy) { nodes { name } } }
}`;

function namesIn({ data, errors }: Answer): string {
  expect(errors).toBeUndefined();
  const { workspaces, namespace: of } = Object(data);
  const lists = [workspaces, of.workspaces].map(({ nodes }) =>
    nodes.map(({ name }: { name: string }) => name).join(' '),
  );
  expect(lists[0]).toBe(lists[1]);
  return lists[0];
}

describe('filters and orders of resources', () => {
  it('selects workspaces by requests, author, node, time and display name', async () => {
    await using gateway = await startTestGateway({ objects });
    const expected: readonly (readonly [filter: object, names: string])[] = [
      [{ requests: ['nvidia.com/gpu'] }, 'b c'],
      [{ requests: ['amd.com/gpu', 'example.com/tpu'] }, 'b'],
      [{ requests: ['cpu'] }, 'b c'],
      [{ requests: [] }, ''],
      [{ createdBy: ['ada', 'eve'] }, 'a'],
      [{ nodes: ['node-2', 'node-4'] }, 'b d'],
      [{ nodes: ['node-1', 'node-3'] }, ''],
      [{ pauseEligibleBefore: '2026-09-21T12:00:00.001Z' }, 'a'],
      [{ podConfigs: ['Two GPUs', 'gone'] }, 'c d'],
      [{ podConfigs: ['gpu'] }, 'c'],
      [{ imageConfigs: ['SciPy'] }, 'a b c d'],
    ];
    for (const [filter, names] of expected)
      expect([filter, namesIn(await gateway.query(LIST, { filter }))]).toEqual([filter, names]);
  });

  it('sorts workspaces by exact amounts, in both directions, with unknown ones last', async () => {
    await using gateway = await startTestGateway({ objects });
    const expected = [
      ['CPU', 'a c b d', 'b c a d'],
      ['MEMORY', 'a b c d', 'c b a d'],
      ['GPU', 'a c b d', 'b c a d'],
      ['POD_CONFIG', 'd c a b', 'a b c d'],
      ['IMAGE_CONFIG', 'a b c d', 'a b c d'],
      ['PAUSE_ELIGIBLE_AT', 'a b c d', 'b a c d'],
    ];
    for (const [field, ascending, descending] of expected) {
      const sorted = ['ASC', 'DESC'].map((direction) => gateway.query(LIST, { orderBy: [{ field, direction }] }));
      expect([field, ...(await Promise.all(sorted)).map(namesIn)]).toEqual([field, ascending, descending]);
    }
  });

  it('reads the resources that literal arguments name', async () => {
    await using gateway = await startTestGateway({ objects });
    const list =
      'workspaces(filter: { requests: ["cpu"] }, orderBy: [{ field: CPU, direction: DESC }]) { nodes { name } }';
    const { data } = await gateway.query(
      `{ namespace(name: "team-a") { ${list} } workspaceKind(name: "jupyterlab") { ${list} } }`,
    );
    const nodes = [{ name: 'b' }, { name: 'c' }];
    expect(data).toEqual({ namespace: { workspaces: { nodes } }, workspaceKind: { workspaces: { nodes } } });
  });
});

interface Event {
  readonly type: string;
  readonly object: { readonly name: string } | null;
  readonly cursor: string;
}

describe('a subscription with a filter of resources', () => {
  const LIVE = `subscription ($after: String) {
    workspaces(filter: { requests: ["nvidia.com/gpu"] }, after: $after) { type object { name } cursor }
  }`;

  it('adds and removes workspaces when their pods or WorkspaceKinds change', async () => {
    await using gateway = await startTestGateway({ objects });
    const { cluster } = gateway;
    const events = gateway.subscribe<{ readonly workspaces: Event }>(LIVE);
    let cursor = '';
    const next = async () => {
      const event = (await events.next()).value?.data?.workspaces;
      cursor = event?.cursor ?? '';
      return `${event?.type} ${event?.object?.name ?? ''}`.trim();
    };
    const four = [await next(), await next(), await next(), await next()];
    expect(four).toEqual(['RESET', 'ADDED b', 'ADDED c', 'SYNCED']);
    cluster.apply(podWith('a', { 'nvidia.com/gpu': '1' }));
    expect(await next()).toBe('ADDED a');
    cluster.delete('v1', 'Pod', 'ws-a-abcde-0', 'team-a');
    expect(await next()).toBe('DELETED a');
    cluster.apply(kindWith(gpu, option('small', 'Small', { 'nvidia.com/gpu': '1' })));
    expect(await next()).toBe('ADDED a');
    await events.return();

    const resumed = gateway.subscribe<{ readonly workspaces: Event }>(LIVE, { after: cursor });
    expect((await resumed.next()).value?.data?.workspaces.type).toBe('SYNCED');
    await resumed.return();
    cluster.apply(kindWith(gpu, small));
    await gateway.caughtUp();
    const reset = gateway.subscribe<{ readonly workspaces: Event }>(LIVE, { after: cursor });
    expect((await reset.next()).value?.data?.workspaces.type).toBe('RESET');
  });
});
