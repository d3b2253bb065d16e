import { describe, expect, it } from 'vitest';
import { oldWorkspaceKindCrd } from '../support/crds/old-workspace-kind.ts';
import { oldWorkspaceCrd } from '../support/crds/old-workspace.ts';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { workspace } from '../support/manifests.ts';
import { queryWorkspace, WORKSPACE_NB } from '../support/workspace-query.ts';
import { startTestGateway, type Answer, type Subscription } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const MOMENT = 1_790_000_000_000;
const MOMENT_TEXT = '2026-09-21T14:13:20.000Z';
const oldCrds: readonly Manifest[] = [oldWorkspaceCrd, oldWorkspaceKindCrd];

describe('times and state of a workspace', () => {
  it('detects seconds or milliseconds for each value when a workspace mixes both', async () => {
    const status = { pauseTime: MOMENT / 1_000, activity: { lastActivity: MOMENT, lastUpdate: MOMENT / 1_000 } };
    const nb = workspace('nb', { state: 'Paused', status });
    const times = await queryWorkspace('pausedAt activity { lastActivityAt lastUpdateAt }', nb);
    expect(times).toEqual({
      pausedAt: MOMENT_TEXT,
      activity: { lastActivityAt: MOMENT_TEXT, lastUpdateAt: MOMENT_TEXT },
    });
  });

  it('orders and filters by last activity when an old cluster reports seconds', async () => {
    const old = activeAt('old', MOMENT / 1_000 - 60);
    const recent = activeAt('recent', MOMENT);
    await using gateway = await startTestGateway({ objects: [...oldCrds, recent, old] });
    const { data } = await gateway.query(
      `{ sorted: workspaces(orderBy: [{ field: LAST_ACTIVITY_AT }]) { nodes { name } }
         idle: workspaces(filter: { inactiveSince: "${MOMENT_TEXT}" }) { nodes { name } } }`,
    );
    expect(data).toEqual({
      sorted: { nodes: [{ name: 'old' }, { name: 'recent' }] },
      idle: { nodes: [{ name: 'old' }] },
    });
  });

  it('returns null instead of 1970 when a time is 0', async () => {
    const status = { lastRunningTime: 0, pauseTime: 0 };
    const times = await queryWorkspace(
      'pausedAt lastRunningAt activity { lastActivityAt lastUpdateAt lastProbe { startedAt } }',
      workspace('nb', { state: 'Running', status }),
    );
    expect(times).toEqual({
      pausedAt: null,
      lastRunningAt: null,
      activity: { lastActivityAt: null, lastUpdateAt: null, lastProbe: null },
    });
  });

  it.each([
    { what: 'no status', options: {} },
    { what: 'an empty state', options: { state: '' } },
    { what: 'an unknown state', options: { state: 'Hibernating' } },
  ])('returns the state UNKNOWN when a workspace has $what', async ({ options }) => {
    const answer = await queryWorkspace('state stateMessage pendingRestart pod { name }', workspace('nb', options));
    expect(answer).toEqual({ state: 'UNKNOWN', stateMessage: '', pendingRestart: false, pod: null });
  });

  it('returns times in milliseconds when they exceed the range of Int', async () => {
    const lastProbe = { startTime: MOMENT, endTime: MOMENT + 1, result: 'Failure', message: 'Jupyter probe failed' };
    const activity = { lastActivity: MOMENT, lastUpdate: MOMENT, lastProbe };
    const nb = workspace('nb', { state: 'Running', status: { lastRunningTime: MOMENT, activity } });
    const answer = await queryWorkspace('lastRunningAt activity { lastProbe { startedAt endedAt result } }', nb);
    expect(answer).toEqual({
      lastRunningAt: MOMENT_TEXT,
      activity: { lastProbe: { startedAt: MOMENT_TEXT, endedAt: '2026-09-21T14:13:20.001Z', result: 'FAILURE' } },
    });
  });

  it.each([
    { moment: 'after a pause', paused: true, state: 'Running' },
    { moment: 'while its pod terminates', paused: true, state: 'Terminating' },
    { moment: 'immediately after a start', paused: false, state: 'Paused' },
    { moment: 'shortly after a start', paused: false, state: 'Unknown' },
  ])('returns paused of the spec and state of the status $moment', async ({ paused, state }) => {
    const answer = await queryWorkspace('paused state', workspace('nb', { paused, state }));
    expect(answer).toEqual({ paused, state: state.toUpperCase() });
  });

  it('returns pausedAt when a paused workspace still runs', async () => {
    const nb = workspace('nb', { paused: true, state: 'Running', status: { pauseTime: MOMENT } });
    expect(await queryWorkspace('state pausedAt', nb)).toEqual({ state: 'RUNNING', pausedAt: MOMENT_TEXT });
  });

  it.each([
    { state: 'Running', eligibleAfter: MOMENT, expected: MOMENT_TEXT },
    { state: 'Running', eligibleAfter: 0, expected: null },
    { state: 'Paused', eligibleAfter: MOMENT, expected: null },
    { state: 'Error', eligibleAfter: MOMENT, expected: null },
  ])(
    'returns pauseEligibleAt $expected when the state is $state and eligibleAfter is $eligibleAfter',
    async (given) => {
      const { state, eligibleAfter, expected } = given;
      const activity = { lastActivity: MOMENT, lastUpdate: MOMENT, rules: { pauseWorkspace: { eligibleAfter } } };
      const answer = await queryWorkspace(
        'activity { pauseEligibleAt }',
        workspace('nb', { state, status: { activity } }),
      );
      expect(answer).toEqual({ activity: { pauseEligibleAt: expected } });
    },
  );

  it('sends the last activity when it is reset, moves back or lies in the future', async () => {
    const times = [
      [0, null],
      [4_000_000_000_000, '2096-10-02T07:06:40.000Z'],
      [MOMENT - 1_000, '2026-09-21T14:13:19.000Z'],
    ] as const;
    await using gateway = await startTestGateway({ objects: [activeAt('nb', MOMENT)] });
    const seen = gateway.subscribe(`subscription { ${WORKSPACE_NB} { activity { lastActivityAt } } }`);
    expect(await nextData(seen)).toEqual({ workspace: { activity: { lastActivityAt: MOMENT_TEXT } } });
    for (const [time, text] of times) {
      gateway.cluster.apply(activeAt('nb', time));
      expect(await nextData(seen)).toEqual({ workspace: { activity: { lastActivityAt: text } } });
    }
  });

  it('sends the state of the status when a workspace recovers from Error', async () => {
    const pod = { podTemplatePod: { name: 'ws-nb-0', nodeName: 'node-1' } };
    await using gateway = await startTestGateway({ objects: [workspace('nb', { state: 'Error', status: pod })] });
    const seen = gateway.subscribe(`subscription { ${WORKSPACE_NB} { state pod { name } } }`);
    expect(await nextData(seen)).toEqual({ workspace: { state: 'ERROR', pod: { name: 'ws-nb-0' } } });
    gateway.cluster.apply(workspace('nb', { state: 'Running', status: pod }));
    expect(await nextData(seen)).toEqual({ workspace: { state: 'RUNNING', pod: { name: 'ws-nb-0' } } });
  });

  it('returns the state of the status when its message contradicts it', async () => {
    const stateMessage = 'Workspace Container is not running (CrashLoopBackOff)';
    const answer = await queryWorkspace(
      'state stateMessage',
      workspace('nb', { state: 'Running', status: { stateMessage } }),
    );
    expect(answer).toEqual({ state: 'RUNNING', stateMessage });
  });
});

describe('workspace objects', () => {
  it('sends DELETED with the last state and ADDED with another id when a workspace is created again', async () => {
    await using gateway = await startTestGateway({ objects: [workspace('nb', { state: 'Running' })] });
    const seen = gateway.subscribe('subscription { workspaces { type object { id state metadata { uid } } } }');
    await nextData(seen); // RESET
    const first = eventIn(await nextData(seen));
    await nextData(seen); // SYNCED
    gateway.cluster.delete('kubeflow.org/v1beta1', 'Workspace', 'nb', 'team-a');
    expect(eventIn(await nextData(seen))).toEqual({ type: 'DELETED', object: first.object });
    gateway.cluster.apply(workspace('nb', { state: 'Running' }));
    const second = eventIn(await nextData(seen));
    expect(second.type).toBe('ADDED');
    expect(second.object?.id).not.toBe(first.object?.id);
  });

  it('returns null for the id of a deleted workspace when another has its name', async () => {
    await using gateway = await startTestGateway({ objects: [workspace('nb')] });
    const idOf = async () => idIn((await gateway.query(`{ ${WORKSPACE_NB} { id } }`)).data);
    const gone = await idOf();
    gateway.cluster.delete('kubeflow.org/v1beta1', 'Workspace', 'nb', 'team-a');
    gateway.cluster.apply(workspace('nb'));
    await waitFor(async () => ![gone, undefined].includes(await idOf()), 'the namesake is there');
    expect((await gateway.query('query ($id: ID!) { node(id: $id) { id } }', { id: gone })).data).toEqual({
      node: null,
    });
  });

  it('omits managedFields and the last applied configuration from the manifest', async () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', kept: 'yes' };
    const nb = { ...workspace('nb'), metadata: { name: 'nb', namespace: 'team-a', annotations } };
    await using gateway = await startTestGateway({ objects: [nb] });
    expect(gateway.cluster.get('kubeflow.org/v1beta1', 'Workspace', 'nb', 'team-a')?.metadata).toHaveProperty(
      'managedFields',
    );
    const { data } = await gateway.query(`{ ${WORKSPACE_NB} { manifest metadata { annotations { key } } } }`);
    expect(data).toHaveProperty('workspace.manifest.metadata.annotations', { kept: 'yes' });
    expect(data).not.toHaveProperty('workspace.manifest.metadata.managedFields');
    expect(data).toHaveProperty('workspace.metadata.annotations', [{ key: 'kept' }]);
  });
});

function activeAt(name: string, lastActivity: number): Manifest {
  return workspace(name, { state: 'Running', status: { activity: { lastActivity, lastUpdate: 0 } } });
}

function idIn(data: Answer['data']): string | undefined {
  return (data?.['workspace'] as { readonly id: string } | null | undefined)?.id;
}

/** Returns the data of the next result of a subscription, and fails if it has errors. */
async function nextData(seen: Subscription<unknown>): Promise<unknown> {
  const { value } = await seen.next();
  expect(value?.errors).toBeUndefined();
  return value?.data;
}

interface WorkspaceEvent {
  readonly type: string;
  readonly object: { readonly id: string } | null;
}

function eventIn(data: unknown): WorkspaceEvent {
  return (data as { readonly workspaces: WorkspaceEvent }).workspaces;
}
