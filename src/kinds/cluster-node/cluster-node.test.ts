import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../../dev/simulator/api-object.ts';
import { grant, grantIn, kinds, namespaces, viewing } from '../../../test/support/access/grants.ts';
import { limitedGateway } from '../../../test/support/limited-gateway.ts';
import { namespace, workspace, workspaceKind } from '../../../test/support/manifests.ts';
import { podOf } from '../../../test/support/pods.ts';
import type { PodObject } from '../pod/resource.ts';
import { ScheduledPod } from './resource.ts';
import { startTestGateway, type Answer } from '../../../test/support/test-gateway.ts';
import { connectUser } from '../../../test/support/user-client.ts';

interface NodeOptions {
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec?: object;
  readonly ready?: string;
  readonly allocatable?: object;
}

function node(name: string, { labels = {}, spec = {}, ready = 'True', allocatable }: NodeOptions = {}): Manifest {
  const amounts = { cpu: '4', memory: '16Gi', pods: '110', 'nvidia.com/gpu': '2', ...allocatable };
  const conditions = [{ type: 'Ready', status: ready }];
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec,
    status: { capacity: { ...amounts, cpu: '4500m' }, allocatable: amounts, conditions, images: [{ names: ['x'] }] },
  };
}

function podOn(nodeName: string, name: string, requests: object, phase = 'Running'): Manifest {
  const containers = [{ name: 'main', image: 'i', resources: { requests } }];
  return podOf('nb', { name, metadata: { labels: {} }, spec: { nodeName, containers }, status: { phase } });
}

function quota(name: string, hard: object, used: object = {}, spec: object = {}): Manifest {
  const metadata = { name, namespace: 'team-a' };
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard, ...spec }, status: { hard, used } };
}

function range(name: string, limit: object): Manifest {
  const metadata = { name, namespace: 'team-a' };
  return { apiVersion: 'v1', kind: 'LimitRange', metadata, spec: { limits: [limit] } };
}

function kindWith(...podConfigs: readonly (readonly [id: string, spec: object])[]): Manifest {
  const values = podConfigs.map(([id, spec]) => ({ id, spawner: { displayName: id }, spec }));
  const imageConfig = { spawner: { default: 'scipy' }, values: [{ id: 'scipy', spawner: { displayName: 'SciPy' } }] };
  const podConfig = { spawner: { default: values[0]?.id ?? '' }, values };
  return workspaceKind('jupyterlab', {
    podTemplate: { volumeMounts: { home: '/h' }, options: { imageConfig, podConfig } },
  });
}

const requesting = (requests: object, more: object = {}) => ({ resources: { requests }, ...more });
const tolerating = (operator: string, value: string) =>
  [`${operator} ${value}`, requesting({}, { tolerations: [{ key: 'sla', operator, value }] })] as const;
const FITS = `{ workspaceKind(name: "jupyterlab") { offer(namespace: "team-a") {
  podConfigs { optionId fits { limitRange quota node reason } } imageConfigs { fits { quota } } } podConfigs { fits { quota } } } }`;

function fitsIn({ data, errors }: Answer): object {
  expect(errors).toBeUndefined();
  const { offer, podConfigs } = Object(data).workspaceKind;
  for (const { fits } of [...offer.imageConfigs, ...podConfigs]) expect(fits).toBeNull();
  return Object.fromEntries(
    offer.podConfigs.map(({ optionId, fits }: { optionId: string; fits: object }) => [optionId, fits]),
  );
}

const left = (resource: string) => `ResourceQuota compute does not leave enough ${resource}.`;
const without = (reason: string) => ({ limitRange: true, quota: true, node: false, reason });
const fits = { limitRange: true, quota: true, node: true, reason: null };
const NO_NODE = 'No node that accepts new pods matches its node selector and tolerations.';

describe('clusterNodes', () => {
  const objects = [
    namespace('team-a'),
    node('b', { spec: { unschedulable: true }, ready: 'Unknown' }),
    node('a'),
    workspace('nb'),
    workspace('other'),
    podOf('nb', {
      spec: { nodeName: 'a', containers: [{ name: 'main', image: 'i', resources: { requests: { cpu: '0.1' } } }] },
    }),
    podOn('a', 'system', { cpu: '200m', memory: '1Gi' }),
    podOn('a', 'done', { cpu: '1' }, 'Succeeded'),
  ];
  const SELECTION =
    '{ name ready unschedulable capacity { resource quantity } requested { resource quantity } workspaces { nodes { name } } manifest }';

  it('returns capacity, what all pods request, and the workspaces of each node', async () => {
    await using gateway = await startTestGateway({ objects });
    const { data, errors } = await gateway.query(
      `{ clusterNodes(first: 1) { nodes ${SELECTION} totalCount } clusterNode(name: "b") ${SELECTION} }`,
    );
    expect(errors).toBeUndefined();
    expect(data?.['clusterNodes']).toMatchObject({
      totalCount: 2,
      nodes: [
        {
          name: 'a',
          ready: true,
          unschedulable: false,
          capacity: [
            { resource: 'cpu', quantity: '4500m' },
            { resource: 'memory', quantity: '16Gi' },
            { resource: 'nvidia.com/gpu', quantity: '2' },
            { resource: 'pods', quantity: '110' },
          ],
          requested: [
            { resource: 'cpu', quantity: '300m' },
            { resource: 'memory', quantity: '1Gi' },
            { resource: 'pods', quantity: '2' },
          ],
          workspaces: { nodes: [{ name: 'nb' }] },
        },
      ],
    });
    expect(data?.['clusterNode']).toMatchObject({
      ready: false,
      unschedulable: true,
      requested: [],
      workspaces: { nodes: [] },
    });
    expect(JSON.stringify(data)).not.toContain('images');
  });

  it('counts the actual requests of a pod that cannot be resized', async () => {
    const pod = podOn('a', 'resized', { cpu: '50' });
    const status = {
      conditions: [{ type: 'PodResizePending', status: 'True', reason: 'Infeasible' }],
      containerStatuses: [{ name: 'main', resources: { requests: { cpu: '1' } } }],
    };
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), node('a'), { ...pod, status }] });
    const { data } = await gateway.query('{ clusterNode(name: "a") { requested { resource quantity } } }');
    const requested = [
      { resource: 'cpu', quantity: '1' },
      { resource: 'pods', quantity: '1' },
    ];
    expect(data).toEqual({ clusterNode: { requested } });
  });

  it('refuses clusterNodes when the viewer may not list nodes, and returns no requests when not all pods', async () => {
    const nodes = { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] };
    const pods = { ...nodes, resources: ['pods'] };
    const granted = [
      ...grant('vic', nodes),
      ...grantIn('team-a', 'vic', pods, viewing),
      ...grantIn('team-a', 'wim', viewing),
    ];
    await using gateway = await startTestGateway({
      authentication: { mode: 'token' },
      users: ['vic', 'wim'].map((name) => ({ name, token: name })),
      objects: [...objects, ...granted],
    });
    await using vic = connectUser(gateway.url, { token: 'vic' });
    await using wim = connectUser(gateway.url, { token: 'wim' });
    const { data } = await vic.ask(`{ clusterNode(name: "a") ${SELECTION} }`);
    expect(data?.['clusterNode']).toMatchObject({ requested: null, workspaces: { nodes: [{ name: 'nb' }] } });
    for (const field of ['clusterNodes { totalCount }', 'clusterNode(name: "a") { name }'])
      expect(await wim.ask(`{ ${field} }`)).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  });
});

describe('SpawnerOption.fits', () => {
  it('compares with the nodes that accept the pod, exactly', async () => {
    const taint = { key: 'gpu', value: 'yes', effect: 'NoSchedule' };
    const kind = kindWith(
      ['exact', requesting({ cpu: '3700m' })],
      ['cpu', requesting({ cpu: '3700000001n' })],
      ['gpus', requesting({ 'nvidia.com/gpu': 2 })],
      ['tolerating', requesting({ 'nvidia.com/gpu': 2 }, { tolerations: [{ key: 'gpu', operator: 'Exists' }] })],
      ['both', requesting({ cpu: '3', 'nvidia.com/gpu': 2 }, { tolerations: [{ key: 'gpu', value: 'yes' }] })],
      ['selecting', requesting({}, { nodeSelector: { zone: 'x' } })],
      ['affine', requesting({ cpu: '1' }, { affinity: { nodeAffinity: {} } })],
    );
    const nodes = [
      node('a', { allocatable: { 'nvidia.com/gpu': '0' } }),
      node('gpu', { spec: { taints: [taint] }, allocatable: { cpu: '1' } }),
      node('cordoned', { spec: { unschedulable: true }, labels: { zone: 'x' } }),
      node('broken', { ready: 'False', labels: { zone: 'x' } }),
    ];
    await using gateway = await startTestGateway({
      objects: [namespace('team-a'), kind, ...nodes, podOn('a', 'system', { cpu: '300m' })],
    });
    expect(fitsIn(await gateway.query(FITS))).toEqual({
      exact: fits,
      cpu: without('No node has enough free cpu.'),
      gpus: without('No node has enough free nvidia.com/gpu.'),
      tolerating: fits,
      both: without('No node has all requested resources free together.'),
      selecting: without(NO_NODE),
      affine: { ...fits, node: null },
    });
    gateway.cluster.delete('v1', 'Pod', 'system', 'team-a');
    await gateway.caughtUp();
    await expect.poll(async () => Object(fitsIn(await gateway.query(FITS))).cpu).toEqual(fits);
  });

  it('compares the value of a taint when the operator of a toleration is Gt or Lt', async () => {
    const given = [
      ['Gt', '949'],
      ['Lt', '10000'],
      ['Gt', '950'],
      ['Lt', '950'],
      ['Lt', '0951'],
      ['Gt', 'x'],
    ] as const;
    const kind = kindWith(...given.map(([operator, value]) => tolerating(operator, value)));
    const tainted = node('a', { spec: { taints: [{ key: 'sla', value: '950', effect: 'NoSchedule' }] } });
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), kind, tainted] });
    expect(fitsIn(await gateway.query(FITS))).toEqual({
      'Gt 949': fits,
      'Lt 10000': fits,
      'Gt 950': without(NO_NODE),
      'Lt 950': without(NO_NODE),
      'Lt 0951': without(NO_NODE),
      'Gt x': without(NO_NODE),
    });
  });

  it('compares with the quotas of the namespace', async () => {
    const kind = kindWith(
      ['small', requesting({ cpu: '1', memory: '1Gi' })],
      ['large', requesting({ cpu: '1001m', memory: '1Gi' })],
      ['unspecified', requesting({ cpu: '1' })],
      ['gpu', requesting({ cpu: '1', memory: '1Gi', 'nvidia.com/gpu': '1' })],
      ['scratch', requesting({ cpu: '1', memory: '1Gi', 'ephemeral-storage': '2Gi' })],
    );
    const quotas = [
      quota(
        'compute',
        { 'requests.cpu': '4', memory: '64Gi', 'requests.nvidia.com/gpu': '1', 'ephemeral-storage': '1Gi' },
        { 'requests.cpu': '3', 'requests.nvidia.com/gpu': '1' },
      ),
      quota('best-effort', { pods: '0' }, {}, { scopes: ['BestEffort'] }),
      { ...quota('elsewhere', { pods: '0' }), metadata: { name: 'elsewhere', namespace: 'team-b' } },
    ];
    await using gateway = await startTestGateway({
      objects: [
        namespace('team-a'),
        namespace('team-b'),
        kind,
        node('a', { allocatable: { 'ephemeral-storage': '10Gi' } }),
        ...quotas.filter(({ metadata }) => metadata.name !== 'best-effort'),
      ],
    });
    expect(fitsIn(await gateway.query(FITS))).toEqual({
      small: fits,
      large: { ...fits, quota: false, reason: left('requests.cpu') },
      unspecified: {
        ...fits,
        quota: false,
        reason: 'ResourceQuota compute limits memory, for which neither the pod nor a LimitRange has an amount.',
      },
      gpu: { ...fits, quota: false, reason: left('requests.nvidia.com/gpu') },
      scratch: { ...fits, quota: false, reason: left('ephemeral-storage') },
    });
    for (const each of quotas) gateway.cluster.apply(each);
    await expect.poll(async () => Object(fitsIn(await gateway.query(FITS))).small).toEqual({ ...fits, quota: null });
  });

  it('knows that a quota for pods that are not best-effort refuses only pods with amounts of CPU or memory', async () => {
    const kind = kindWith(['sized', requesting({ cpu: '1' })], ['bare', requesting({})]);
    const full = quota('sized', { pods: '0' }, {}, { scopes: ['NotBestEffort', 'NotTerminating'] });
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), kind, node('a'), full] });
    expect(fitsIn(await gateway.query(FITS))).toEqual({
      sized: { ...fits, quota: false, reason: 'ResourceQuota sized does not leave enough pods.' },
      bare: { ...fits, quota: null },
    });
  });

  it('compares with the limit ranges of the namespace, whose defaults count for quotas and nodes', async () => {
    const kind = kindWith(
      ['none', {}],
      ['small', requesting({ cpu: '1', memory: '1Gi' })],
      ['large', requesting({ cpu: '1', memory: '4294967297' })],
      ['limited', { resources: { requests: { cpu: '50m' }, limits: { cpu: '600m', memory: '1Gi' } } }],
    );
    const limit = { type: 'Container', max: { memory: '4Gi' }, defaultRequest: { cpu: '5' } };
    await using gateway = await startTestGateway({
      objects: [namespace('team-a'), kind, node('a'), quota('compute', { memory: '2Gi' }), range('sizes', limit)],
    });
    const tooLarge = { ...fits, quota: false, reason: left('memory') };
    expect(fitsIn(await gateway.query(FITS))).toEqual({
      none: { ...tooLarge, node: false },
      small: fits,
      large: { ...tooLarge, limitRange: false, reason: 'The memory exceeds the maximum of LimitRange sizes.' },
      limited: fits,
    });
    gateway.cluster.apply(range('ratios', { type: 'Pod', maxLimitRequestRatio: { cpu: '10' } }));
    const refused = (reason: string) => ({ ...fits, limitRange: false, reason });
    const ratio = 'The ratio of limit to request of cpu exceeds the maximum of LimitRange ratios.';
    await expect.poll(async () => Object(fitsIn(await gateway.query(FITS))).limited).toEqual(refused(ratio));
    gateway.cluster.apply(range('ratios', { type: 'Container', default: { memory: '512Mi' }, min: { cpu: '100m' } }));
    await expect
      .poll(async () => Object(fitsIn(await gateway.query(FITS))).limited)
      .toEqual(refused('The cpu is less than the minimum of LimitRange ratios.'));
    expect(Object(fitsIn(await gateway.query(FITS))).small).toEqual(
      refused('The default limit of memory in LimitRange ratios is less than the request.'),
    );
  });

  it('returns fits when the viewer may not see the amounts, and null when the gateway may not', async () => {
    const objects = [namespace('team-a'), kindWith(['small', requesting({ cpu: '5' })]), node('a')];
    const granted = [...grantIn('team-a', 'vic', viewing), ...grant('vic', namespaces(), kinds())];
    await using gateway = await startTestGateway({
      authentication: { mode: 'token' },
      users: [{ name: 'vic', token: 'vic' }],
      objects: [...objects, ...granted],
    });
    await using vic = connectUser(gateway.url, { token: 'vic' });
    expect(fitsIn(await vic.ask(FITS))).toEqual({
      small: without('No node has enough free cpu.'),
    });
    await using limited = await limitedGateway({ objects, mayNot: 'secrets' });
    expect(fitsIn(await limited.query(FITS))).toEqual({
      small: { limitRange: null, quota: null, node: null, reason: null },
    });
  });
});

describe('warnings of createWorkspace and startWorkspace', () => {
  const CREATE = `mutation ($paused: Boolean!) { createWorkspace(input: { namespace: "team-a", name: "new", kind: "jupyterlab",
    imageConfig: "scipy", podConfig: "small", paused: $paused }) { warnings } }`;
  const START = 'mutation { startWorkspace(input: { namespace: "team-a", name: "nb" }) { warnings } }';

  it('warns that the pod does not fit, unless the workspace is created paused', async () => {
    const stopped = workspace('nb', { podConfig: 'small', paused: true, state: 'Paused' });
    const objects = [namespace('team-a'), kindWith(['small', requesting({ cpu: '5' })]), node('a'), stopped];
    await using gateway = await startTestGateway({ objects });
    const warnings = ['The pod of the workspace does not fit now: No node has enough free cpu.'];
    expect((await gateway.query(START)).data).toEqual({ startWorkspace: { warnings } });
    expect((await gateway.query(CREATE, { paused: false })).data).toEqual({ createWorkspace: { warnings } });
    gateway.cluster.delete('kubeflow.org/v1beta1', 'Workspace', 'new', 'team-a');
    expect((await gateway.query(CREATE, { paused: true })).data).toEqual({ createWorkspace: { warnings: [] } });
  });
});

it('keeps of a pod only what its node and its requests take', () => {
  const environment = Array.from({ length: 100 }, (_, index) => ({ name: `V_${index}`, value: 'x'.repeat(100) }));
  const containers = ['main', 'proxy'].map((name) => ({
    name,
    image: 'i',
    env: environment,
    resources: { requests: { cpu: '1' }, limits: { cpu: '2' } },
  }));
  const pod = podOf('nb', {
    metadata: { annotations: { note: 'x'.repeat(10_000) } },
    spec: { nodeName: 'a', containers },
  });
  const kept = JSON.stringify(ScheduledPod.cache.trim(pod as unknown as PodObject));
  expect(kept).toContain('"requests":{"cpu":"1"}');
  expect(kept.length).toBeLessThan(500);
});
