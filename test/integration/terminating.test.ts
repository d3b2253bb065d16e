import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { devPodWorkspaceInstanceCrd } from '../support/crds/dev-pod-workspace-instance.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { startTestGateway, type SimulatedGateway } from '../support/test-gateway.ts';

const at = { namespace: 'team-a', name: 'nb' };

/** Returns the object as it is while its deletion waits for the finalizers. */
function deleting(manifest: Manifest, finalizers: readonly string[] = ['example.org/keep']): Manifest {
  const { metadata, ...rest } = manifest;
  return { ...rest, metadata: { ...metadata, finalizers, deletionTimestamp: '2026-01-01T00:00:00Z' } };
}

function start(nb: Manifest): Promise<SimulatedGateway> {
  return startTestGateway({ objects: [namespace('team-a'), workspaceKind('jupyterlab'), nb] });
}

async function read(nb: Manifest, selection: string): Promise<unknown> {
  await using gateway = await start(nb);
  const { data, errors } = await gateway.query(
    `{ workspace(namespace: "team-a", name: "${nb.metadata.name}") { ${selection} } }`,
  );
  expect(errors).toBeUndefined();
  return data?.['workspace'];
}

const running = { pauseWorkspace: { eligibleAfter: 1_790_000_000_000 } };
const states = ['Running', 'Paused', 'Pending', 'Error', 'Unknown'];

describe('a workspace that is being deleted', () => {
  it.each(states)(
    'returns a workspace that is being deleted as TERMINATING and not connectable when its last report is %s',
    async (state) => {
      const status = { activity: { lastActivity: 0, lastUpdate: 0, rules: running } };
      const nb = deleting(workspace('nb', { state, status, paused: state === 'Paused' }));
      const can = ['PAUSE', 'START', 'UPDATE', 'DELETE'].map((action) => `${action}: viewerCan(action: ${action})`);
      expect(await read(nb, `state services { connectable } activity { pauseEligibleAt } ${can.join(' ')}`)).toEqual({
        state: 'TERMINATING',
        services: [{ connectable: false }],
        activity: { pauseEligibleAt: null },
        PAUSE: false,
        START: false,
        UPDATE: true,
        DELETE: true,
      });
    },
  );

  it('finds, counts and sorts a workspace that is being deleted as TERMINATING', async () => {
    await using gateway = await start(deleting(workspace('nb', { state: 'Running' })));
    const page = '{ nodes { name } stateCounts { state count } }';
    const { data } = await gateway.query(
      `{ hit: workspaces(filter: { states: [TERMINATING] }) ${page} miss: workspaces(filter: { states: [RUNNING] }) ${page} }`,
    );
    expect(data).toEqual({
      hit: { nodes: [{ name: 'nb' }], stateCounts: [{ state: 'TERMINATING', count: 1 }] },
      miss: { nodes: [], stateCounts: [] },
    });
  });

  it.each([
    ['pauseWorkspace', 'PauseWorkspaceInput', { state: 'Running', paused: false }],
    ['startWorkspace', 'StartWorkspaceInput', { state: 'Paused', paused: true }],
  ] as const)('is refused by %s with CONFLICT, one by one and in bulk', async (mutation, type, options) => {
    await using gateway = await start(deleting(workspace('nb', options)));
    const before = gateway.cluster.get('kubeflow.org/v1beta1', 'Workspace', 'nb', 'team-a');
    const operation = `mutation ($input: ${type}!) { ${mutation}(input: $input) { warnings } }`;
    const { errors } = await gateway.query(operation, { input: at });
    const message = expect.stringContaining('it is being deleted');
    expect(errors).toMatchObject([{ message, extensions: { code: 'CONFLICT', state: 'TERMINATING', ...at } }]);
    const many = `mutation { ${mutation}s(input: { namespace: "team-a", names: ["nb"] }) { results { code message } } }`;
    expect((await gateway.query(many)).data).toEqual({
      [`${mutation}s`]: { results: [{ code: 'CONFLICT', message }] },
    });
    expect(gateway.cluster.get('kubeflow.org/v1beta1', 'Workspace', 'nb', 'team-a')).toEqual(before);
  });

  it('refuses a write with CONFLICT when the deletion of the workspace began after the last event', async () => {
    await using gateway = await start(workspace('nb', { state: 'Running' }));
    gateway.cluster.faults.stall(); // from here on nothing arrives through the watch
    gateway.cluster.apply(deleting(workspace('nb', { state: 'Running' })));
    const operation = 'mutation ($input: PauseWorkspaceInput!) { pauseWorkspace(input: $input) { warnings } }';
    expect((await gateway.query(operation, { input: at })).errors).toMatchObject([
      { extensions: { code: 'CONFLICT' } },
    ]);
  });
});

const containing = (text: string): unknown => expect.stringContaining(text);

describe('stateHint', () => {
  it.each([
    { nb: workspace('nb', { state: 'Running' }), hint: null, why: 'nothing is wrong' },
    { nb: workspace('nb'), hint: null, why: 'the controller has not reported a state' },
    { nb: workspace('n'.repeat(63)), hint: null, why: 'the name has 63 characters' },
    {
      nb: workspace('n'.repeat(64)),
      hint: containing('the name has 64 characters'),
      why: 'the name has 64 characters',
    },
    { nb: workspace('my.nb'), hint: containing('contains a dot'), why: 'the name has a dot' },
    {
      nb: workspace('my.nb', { state: 'Error' }),
      hint: containing('contains a dot'),
      why: 'the name has a dot and the state is ERROR',
    },
    { nb: workspace('my.nb', { state: 'Running' }), hint: null, why: 'the name has a dot but the workspace runs' },
    {
      nb: deleting(workspace('nb')),
      hint: containing('finalizer "example.org/keep"'),
      why: 'a finalizer delays the deletion',
    },
    {
      nb: deleting(workspace('my.nb')),
      hint: containing('finalizer'),
      why: 'a finalizer delays the deletion of a name with a dot',
    },
    {
      nb: deleting(workspace('nb'), ['foregroundDeletion']),
      hint: containing('such as its pod'),
      why: 'its pod is deleted first',
    },
    {
      nb: deleting(workspace('nb'), ['orphan']),
      hint: containing('garbage collector'),
      why: 'its pod is orphaned first',
    },
  ])('returns the hint, or null, when $why', async ({ nb, hint }) => {
    expect(await read(nb, 'stateHint')).toEqual({ stateHint: hint });
  });
});

describe('a DevPod workspace that is being deleted', () => {
  it('returns a DevPod workspace that is being deleted with the phase Terminating', async () => {
    const pod = {
      apiVersion: 'management.loft.sh/v1',
      kind: 'DevPodWorkspaceInstance',
      metadata: { name: 'pod', namespace: 'team-a' },
      spec: {},
      status: { phase: 'Ready' },
    };
    await using gateway = await startTestGateway({
      objects: [namespace('team-a'), devPodWorkspaceInstanceCrd, deleting(pod)],
    });
    const { data } = await gateway.query(
      '{ hit: devPodWorkspaceInstances(filter: { phases: ["Terminating"] }) { nodes { phase } } miss: devPodWorkspaceInstances(filter: { phases: ["Ready"] }) { totalCount } }',
    );
    expect(data).toEqual({ hit: { nodes: [{ phase: 'Terminating' }] }, miss: { totalCount: 0 } });
  });
});
