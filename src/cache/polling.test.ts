import { describe, expect, it } from 'vitest';
import {
  DISCOVERY_INTERVAL_MS,
  IDLE_MS,
  OnDemand,
  startLazyCache,
  type LazyCache,
} from '../../test/support/lazy-cache.ts';
import { lineOf } from '../../test/support/naive-store.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { Widget, type WidgetObject } from '../../test/support/widget.ts';
import type { Resource } from '../kubernetes/resource.ts';
import type { AggregatedResource } from '../../dev/simulator/aggregated-resource.ts';
import { WIDGET_DEFINITION, widget } from '../../dev/simulator/test-simulator.ts';
import type { Simulator } from '../../dev/simulator/simulator.ts';
import { DEFINITION } from '../../test/support/reflection.ts';

const POLL_MS = 10_000;
const unwatched: AggregatedResource = {
  apiVersion: 'management.example.org/v1',
  kind: 'Gizmo',
  verbs: ['create', 'delete', 'get', 'list'],
};
const Gizmo: Resource<WidgetObject> = {
  ...OnDemand,
  kind: 'Gizmo',
  group: 'management.example.org',
  plural: 'gizmos',
};
const gizmo = (name: string) => ({ ...widget(name), apiVersion: 'management.example.org/v1', kind: 'Gizmo' });

describe('a resource that is served without watch', () => {
  it('lists every ten seconds, with an event for every difference, when a resource is served without watch', async () => {
    await using cached = await startPolling({ objects: [gizmo('a')] });
    await cached.ensureSynced();
    const events = recordEvents(cached);
    cached.simulator.delete('management.example.org/v1', 'Gizmo', 'a', 'default');
    cached.simulator.apply(gizmo('b'));
    await polled(cached, 2);
    expect([cached.names(), events]).toEqual([
      ['b'],
      [expect.stringMatching('deleted'), expect.stringMatching('added')],
    ]);
    expect(cached.status()).toMatchObject({
      updates: 'polled',
      synced: true,
      watch: { lists: { start: 1, poll: 1 } },
    });
    expect(cached.asked().filter((title) => title.startsWith('watch'))).toEqual([]);
  });

  it('polls no more when there are no readers', async () => {
    await using cached = await startPolling();
    await cached.ensureSynced();
    cached.clock.pass(IDLE_MS);
    await waitFor(() => cached.clock.waiting === 0, 'nothing runs any more');
    const { length } = cached.asked();
    cached.clock.pass(POLL_MS);
    expect([cached.asked().length, cached.status().updates]).toEqual([length, 'on-demand']);
  });

  it('lists at once after a deletion', async () => {
    await using cached = await startPolling({ objects: [gizmo('a')] });
    await cached.ensureSynced();
    const [object] = cached.store.list();
    cached.simulator.delete('management.example.org/v1', 'Gizmo', 'a', 'default');
    await cached.cache.waitForDeletion(Gizmo, object?.metadata.uid ?? '');
    expect(cached.names()).toEqual([]);
    await waitFor(() => cached.clock.waiting === 2, 'it waits for the next list and for the idle time');
  });

  it('keeps its objects when a list fails', async () => {
    await using cached = await startPolling({ objects: [gizmo('a')] });
    await cached.ensureSynced();
    cached.simulator.faults.refuse({ status: 500, times: 1, when: ({ verb }) => verb === 'list' });
    cached.simulator.apply(gizmo('b'));
    await polled(cached, 2);
    expect(cached.names()).toEqual(['a', 'b']);
    expect(cached.status().watch.failures).toEqual({ 'server-error': 1 });
  });

  it('reports a polled resource as unavailable while its API is not served, then polls again', async () => {
    await using cached = await startLazyCache({ resource: Gizmo });
    const withdraw = cached.simulator.aggregate(unwatched);
    await cached.ensureSynced();
    withdraw();
    cached.clock.pass(POLL_MS);
    await waitFor(() => cached.store.failure !== undefined, 'it is not served');
    expect([cached.store.failure, cached.status().available]).toMatchObject([{ reason: 'KindUnavailable' }, false]);
    cached.simulator.aggregate(unwatched);
    cached.clock.pass(DISCOVERY_INTERVAL_MS);
    await waitFor(() => cached.status().synced, 'it is listed again');
    expect(cached.status()).toMatchObject({ updates: 'polled', available: true });
  });

  it('watches a polled resource when its API begins to serve watches', async () => {
    await using cached = await startLazyCache({ resource: Gizmo });
    const withdraw = cached.simulator.aggregate(unwatched);
    await cached.ensureSynced();
    withdraw();
    cached.simulator.aggregate({ ...unwatched, verbs: ['create', 'list', 'watch'] });
    for (let lists = 2; lists <= 6; lists += 1) await polled(cached, lists);
    cached.clock.pass(POLL_MS);
    await cached.watching();
    cached.simulator.apply(gizmo('b'));
    await waitFor(() => cached.names().join() === 'b', 'the change has arrived');
    expect(cached.status().updates).toBe('watched');
  });

  it('watches a polled resource at once when its API serves watches by the time it is read again', async () => {
    await using cached = await startLazyCache({ resource: Gizmo });
    const withdraw = cached.simulator.aggregate(unwatched);
    await cached.ensureSynced();
    cached.clock.pass(IDLE_MS);
    await waitFor(() => cached.clock.waiting === 0, 'nothing runs any more');
    withdraw();
    cached.simulator.aggregate({ ...unwatched, verbs: ['create', 'list', 'watch'] });
    await cached.ensureSynced();
    expect(cached.status().updates).toBe('watched');
  });

  it('returns the changes since an earlier list', async () => {
    await using cached = await startPolling();
    await cached.ensureSynced();
    const { version } = cached.store;
    cached.simulator.apply(gizmo('a'));
    await polled(cached, 2);
    expect(cached.store.changesSince(version)).toMatchObject([{ after: { metadata: { name: 'a' } } }]);
  });
});

describe.each([
  ['always', Widget],
  ['on demand', OnDemand],
])('a resource to be watched %s whose watch is answered with 405', (_, resource) => {
  it('polls a resource when its watch is answered with 405', async () => {
    await using cached = await startLazyCache({ resource, before: refuseWatches, objects: [widget('a')] });
    await cached.ensureSynced();
    await waitFor(() => cached.status().updates === 'polled', 'its watch has been refused');
    await polled(cached, 1);
    expect([cached.names(), cached.status().updates]).toEqual([['a'], 'polled']);
    expect(cached.status().watch.failures).toEqual({ unwatchable: 1 });
  });

  it('reports a polled resource as unavailable while its definition is deleted, then lists it again', async () => {
    await using cached = await startLazyCache({ resource, before: refuseWatches });
    await cached.ensureSynced();
    await waitFor(() => cached.status().updates === 'polled', 'its watch has been refused');
    await polled(cached, 1);
    cached.simulator.delete(...DEFINITION);
    cached.clock.pass(POLL_MS);
    await waitFor(() => !cached.status().available, 'it is not served');
    cached.simulator.apply(WIDGET_DEFINITION);
    cached.simulator.apply(widget('b'));
    cached.clock.pass(DISCOVERY_INTERVAL_MS);
    await waitFor(() => cached.names().join() === 'b', 'it is listed again');
    expect(cached.status()).toMatchObject({ available: true, updates: 'polled' });
  });
});

function startPolling(options: { readonly objects?: readonly ReturnType<typeof gizmo>[] } = {}) {
  return startLazyCache({ resource: Gizmo, aggregated: [unwatched], ...options });
}

function refuseWatches({ faults }: Simulator): void {
  faults.refuse({ status: 405, when: ({ verb }) => verb === 'watch' });
}

/** Moves the clock until the given number of lists is complete. */
async function polled(cached: LazyCache, times: number): Promise<void> {
  const { clock } = cached;
  const lists = () => Object.values(cached.status().watch.lists).reduce((sum, count) => sum + count, 0);
  await waitFor(() => clock.waiting > 0, 'it waits for the next list');
  if (lists() < times) clock.pass(POLL_MS);
  await waitFor(() => lists() === times, 'it has been listed');
}

function recordEvents({ store }: LazyCache): readonly string[] {
  const events: string[] = [];
  store.addEventHandler({
    changed: (change) => void events.push(lineOf(change)),
    reset: () => events.push('reset'),
    failed: () => {},
  });
  return events;
}
