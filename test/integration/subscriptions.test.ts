import { describe, expect, it } from 'vitest';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { startTestGateway, type Subscription } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

interface Events {
  readonly workspaces: {
    readonly type: string;
    readonly object: Readonly<Record<string, unknown>> | null;
    readonly cursor?: string;
  };
}

/** Returns the next `count` events of a subscription to `workspaces`. */
async function events(subscription: Subscription<Events>, count: number): Promise<Events['workspaces'][]> {
  const taken: Events['workspaces'][] = [];
  while (taken.length < count) {
    const { value, done } = await subscription.next();
    if (done || !value.data) throw new Error(`Expected an event, got ${JSON.stringify(value)}`);
    taken.push(value.data.workspaces);
  }
  return taken;
}

const STATES =
  'subscription ($filter: WorkspaceFilter) { workspaces(namespace: "team-a", filter: $filter) { type object { name state } } }';

describe('workspaces', () => {
  it('sends RESET, the snapshot, SYNCED, then each change', async () => {
    await using gateway = await startTestGateway({
      objects: [namespace('team-a'), workspace('nb-1', { state: 'Running' })],
    });
    const changes = gateway.subscribe<Events>(STATES);
    expect(await events(changes, 3)).toEqual([
      { type: 'RESET', object: null },
      { type: 'ADDED', object: { name: 'nb-1', state: 'RUNNING' } },
      { type: 'SYNCED', object: null },
    ]);
    gateway.cluster.apply(workspace('nb-2'));
    expect(await events(changes, 1)).toEqual([{ type: 'ADDED', object: { name: 'nb-2', state: 'UNKNOWN' } }]);
    gateway.cluster.apply(workspace('nb-1', { state: 'Paused' }));
    expect(await events(changes, 1)).toEqual([{ type: 'MODIFIED', object: { name: 'nb-1', state: 'PAUSED' } }]);
    gateway.cluster.delete('kubeflow.org/v1beta1', 'Workspace', 'nb-1', 'team-a');
    expect(await events(changes, 1)).toEqual([{ type: 'DELETED', object: { name: 'nb-1', state: 'PAUSED' } }]);
  });

  it('sends RESET and SYNCED at once when no object matches', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a')] });
    expect(await events(gateway.subscribe<Events>(STATES), 2)).toEqual([
      { type: 'RESET', object: null },
      { type: 'SYNCED', object: null },
    ]);
  });

  it('sends ADDED when an object starts to match the filter and DELETED with its current state when it ceases to', async () => {
    await using gateway = await startTestGateway({
      objects: [namespace('team-a'), workspace('nb-1', { state: 'Running' })],
    });
    const failing = gateway.subscribe<Events>(STATES, { filter: { states: ['ERROR'] } });
    await events(failing, 2);
    gateway.cluster.apply(workspace('nb-1', { state: 'Error' }));
    expect(await events(failing, 1)).toEqual([{ type: 'ADDED', object: { name: 'nb-1', state: 'ERROR' } }]);
    gateway.cluster.apply(workspace('nb-1', { state: 'Pending' }));
    expect(await events(failing, 1)).toEqual([{ type: 'DELETED', object: { name: 'nb-1', state: 'PENDING' } }]);
  });

  it('sends nothing when only unselected fields change', async () => {
    await using gateway = await startTestGateway({
      objects: [namespace('team-a'), workspace('nb-1', { state: 'Running' })],
    });
    const changes = gateway.subscribe<Events>(STATES);
    await events(changes, 3);
    gateway.cluster.apply(workspace('nb-1', { state: 'Running', labels: { seen: 'no' } }));
    gateway.cluster.apply(workspace('nb-1', { state: 'Running', status: { stateMessage: 'not selected' } }));
    gateway.cluster.apply(workspace('nb-2', { state: 'Running' }));
    expect(await events(changes, 1)).toEqual([{ type: 'ADDED', object: { name: 'nb-2', state: 'RUNNING' } }]);
  });

  it('sends MODIFIED when a field changes that is selected through fragments, aliases and relations', async () => {
    await using gateway = await startTestGateway({
      objects: [namespace('team-a'), workspaceKind('jupyterlab'), workspace('nb-1', { state: 'Running' })],
    });
    const changes = gateway.subscribe<Events>(
      'subscription { workspaces { type it: object { ...Kind } cursor } } fragment Kind on Workspace { of: kind { title: displayName } }',
    );
    await events(changes, 3);
    gateway.cluster.apply(workspaceKind('jupyterlab', {}, { description: 'Not selected' }));
    gateway.cluster.apply(workspaceKind('jupyterlab', {}, { displayName: 'Jupyter' }));
    expect(await events(changes, 1)).toMatchObject([{ type: 'MODIFIED', it: { of: { title: 'Jupyter' } } }]);
  });

  it('sends MODIFIED when a count of related objects changes', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), workspaceKind('jupyterlab')] });
    const counts = gateway.subscribe('subscription { workspaceKinds { type object { workspaceCount } } }');
    await counts.next();
    expect(await counts.next()).toMatchObject({
      value: { data: { workspaceKinds: { type: 'ADDED', object: { workspaceCount: 0 } } } },
    });
    await counts.next();
    gateway.cluster.apply(workspace('nb-1'));
    expect(await counts.next()).toMatchObject({
      value: { data: { workspaceKinds: { type: 'MODIFIED', object: { workspaceCount: 1 } } } },
    });
  });

  it('rejects a cursor when it belongs to another selection or is malformed', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a')] });
    const [, synced] = await events(gateway.subscribe<Events>('subscription { workspaces { type cursor } }'), 2);
    const AFTER =
      'subscription ($after: String) { workspaces(after: $after, namespace: "team-a") { type object { name } } }';
    for (const after of [synced?.cursor, 'garbage', Buffer.from('[1,2]').toString('base64url')]) {
      const answer = await gateway.subscribe(AFTER, { after }).next();
      expect(answer.value?.errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
    }
  });
});

describe('workspace', () => {
  it('sends the object or null at once, then again when a selected field changes', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a')] });
    const changes = gateway.subscribe('subscription { workspace(namespace: "team-a", name: "nb-1") { name state } }');
    expect((await changes.next()).value?.data).toEqual({ workspace: null });
    gateway.cluster.apply(workspace('nb-1', { state: 'Pending' }));
    expect((await changes.next()).value?.data).toEqual({ workspace: { name: 'nb-1', state: 'PENDING' } });
    gateway.cluster.apply(workspace('nb-1', { state: 'Pending', labels: { seen: 'no' } }));
    gateway.cluster.apply(workspace('nb-1', { state: 'Running' }));
    expect((await changes.next()).value?.data).toEqual({ workspace: { name: 'nb-1', state: 'RUNNING' } });
    gateway.cluster.delete('kubeflow.org/v1beta1', 'Workspace', 'nb-1', 'team-a');
    expect((await changes.next()).value?.data).toEqual({ workspace: null });
  });
});

describe('connections', () => {
  it('keeps other operations running when one of the connection fails', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a')] });
    const client = gateway.connect();
    const changes = client.iterate<Events>({ query: STATES });
    for (const _ of ['RESET', 'SYNCED']) await changes.next();
    const broken = client.iterate({ query: 'subscription { workspaces { type ' });
    await expect(broken.next()).rejects.toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
    const query = client.iterate({ query: '{ workspaces { totalCount } }' });
    expect((await query.next()).value).toEqual({ data: { workspaces: { totalCount: 0 } } });
    gateway.cluster.apply(workspace('nb-1', { state: 'Running' }));
    expect((await changes.next()).value?.data?.workspaces).toEqual({
      type: 'ADDED',
      object: { name: 'nb-1', state: 'RUNNING' },
    });
  });

  it('releases a subscription at once when the client unsubscribes or disconnects', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a')] });
    const changes = gateway.subscribe<Events>(STATES);
    await changes.next();
    expect(gateway.subscribers()).toBe(1);
    await changes.return();
    await waitFor(() => gateway.subscribers() === 0, 'the subscription is released');
    const vanishing = gateway.connect();
    const iterator = vanishing.iterate<Events>({ query: STATES });
    for (const _ of ['RESET', 'SYNCED']) await iterator.next();
    vanishing.terminate();
    await waitFor(() => gateway.subscribers() === 0, 'the subscription is released');
    await expect(iterator.next()).rejects.toBeDefined();
  });
});
