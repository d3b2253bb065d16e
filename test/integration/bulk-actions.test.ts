import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { startSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { specOf, type WorkspaceObject } from '../../src/kinds/workspace/resource.ts';
import { editing, grantIn, grantName } from '../support/access/grants.ts';
import { startGatewayProcess } from '../support/gateway-process.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { postOperation } from '../support/post-operation.ts';
import { startTestGateway, type SimulatedGateway, type Subscription } from '../support/test-gateway.ts';
import { connectUser } from '../support/user-client.ts';
import { waitFor } from '../support/wait-for.ts';

const ACTION = 'action { actionId mutation dryRun state total succeeded failed startedAt endedAt }';
const PAUSE = `mutation ($input: PauseWorkspacesInput!) { pauseWorkspaces(input: $input) { ${ACTION} succeeded results { name } } }`;
const DELETE = `mutation ($input: DeleteWorkspacesInput!) { deleteWorkspaces(input: $input) { ${ACTION} count results { name } } }`;
const CANCEL = `mutation ($id: ID!) { cancelBulkAction(input: { actionId: $id }) { ${ACTION} } }`;
const FOLLOW = `subscription ($id: ID!) { bulkAction(actionId: $id) {
  ${ACTION} warnings results { namespace name ok code message causes { field } workspace { name } }
} }`;

/** Longer than any test. */
const HANGS_MS = 600_000;

const ids = { id: 'a1' };
const input = { namespace: 'team-a', filter: {}, actionId: 'a1' };

function running(count: number): Manifest[] {
  return [
    namespace('team-a'),
    ...Array.from({ length: count }, (_, index) => workspace(`nb-${index}`, { state: 'Running' })),
  ];
}

interface Progress {
  readonly action: {
    readonly state: string;
    readonly total: number;
    readonly succeeded: number;
    readonly failed: number;
  };
  readonly results: readonly { readonly name: string; readonly ok: boolean; readonly code: string | null }[];
}

type Followed = Subscription<{ readonly bulkAction: Progress }>;

/** Returns the events of a subscription until it completes. */
async function eventsOf(followed: Followed): Promise<Progress[]> {
  const events: Progress[] = [];
  for await (const { data } of followed) if (data) events.push(data.bulkAction);
  return events;
}

function namesIn(events: readonly Progress[]): string[] {
  return events.flatMap(({ results }) => results.map(({ name }) => name)).toSorted();
}

/** Makes the API server hold all writes but the first ones. `arrived` resolves at the first one that is held. */
function holdWrites({ cluster }: { readonly cluster: Simulator }, afterwards = 0) {
  const arrived = Promise.withResolvers<void>();
  let passed = 0;
  const release = cluster.faults.delay(HANGS_MS, ({ verb }) => {
    const isHeld = verb === 'patch' && (passed += 1) > afterwards;
    if (isHeld) arrived.resolve();
    return isHeld;
  });
  return { arrived: arrived.promise, release };
}

function pausedIn({ cluster }: Pick<SimulatedGateway, 'cluster'>): number {
  const all = cluster.list('kubeflow.org/v1beta1', 'Workspace') as readonly WorkspaceObject[];
  return all.filter((object) => specOf(object).paused).length;
}

/** Subscribes and reads the first event. Returns a function that completes the subscription; its connection stays open. */
async function followOverWebSocket(gateway: SimulatedGateway): Promise<() => Promise<unknown>> {
  const iterator = gateway.connect({ lazyCloseTimeout: 60_000 }).iterate({ query: FOLLOW, variables: ids });
  await iterator.next();
  return async () => iterator.return?.();
}

/** Subscribes and reads the first bytes. Returns a function that cancels the response. */
async function followOverEvents({ url }: SimulatedGateway): Promise<() => Promise<unknown>> {
  const { body } = await postOperation(url, FOLLOW, { headers: { accept: 'text/event-stream' }, variables: ids });
  const reader = body?.getReader();
  await reader?.read();
  return async () => reader?.cancel();
}

describe('a bulk action', () => {
  it('reports a bulk action to its end, each result once', async () => {
    await using gateway = await startTestGateway({ objects: running(40), admission: [() => ({ warnings: ['hm'] })] });
    const held = holdWrites(gateway);
    const { data } = await gateway.query(PAUSE, { input });
    const started = { actionId: 'a1', mutation: 'pauseWorkspaces', dryRun: false, state: 'RUNNING', total: 40 };
    expect(data).toEqual({
      pauseWorkspaces: {
        action: { ...started, succeeded: 0, failed: 0, startedAt: expect.any(String), endedAt: null },
        succeeded: 0,
        results: [],
      },
    });
    const followed = eventsOf(gateway.subscribe(FOLLOW, ids));
    await held.arrived;
    held.release();
    const events = await followed;
    const done = events.map(({ action }) => action.succeeded + action.failed);
    expect(done.at(-1)).toBe(40);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(events.at(-1)).toMatchObject({ action: { state: 'COMPLETED', endedAt: expect.any(String) } });
    expect(namesIn(events)).toEqual(Array.from({ length: 40 }, (_, index) => `nb-${index}`).toSorted());
    const succeeded = { namespace: 'team-a', ok: true, code: null, message: null, causes: [], workspace: null };
    expect(events.flatMap(({ results }) => results)[0]).toMatchObject(succeeded);
    expect(events.flatMap((event) => (event as unknown as { warnings: string[] }).warnings)).toHaveLength(40);
    expect(pausedIn(gateway)).toBe(40);
  });

  it('reports the failure of one, and writes the others', async () => {
    await using gateway = await startTestGateway({ objects: running(3) });
    gateway.cluster.faults.refuse({ status: 422, reason: 'Invalid', when: ({ name }) => name === 'nb-1' });
    await gateway.query(PAUSE, { input });
    const events = await eventsOf(gateway.subscribe(FOLLOW, ids));
    expect(events.at(-1)?.action).toMatchObject({ state: 'COMPLETED', succeeded: 2, failed: 1 });
    expect(events.flatMap(({ results }) => results).find(({ ok }) => !ok)).toMatchObject({
      name: 'nb-1',
      code: 'INVALID',
    });
  });

  it('goes on when the client that has started it leaves, and is reported from the start to one that returns', async () => {
    await using gateway = await startTestGateway({ objects: running(20) });
    const held = holdWrites(gateway, 8);
    const first = gateway.connect();
    const iterator = first.iterate({ query: FOLLOW, variables: ids });
    await first.iterate({ query: PAUSE, variables: { input } }).next();
    await iterator.next();
    await held.arrived;
    await first.dispose();
    await waitFor(() => gateway.subscribers() === 0, 'the first subscription has ended');
    const again = eventsOf(gateway.subscribe(FOLLOW, ids));
    held.release();
    const events = await again;
    expect(namesIn(events)).toHaveLength(20);
    expect(new Set(namesIn(events)).size).toBe(20);
    expect(namesIn(await eventsOf(gateway.subscribe(FOLLOW, ids)))).toHaveLength(20);
  });

  it.each([
    ['WebSocket', followOverWebSocket],
    ['Server-Sent Events', followOverEvents],
  ])('goes on when its only subscriber over %s unsubscribes between two events', async (_, follow) => {
    await using gateway = await startTestGateway({ objects: running(20) });
    const held = holdWrites(gateway, 8);
    await gateway.query(PAUSE, { input });
    const unsubscribe = await follow(gateway);
    await held.arrived;
    expect(gateway.subscribers()).toBe(1);
    await unsubscribe();
    await waitFor(() => gateway.subscribers() === 0, 'the subscription has ended');
    held.release();
    const events = await eventsOf(gateway.subscribe(FOLLOW, ids));
    expect(events.at(-1)?.action).toMatchObject({ state: 'COMPLETED', succeeded: 20 });
    expect(pausedIn(gateway)).toBe(20);
  });

  it('deletes the matching workspaces, and nothing in a dry run', async () => {
    await using gateway = await startTestGateway({ objects: running(3) });
    const dryRun = await gateway.query(DELETE, { input: { ...input, dryRun: true } });
    expect(dryRun.data).toMatchObject({
      deleteWorkspaces: { count: 3, results: [], action: { dryRun: true, total: 3 } },
    });
    const names = ['nb-0', 'nb-1', 'nb-2'];
    expect(namesIn(await eventsOf(gateway.subscribe(FOLLOW, ids)))).toEqual(names);
    expect(gateway.cluster.list('kubeflow.org/v1beta1', 'Workspace')).toHaveLength(3);
    await gateway.query(DELETE, { input: { ...input, actionId: 'a2' } });
    expect(namesIn(await eventsOf(gateway.subscribe(FOLLOW, { id: 'a2' })))).toEqual(names);
    expect(gateway.cluster.list('kubeflow.org/v1beta1', 'Workspace')).toHaveLength(0);
  });

  it('completes at once when no workspace matches', async () => {
    await using gateway = await startTestGateway({ objects: running(1) });
    await gateway.query(PAUSE, { input: { ...input, filter: { search: 'none' } } });
    const events = await eventsOf(gateway.subscribe(FOLLOW, ids));
    expect(events.at(-1)?.action).toMatchObject({ state: 'COMPLETED', total: 0 });
  });

  it('ends after the writes in progress when it is cancelled', async () => {
    await using gateway = await startTestGateway({ objects: running(40) });
    const held = holdWrites(gateway);
    await gateway.query(PAUSE, { input });
    const followed = eventsOf(gateway.subscribe(FOLLOW, ids));
    await held.arrived;
    const { data } = await gateway.query(CANCEL, ids);
    held.release();
    const last = (await followed).at(-1)?.action;
    expect(data?.['cancelBulkAction']).toMatchObject({ action: { total: 40 } });
    expect(last).toMatchObject({ state: 'CANCELLED', failed: 0 });
    expect(last?.succeeded).toBeLessThan(40);
    expect(pausedIn(gateway)).toBe(last?.succeeded);
    expect((await gateway.query(CANCEL, ids)).data?.['cancelBulkAction']).toMatchObject({
      action: { state: 'CANCELLED' },
    });
  });

  it.each([
    ['BAD_REQUEST', 'the id has a line break', { actionId: 'a\nb' }],
    ['BAD_REQUEST', 'the id is empty', { actionId: '' }],
    ['BAD_REQUEST', 'the id is long', { actionId: 'a'.repeat(129) }],
    ['ALREADY_EXISTS', 'the id is used', { actionId: 'used' }],
    ['RATE_LIMITED', 'too many run', { actionId: 'another' }],
  ])('returns %s and writes nothing when %s', async (code, _, given) => {
    await using gateway = await startTestGateway({ objects: running(1), maxBulkActionsPerViewer: 1 });
    const held = holdWrites(gateway);
    await gateway.query(PAUSE, { input: { ...input, filter: {}, actionId: 'used' } });
    const { errors } = await gateway.query(DELETE, { input: { ...input, ...given } });
    held.release();
    expect(errors).toMatchObject([{ extensions: { code } }]);
    expect(gateway.cluster.requests.some(({ verb }) => verb === 'delete')).toBe(false);
  });

  it('refuses a bulk action of deleteWorkspaces without a filter', async () => {
    await using gateway = await startTestGateway({ objects: running(1) });
    const { errors } = await gateway.query(DELETE, { input: { namespace: 'team-a', actionId: 'a1' } });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
    expect(gateway.cluster.list('kubeflow.org/v1beta1', 'Workspace')).toHaveLength(1);
  });
});

describe('a bulk action of a user', () => {
  const settings = {
    authentication: { mode: 'token' },
    users: [
      { token: 'eve-token', name: 'eve' },
      { token: 'mallory-token', name: 'mallory' },
    ],
  } as const;
  const granted = [...grantIn('team-a', 'eve', editing), ...grantIn('team-a', 'mallory', editing)];

  it('returns NOT_FOUND for a bulk action of another user, whose id may be used again', async () => {
    await using gateway = await startTestGateway({ ...settings, objects: [...running(2), ...granted] });
    await using eve = connectUser(gateway.url, { token: 'eve-token' });
    await using mallory = connectUser(gateway.url, { token: 'mallory-token' });
    const notFound = { errors: [{ extensions: { code: 'NOT_FOUND' } }] };
    await eve.ask(PAUSE, { input });
    expect(await mallory.ask(CANCEL, ids)).toMatchObject(notFound);
    expect((await mallory.subscribe(FOLLOW, ids).next()).value).toMatchObject(notFound);
    expect(await mallory.ask(PAUSE, { input: { ...input, dryRun: true } })).toMatchObject({
      data: { pauseWorkspaces: { action: { dryRun: true } } },
    });
    const events = await eventsOf(eve.subscribe(FOLLOW, ids));
    expect(events.at(-1)?.action).toMatchObject({ dryRun: false, total: 2, succeeded: 2 });
  });

  it('fails for the remaining workspaces when the permission is revoked', async () => {
    await using gateway = await startTestGateway({ ...settings, objects: [...running(40), ...granted] });
    await using eve = connectUser(gateway.url, { token: 'eve-token' });
    const held = holdWrites(gateway, 8);
    await eve.ask(PAUSE, { input });
    const followed = eventsOf(eve.subscribe(FOLLOW, ids));
    await gateway.requested('patch', 8);
    gateway.cluster.delete('rbac.authorization.k8s.io/v1', 'RoleBinding', grantName('eve'), 'team-a');
    held.release();
    const events = await followed;
    expect(events.at(-1)?.action).toMatchObject({ state: 'COMPLETED', total: 40 });
    const codes = events.flatMap(({ results }) => results.map(({ code }) => code));
    expect(codes.filter((code) => code === 'FORBIDDEN').length).toBe(40 - pausedIn(gateway));
    expect(pausedIn(gateway)).toBeLessThan(40);
  });
});

it('interrupts a bulk action and reports it to its subscriber when the gateway gets SIGTERM', async () => {
  await using cluster = await startSimulator({ objects: [workspaceCrd, workspaceKindCrd, ...running(60)] });
  await using gateway = await startGatewayProcess(cluster.kubeconfig, { DRAIN_SECONDS: '600' });
  const held = holdWrites({ cluster }, 8);
  await using client = connectUser(`http://127.0.0.1:${gateway.port}/graphql`, { headers: {} });
  expect(await client.ask(PAUSE, { input })).toMatchObject({ status: 200 });
  const followed = client.subscribe<{ readonly bulkAction: Progress }>(FOLLOW, ids);
  const first = await followed.next();
  const rest = eventsOf(followed);
  const stopped = gateway.stop();
  await waitFor(async () => (await gateway.log()).includes('shutting down'), 'the gateway has the signal');
  held.release();
  expect(await stopped).toBe(0);
  const events = [...(first.value.data ? [first.value.data.bulkAction] : []), ...(await rest)];
  const { state, succeeded } = events.at(-1)?.action ?? {};
  expect(state).toBe('INTERRUPTED');
  expect(succeeded).toBe(pausedIn({ cluster }));
  expect(namesIn(events)).toHaveLength(succeeded ?? -1);
});
