import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  FollowedByUidDocument,
  FollowedWithoutCursorDocument,
  FollowedWorkspacesDocument,
  ListedWorkspacesDocument,
  type ListedWorkspacesQuery,
  type WorkspaceState,
} from '../../test/__generated__/graphql.ts';
import { namespace, workspace } from '../../test/support/manifests.ts';
import { startTestGateway, type SimulatedGateway } from '../../test/support/test-gateway.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { print } from 'graphql';
import { followList, type ListState, type LiveList, type SubscriptionClient } from '../src/index.ts';
import { transports } from './clients.ts';

const WORKSPACE = ['kubeflow.org/v1beta1', 'Workspace'] as const;
const objects = [
  namespace('team-a'),
  namespace('team-b'),
  workspace('nb-1', { state: 'Running' }),
  workspace('nb-2', { state: 'Paused' }),
  workspace('b-1', { namespace: 'team-b', state: 'Running' }),
];

interface Row {
  readonly name: string;
  readonly state?: string;
}

function namesOf(rows: readonly Row[]): string {
  return rows.map(({ name, state }) => (state === undefined ? name : `${name} ${state}`)).join(', ');
}

async function untilRows(list: LiveList<Row>, expected: string): Promise<void> {
  await waitFor(() => namesOf(list.state.rows) === expected, `the rows are ${expected}`);
}

async function queryList(gateway: SimulatedGateway): Promise<ListedWorkspacesQuery['workspaces']> {
  const { data } = await gateway.query(print(ListedWorkspacesDocument));
  return (data as ListedWorkspacesQuery).workspaces;
}

describe.each(transports)('a followed list over %s', (_, connect) => {
  it('notifies once for the snapshot and once for each change', async () => {
    await using gateway = await startTestGateway({ objects });
    await using connected = connect(gateway.url);
    const states: ListState<Row>[] = [];
    const list = followList(
      connected.client,
      FollowedWorkspacesDocument,
      { namespace: 'team-a' },
      { onChange: (state) => states.push(state) },
    );
    await untilRows(list, 'nb-1 RUNNING, nb-2 PAUSED');
    gateway.cluster.apply(workspace('nb-1', { state: 'Paused' }));
    await untilRows(list, 'nb-1 PAUSED, nb-2 PAUSED');
    gateway.cluster.apply(workspace('nb-3', { state: 'Running' }));
    await untilRows(list, 'nb-1 PAUSED, nb-2 PAUSED, nb-3 RUNNING');
    gateway.cluster.delete(...WORKSPACE, 'nb-2', 'team-a');
    await untilRows(list, 'nb-1 PAUSED, nb-3 RUNNING');
    list.stop();
    expect(states.map(({ status, rows }) => `${status}: ${namesOf(rows)}`)).toEqual([
      'live: nb-1 RUNNING, nb-2 PAUSED',
      'live: nb-1 PAUSED, nb-2 PAUSED',
      'live: nb-1 PAUSED, nb-2 PAUSED, nb-3 RUNNING',
      'live: nb-1 PAUSED, nb-3 RUNNING',
    ]);
    await waitFor(() => gateway.subscribers() === 0, 'the subscription has ended');
  });

  it('receives only the changes since a list when it starts with its rows and liveCursor', async () => {
    await using gateway = await startTestGateway({ objects });
    await using connected = connect(gateway.url);
    const { nodes: rows, liveCursor } = await queryList(gateway);
    gateway.cluster.delete(...WORKSPACE, 'nb-2', 'team-a');
    await gateway.caughtUp();
    const initial = { rows, liveCursor };
    const options = { initial, compare: (a: Row, b: Row) => (a.name < b.name ? 1 : -1) };
    const list = followList(connected.client, FollowedWorkspacesDocument, {}, options);
    expect(list.state).toMatchObject({ status: 'stale' });
    for await (const state of list) {
      expect(namesOf(state.rows)).toBe('nb-1 RUNNING, b-1 RUNNING');
      break;
    }
    expect(rows).toContain(list.get(list.state.rows[0]?.id ?? ''));
    await waitFor(() => gateway.subscribers() === 0, 'the end of the iteration ends the subscription');
  });

  it('uses the given key when rows have no id', async () => {
    await using gateway = await startTestGateway({ objects });
    await using connected = connect(gateway.url);
    const list = followList(connected.client, FollowedByUidDocument, {}, { key: ({ metadata }) => metadata.uid });
    for await (const { rows } of list) {
      expect(rows.map(({ metadata }) => list.get(metadata.uid))).toEqual(rows);
      expect(rows).toHaveLength(3);
      break;
    }
  });

  it('yields the newest state, and ends when the signal is aborted', async () => {
    await using gateway = await startTestGateway({ objects });
    await using connected = connect(gateway.url);
    const abort = new AbortController();
    const seen: string[] = [];
    const options = { signal: abort.signal };
    for await (const { rows } of followList(connected.client, FollowedWorkspacesDocument, {}, options)) {
      seen.push(namesOf(rows));
      if (rows.length === 2) abort.abort();
      else gateway.cluster.delete(...WORKSPACE, 'nb-1', 'team-a');
    }
    expect(seen).toEqual(['nb-1 RUNNING, nb-2 PAUSED, b-1 RUNNING', 'nb-2 PAUSED, b-1 RUNNING']);
    await waitFor(() => gateway.subscribers() === 0, 'the subscription has ended');
    for await (const state of followList(connected.client, FollowedWorkspacesDocument, {}, options))
      throw new Error(`Expected no state after the signal was aborted, got ${JSON.stringify(state)}`);
  });

  it('answers each call of next() with a state of its own, also when they wait at the same time', async () => {
    await using gateway = await startTestGateway({ objects });
    await using connected = connect(gateway.url);
    const states = followList(connected.client, FollowedWorkspacesDocument, {})[Symbol.asyncIterator]();
    const results = [states.next(), states.next(), states.next()];
    const first = await results[0];
    expect(namesOf(first?.value?.rows ?? [])).toBe('nb-1 RUNNING, nb-2 PAUSED, b-1 RUNNING');
    gateway.cluster.delete(...WORKSPACE, 'nb-1', 'team-a');
    const second = await results[1];
    expect(namesOf(second?.value?.rows ?? [])).toBe('nb-2 PAUSED, b-1 RUNNING');
    await states.return?.();
    expect(await results[2]).toEqual({ done: true, value: undefined });
    await waitFor(() => gateway.subscribers() === 0, 'the subscription has ended');
  });

  it('shares one subscription between its subscribers, and resumes when the last one has left', async () => {
    await using gateway = await startTestGateway({ objects });
    await using connected = connect(gateway.url);
    const list = followList(connected.client, FollowedWorkspacesDocument, {});
    expect(gateway.subscribers()).toBe(0);
    const unsubscribe = [list.subscribe(() => undefined), list.subscribe(() => undefined)];
    await waitFor(() => list.state.status === 'live', 'the list is live');
    expect(gateway.subscribers()).toBe(1);
    const [first] = list.state.rows;
    for (const leave of unsubscribe) leave();
    await waitFor(() => gateway.subscribers() === 0, 'the subscription has ended');
    expect(list.state).toMatchObject({ status: 'stale', error: undefined });
    gateway.cluster.delete(...WORKSPACE, 'nb-2', 'team-a');
    await gateway.caughtUp();
    list.subscribe(() => undefined);
    await untilRows(list, 'nb-1 RUNNING, b-1 RUNNING');
    expect(list.state.rows[0]).toBe(first);
    list.stop();
  });
});

/** Checked by the compiler, never called. */
function checkTypes(client: SubscriptionClient) {
  const list = followList(client, FollowedWorkspacesDocument, {});
  // @ts-expect-error The rows have no id, so a key is required.
  followList(client, FollowedByUidDocument, {});
  // @ts-expect-error The same with other options.
  followList(client, FollowedByUidDocument, {}, { onChange: () => undefined });
  followList(client, FollowedByUidDocument, {}, { key: ({ metadata }) => metadata.uid });
  // @ts-expect-error `cursor` is not selected.
  followList(client, FollowedWithoutCursorDocument, {});
  // @ts-expect-error A query is not a list subscription.
  followList(client, ListedWorkspacesDocument, {});
  // @ts-expect-error The variable is a string.
  followList(client, FollowedWorkspacesDocument, { namespace: 1 });
  return list;
}

it('infers the type of the rows when the document has types', () => {
  type Inferred = ReturnType<typeof checkTypes>['state']['rows'][number];
  expectTypeOf<Inferred>().toEqualTypeOf<{ id: string; name: string; state: WorkspaceState }>();
  expect(checkTypes).toBeTypeOf('function');
});
