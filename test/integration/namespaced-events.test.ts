import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { AccessEnvironment } from '../support/access/environment.ts';
import { bound, clusterRole, reader } from '../support/access/rbac-objects.ts';
import { testUser } from '../support/access/users.ts';
import { eventOf } from '../support/events.ts';
import { limitedGateway } from '../support/limited-gateway.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { startTestGateway, type SimulatedGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';
import { WORKSPACE_NB } from '../support/workspace-query.ts';

const EVENTS = `{ ${WORKSPACE_NB} { events { message } } }`;
const messages = (...texts: readonly string[]) => ({
  workspace: { events: texts.map((message) => ({ message })) },
});
const objects = [namespace('team-a'), namespace('team-b'), workspace('nb')];

let minute = 0;

/** Returns an event of `nb`, later than those that were returned before. */
function ownEvent(message: string): Manifest {
  minute += 1;
  return eventOf('Workspace', 'nb', { message, lastTimestamp: `2026-11-25T10:${String(minute).padStart(2, '0')}:00Z` });
}

/** Returns an event of the workspace with the same name in another namespace. */
function foreignEvent(at = 'team-b'): Manifest {
  return eventOf('Workspace', 'nb', { metadata: { namespace: at }, involvedObject: { namespace: at } });
}

/** Returns the namespaces of the requests for events; `all` for those of the whole cluster. */
function namespacesAsked({ cluster }: Pick<SimulatedGateway, 'cluster'>): readonly string[] {
  const read = cluster.requests.filter(({ resource }) => resource === 'events');
  return [...new Set(read.map((request) => request.namespace ?? 'all'))];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Returns the number of events in memory, and of those that watches have received. */
function cachedEvents(gateway: Pick<SimulatedGateway, 'statistics'>): {
  readonly stored: number;
  readonly received: number;
} {
  const kinds = gateway.statistics().kinds.filter(({ resource }) => resource.kind === 'Event');
  return { stored: sum(kinds.map((kind) => kind.objects)), received: sum(kinds.map((kind) => kind.watch.events)) };
}

describe('the events of a workspace', () => {
  it('reads the events of a workspace without those of other namespaces, and without changes of those', async () => {
    const foreign = Array.from({ length: 20_000 }, () => foreignEvent());
    await using gateway = await startTestGateway({ objects: [...objects, ownEvent('own'), ...foreign] });
    const stream = gateway.subscribe(`subscription ${EVENTS}`);
    expect((await stream.next()).value?.data).toEqual(messages('own'));
    expect([cachedEvents(gateway), namespacesAsked(gateway)]).toEqual([{ stored: 1, received: 0 }, ['team-a']]);
    for (let count = 0; count < 200; count += 1) gateway.cluster.apply(foreignEvent());
    gateway.cluster.apply(ownEvent('new'));
    expect((await stream.next()).value?.data).toEqual(messages('new', 'own'));
    expect([cachedEvents(gateway), namespacesAsked(gateway)]).toEqual([{ stored: 2, received: 1 }, ['team-a']]);
  });

  it('stores the events of a workspace without those of other kinds in the namespace', async () => {
    const others = ['Node', 'Job', 'ReplicaSet', 'Service'].map((kind) => eventOf(kind, 'other'));
    await using gateway = await startTestGateway({ objects: [...objects, ownEvent('own'), ...others] });
    const stream = gateway.subscribe(`subscription ${EVENTS}`);
    expect((await stream.next()).value?.data).toEqual(messages('own'));
    expect(cachedEvents(gateway).stored).toBe(1);
    for (const other of others) gateway.cluster.apply({ ...other, count: 2 });
    gateway.cluster.apply(ownEvent('new'));
    expect((await stream.next()).value?.data).toEqual(messages('new', 'own'));
    expect(cachedEvents(gateway).stored).toBe(2);
  });

  it('returns the same events when the list is not a streaming list', async () => {
    await using gateway = await startTestGateway({
      objects: [...objects, ownEvent('own'), eventOf('Job', 'other'), foreignEvent()],
    });
    gateway.cluster.faults.rejectStreamingLists(true);
    expect((await gateway.query(EVENTS)).data).toEqual(messages('own'));
    expect([cachedEvents(gateway).stored, namespacesAsked(gateway)]).toEqual([1, ['team-a']]);
  });

  it.each(['endWatches', 'dropWatches', 'expireWatches', 'compact'] as const)(
    'sends events to subscribers after %s',
    async (fault) => {
      await using gateway = await startTestGateway({ objects });
      const stream = gateway.subscribe(`subscription ${EVENTS}`);
      expect((await stream.next()).value?.data).toEqual(messages());
      gateway.cluster.faults[fault]();
      gateway.cluster.apply(ownEvent('own'));
      expect((await stream.next()).value?.data).toEqual(messages('own'));
      expect(namespacesAsked(gateway)).toEqual(['team-a']);
    },
  );

  it('reads the whole cluster for one request when it selects the events of more than 20 namespaces', async () => {
    const names = Array.from({ length: 22 }, (_, index) => `team-${index}`);
    const workspaces = names.flatMap((name) => [
      namespace(name),
      workspace('nb', { namespace: name }),
      foreignEvent(name),
    ]);
    await using gateway = await startTestGateway({ objects: workspaces });
    const { data } = await gateway.query('{ workspaces { nodes { events { involvedObject { name } } } } }');
    const events = [{ involvedObject: { name: 'nb' } }];
    expect(data).toEqual({ workspaces: { nodes: names.map(() => ({ events })) } });
    expect(namespacesAsked(gateway)).toHaveLength(21);
    expect(namespacesAsked(gateway)).toContain('all');
  });

  it('watches events while a subscription selects them, and no longer after it', async () => {
    await using gateway = await startTestGateway({ objects, watchIdleMinutes: 0 });
    const watched = gateway.cluster.openWatches;
    const stream = gateway.subscribe(`subscription ${EVENTS}`);
    expect((await stream.next()).value?.data).toEqual(messages());
    // Another namespace, read once, is idle sooner than the subscription ends.
    await gateway.query('{ events(namespace: "team-b") { totalCount } }');
    const openEvents = () => gateway.statistics().kinds.filter(({ resource }) => resource.kind === 'Event');
    await waitFor(() => openEvents().some(({ updates }) => updates === 'on-demand'), 'the second is idle');
    gateway.cluster.apply(ownEvent('own'));
    expect((await stream.next()).value?.data).toEqual(messages('own'));
    await stream.return();
    await waitFor(() => gateway.cluster.openWatches === watched, 'no on-demand kind is watched');
    gateway.cluster.apply(ownEvent('new'));
    expect((await gateway.query(EVENTS)).data).toEqual(messages('new', 'own'));
  });

  it('sends events after a cursor without a snapshot', async () => {
    await using gateway = await startTestGateway({ objects: [...objects, ownEvent('own')] });
    const query =
      'subscription ($after: String) { workspaces(after: $after) { type cursor object { events { message } } } }';
    type Event = { readonly workspaces: { readonly type: string; readonly cursor: string } };
    const first = gateway.subscribe<Event>(query);
    let cursor: string | undefined;
    for await (const { data } of first) {
      cursor = data?.workspaces.cursor;
      if (data?.workspaces.type === 'SYNCED') break;
    }
    gateway.cluster.apply(ownEvent('missed'));
    await waitFor(() => cachedEvents(gateway).stored === 2, 'the gateway has the event');
    const missed = gateway.subscribe<Event>(query, { after: cursor });
    const object = { events: [{ message: 'missed' }, { message: 'own' }] };
    expect((await missed.next()).value?.data?.workspaces).toMatchObject({ type: 'MODIFIED', object });
    expect((await missed.next()).value?.data?.workspaces).toMatchObject({ type: 'SYNCED' });
  });
});

describe('a list of events', () => {
  const both = [...objects, eventOf('Node', 'node'), foreignEvent()];

  it('reads one namespace if it is restricted to it', async () => {
    await using gateway = await startTestGateway({ objects: both });
    const { data } = await gateway.query('{ events(namespace: "team-a") { nodes { involvedObject { kind } } } }');
    expect(data).toEqual({ events: { nodes: [{ involvedObject: { kind: 'Node' } }] } });
    expect([cachedEvents(gateway).stored, namespacesAsked(gateway)]).toEqual([1, ['team-a']]);
  });

  it('reads the whole cluster if the viewer may list several namespaces', async () => {
    await using gateway = await startTestGateway({ objects: both });
    const { data } = await gateway.query('{ events { totalCount } }');
    expect([data, namespacesAsked(gateway)]).toEqual([{ events: { totalCount: 2 } }, ['all']]);
  });
});

describe('viewers with permissions in one namespace', () => {
  const ann = testUser('ann');
  const eventReader = clusterRole('event-reader', {
    apiGroups: [''],
    resources: ['events'],
    verbs: ['get', 'list', 'watch'],
  });

  it('sends the events of a namespace when the gateway itself may read no other', async () => {
    const other = { ...workspace('nb'), metadata: { name: 'nb', namespace: 'team-b' } };
    const role = bound(testUser('limited'), 'event-reader', 'team-a');
    await using gateway = await limitedGateway({
      objects: [...objects, other, eventReader, role, ownEvent('own'), foreignEvent()],
      mayNot: 'events',
    });
    const { data, errors } = await gateway.query(
      '{ workspaces { nodes { namespaceName events { message } } } events { nodes { message } } }',
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      workspaces: {
        nodes: [
          { namespaceName: 'team-a', events: [{ message: 'own' }] },
          { namespaceName: 'team-b', events: [] },
        ],
      },
      events: { nodes: [{ message: 'own' }] },
    });
    expect(namespacesAsked(gateway)).toEqual(['team-a']);
  });

  it('sends the events when the permission is granted, and none after it is revoked', async () => {
    await using environment = await AccessEnvironment.start({
      users: [ann],
      objects: [...objects, reader, bound(ann, 'reader'), eventReader, ownEvent('own')],
      modes: ['header'],
    });
    const { cluster } = environment;
    const stream = environment.caller(ann, 'header').follow(`subscription ${EVENTS}`);
    expect((await stream.next()).value?.data).toEqual(messages());
    const binding = bound(ann, 'event-reader', 'team-a');
    cluster.apply(binding);
    expect((await stream.next()).value?.data).toEqual(messages('own'));
    cluster.apply(ownEvent('new'));
    expect((await stream.next()).value?.data).toEqual(messages('new', 'own'));
    cluster.delete('rbac.authorization.k8s.io/v1', 'RoleBinding', binding.metadata?.name ?? '', 'team-a');
    expect((await stream.next()).value?.data).toEqual(messages());
    cluster.apply(ownEvent('unseen'));
    // Events and bindings arrive by different watches.
    await waitFor(() => cachedEvents(environment.gateway('header')).stored === 3, 'the gateway has the event');
    cluster.apply(binding);
    expect((await stream.next()).value?.data).toEqual(messages('unseen', 'new', 'own'));
    expect(namespacesAsked(environment)).toEqual(['team-a']);
  });
});
