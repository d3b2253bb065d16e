import { describe, expect, it } from 'vitest';
import {
  DISCOVERY_INTERVAL_MS,
  IDLE_MS,
  OnDemand,
  startDemandedCache,
  type DemandedCache,
} from '../../test/support/lazy-cache.ts';
import { lineOf } from '../../test/support/naive-store.ts';
import { until } from '../../test/support/until.ts';
import { Widget, type WidgetObject } from '../../test/support/widget.ts';
import type { Resource } from '../kubernetes/resource.ts';
import type { AggregatedResource } from '../../dev/simulator/aggregated.ts';
import { WIDGET_DEFINITION, widget } from '../../dev/simulator/fixture.ts';
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

describe('what is served without watch', () => {
  it('is listed every ten seconds, and who follows is told the differences', async () => {
    await using demanded = await startPolling({ objects: [gizmo('a')] });
    await demanded.ensureSynced();
    const told = listenTo(demanded);
    demanded.simulator.delete('management.example.org/v1', 'Gizmo', 'a', 'default');
    demanded.simulator.apply(gizmo('b'));
    await polled(demanded, 2);
    expect([demanded.names(), told]).toEqual([
      ['b'],
      [expect.stringMatching('deleted'), expect.stringMatching('added')],
    ]);
    expect(demanded.status()).toMatchObject({
      updates: 'polled',
      synced: true,
      watch: { lists: { start: 1, poll: 1 } },
    });
    expect(demanded.asked().filter((title) => title.startsWith('watch'))).toEqual([]);
  });

  it('costs nothing when nobody reads it any more', async () => {
    await using demanded = await startPolling();
    await demanded.ensureSynced();
    demanded.clock.pass(IDLE_MS);
    await until(() => demanded.clock.waiting === 0, 'nothing of it runs');
    const { length } = demanded.asked();
    demanded.clock.pass(POLL_MS);
    expect([demanded.asked().length, demanded.status().updates]).toEqual([length, 'on-demand']);
  });

  it('is asked for at once by who has deleted something', async () => {
    await using demanded = await startPolling({ objects: [gizmo('a')] });
    await demanded.ensureSynced();
    const [object] = demanded.store.list();
    demanded.simulator.delete('management.example.org/v1', 'Gizmo', 'a', 'default');
    await demanded.cache.waitForDeletion(Gizmo, object?.metadata.uid ?? '');
    expect(demanded.names()).toEqual([]);
    await until(() => demanded.clock.waiting === 2, 'it waits again, for the next list and for the end of its use');
  });

  it('is served from the copy while it cannot be listed', async () => {
    await using demanded = await startPolling({ objects: [gizmo('a')] });
    await demanded.ensureSynced();
    demanded.simulator.faults.refuse({ status: 500, times: 1, when: ({ verb }) => verb === 'list' });
    demanded.simulator.apply(gizmo('b'));
    await polled(demanded, 2);
    expect(demanded.names()).toEqual(['a', 'b']);
    expect(demanded.status().watch.failures).toEqual({ 'server-error': 1 });
  });

  it('is told to be unavailable when its API goes, and polled again when it is back', async () => {
    await using demanded = await startDemandedCache({ resource: Gizmo });
    const withdraw = demanded.simulator.aggregate(unwatched);
    await demanded.ensureSynced();
    withdraw();
    demanded.clock.pass(POLL_MS);
    await until(() => demanded.store.failure !== undefined, 'it is not served');
    expect([demanded.store.failure, demanded.status().available]).toMatchObject([{ reason: 'KindUnavailable' }, false]);
    demanded.simulator.aggregate(unwatched);
    demanded.clock.pass(DISCOVERY_INTERVAL_MS);
    await until(() => demanded.status().synced, 'it is there again');
    expect(demanded.status()).toMatchObject({ updates: 'polled', available: true });
  });

  it('is watched once that is served', async () => {
    await using demanded = await startDemandedCache({ resource: Gizmo });
    const withdraw = demanded.simulator.aggregate(unwatched);
    await demanded.ensureSynced();
    withdraw();
    demanded.simulator.aggregate({ ...unwatched, verbs: ['create', 'list', 'watch'] });
    for (let lists = 2; lists <= 6; lists += 1) await polled(demanded, lists);
    demanded.clock.pass(POLL_MS);
    await demanded.watching();
    demanded.simulator.apply(gizmo('b'));
    await until(() => demanded.names().join() === 'b', 'it follows');
    expect(demanded.status().updates).toBe('watched');
  });

  it('is watched from the start where that is served when it is read again', async () => {
    await using demanded = await startDemandedCache({ resource: Gizmo });
    const withdraw = demanded.simulator.aggregate(unwatched);
    await demanded.ensureSynced();
    demanded.clock.pass(IDLE_MS);
    await until(() => demanded.clock.waiting === 0, 'nothing of it runs');
    withdraw();
    demanded.simulator.aggregate({ ...unwatched, verbs: ['create', 'list', 'watch'] });
    await demanded.ensureSynced();
    expect(demanded.status().updates).toBe('watched');
  });

  it('is remembered from list to list', async () => {
    await using demanded = await startPolling();
    await demanded.ensureSynced();
    const { version } = demanded.store;
    demanded.simulator.apply(gizmo('a'));
    await polled(demanded, 2);
    expect(demanded.store.changesSince(version)).toMatchObject([{ after: { metadata: { name: 'a' } } }]);
  });
});

describe.each([
  ['is always watched', Widget],
  ['is watched on demand', OnDemand],
])('what %s but whose watch is answered with 405', (_, resource) => {
  it('is polled', async () => {
    await using demanded = await startDemandedCache({ resource, before: refuseWatches, objects: [widget('a')] });
    await demanded.ensureSynced();
    await until(() => demanded.status().updates === 'polled', 'its watch has been refused');
    await polled(demanded, 1);
    expect([demanded.names(), demanded.status().updates]).toEqual([['a'], 'polled']);
    expect(demanded.status().watch.failures).toEqual({ unwatchable: 1 });
  });

  it('is unavailable when its definition goes, and there again when it is back', async () => {
    await using demanded = await startDemandedCache({ resource, before: refuseWatches });
    await demanded.ensureSynced();
    await until(() => demanded.status().updates === 'polled', 'its watch has been refused');
    await polled(demanded, 1);
    demanded.simulator.delete(...DEFINITION);
    demanded.clock.pass(POLL_MS);
    await until(() => !demanded.status().available, 'it is not served');
    demanded.simulator.apply(WIDGET_DEFINITION);
    demanded.simulator.apply(widget('b'));
    demanded.clock.pass(DISCOVERY_INTERVAL_MS);
    await until(() => demanded.names().join() === 'b', 'it is there again');
    expect(demanded.status()).toMatchObject({ available: true, updates: 'polled' });
  });
});

function startPolling(options: { readonly objects?: readonly ReturnType<typeof gizmo>[] } = {}) {
  return startDemandedCache({ resource: Gizmo, aggregated: [unwatched], ...options });
}

function refuseWatches({ faults }: Simulator): void {
  faults.refuse({ status: 405, when: ({ verb }) => verb === 'watch' });
}

/** Lets time pass until so many lists have been taken in. */
async function polled(demanded: DemandedCache, times: number): Promise<void> {
  const { clock } = demanded;
  const lists = () => Object.values(demanded.status().watch.lists).reduce((sum, count) => sum + count, 0);
  await until(() => clock.waiting > 0, 'it waits');
  if (lists() < times) clock.pass(POLL_MS);
  await until(() => lists() === times, 'it has been listed');
}

function listenTo({ store }: DemandedCache): readonly string[] {
  const told: string[] = [];
  store.addEventHandler({
    changed: (change) => void told.push(lineOf(change)),
    reset: () => told.push('reset'),
    failed: () => {},
  });
  return told;
}
