import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { until } from '../../test/support/until.ts';
import { startWidgetCluster, Widget, type WidgetObject } from '../../test/support/widget.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { widget } from '../../dev/simulator/fixture.ts';
import type { SimulatorOptions } from '../../dev/simulator/simulator.ts';
import { startClusterCache } from './cluster-cache.ts';
import { OwnedClock } from '../../test/support/owned-clock.ts';
import { widgetObject } from '../../test/support/widget-object.ts';

const Secretive: Resource<WidgetObject> = { ...Widget, cache: { ...Widget.cache, watched: 'never' } };
const Gadget = { ...Widget, kind: 'Gadget', plural: 'gadgets', indexes: {} };

describe('a cluster cache', () => {
  it('keeps each resource, and says how fresh it is', async () => {
    await using cached = await startCache({ objects: [widget('a')] });
    await cached.cache.hasSynced;
    expect(cached.cache.statuses()).toMatchObject([
      { resource: Widget, available: true, synced: true, objects: 1, lastEventAt: cached.clock.now() },
      { resource: Gadget, available: false, synced: false, objects: 0, lastEventAt: undefined },
    ]);
    expect(cached.cache.store(Widget).get({ namespace: 'default', name: 'a' })).toMatchObject({ kind: 'Widget' });
  });

  it('notes when something was last heard', async () => {
    await using cached = await startCache();
    await cached.cache.hasSynced;
    cached.clock.pass(7_000);
    cached.simulator.apply(widget('a'));
    await until(() => cached.cache.store(Widget).size === 1, 'it follows');
    expect(cached.cache.statuses()[0]?.lastEventAt).toBe(cached.clock.now());
  });

  it('has the answer to a write at once', async () => {
    await using cached = await startCache();
    await cached.cache.hasSynced;
    using _ = cached.simulator.faults.stall();
    const { object } = await cached.client.create(Widget, widget('a'), { namespace: 'default', signal: cached.signal });
    cached.cache.applyWriteResult(Widget, object);
    expect(cached.cache.store(Widget).withUid(object.metadata.uid)).toBe(object);
  });

  it('knows only what it keeps', async () => {
    await using cached = await startCache();
    const Other = { ...Widget, plural: 'others' };
    const refusal = new TypeError('others are not kept; expected one of widgets, gadgets.');
    expect(() => cached.cache.store(Other)).toThrow(refusal);
    expect(() => cached.cache.applyWriteResult(Other, widgetObject('a'))).toThrow(refusal);
  });

  it('neither reads nor keeps what is never watched, but says whether it is served', async () => {
    await using cached = await startCache({ objects: [widget('a')] }, [Secretive]);
    await cached.cache.hasSynced;
    expect(() => cached.cache.store(Secretive)).toThrow(new TypeError('widgets are not kept; expected one of none.'));
    await expect(cached.cache.ensureSynced(Secretive)).rejects.toThrow('widgets are not kept');
    cached.cache.applyWriteResult(Secretive, widgetObject('a'));
    await cached.cache.waitForDeletion(Secretive, 'uid-a');
    expect(cached.simulator.requests).toEqual([]);
    await cached.cache.discover();
    expect(cached.cache.statuses()).toMatchObject([
      { updates: 'live-reads', available: true, synced: false, objects: 0, lastEventAt: undefined },
    ]);
    expect(cached.simulator.requests).toHaveLength(1);
  });

  it('does not wait for discovery for long', async () => {
    await using cached = await startCache({}, [Secretive]);
    using _ = cached.simulator.faults.delay(60_000);
    const discovered = cached.cache.discover();
    cached.clock.pass(2_000);
    await discovered;
    expect(cached.cache.statuses()).toMatchObject([{ available: true }]);
  });

  it('has stopped everything when it is disposed of', async () => {
    await using cached = await startCache({ objects: [widget('a')] });
    await cached.cache.hasSynced;
    await cached.cache[Symbol.asyncDispose]();
    await until(() => cached.simulator.openWatches === 0, 'no watch is open');
    const { length } = cached.simulator.requests;
    cached.simulator.apply(widget('b'));
    cached.clock.pass(60_000);
    expect([cached.cache.store(Widget).size, cached.simulator.requests.length]).toEqual([1, length]);
  });
});

describe('its log', () => {
  it('tells of nonsense once a minute, and how much of it there was', async () => {
    await using cached = await startCache();
    await cached.cache.hasSynced;
    for (const [passing, expected] of [
      [0, 1],
      [0, 2],
      [60_000, 3],
    ] as const) {
      cached.clock.pass(passing);
      cached.simulator.faults.injectLine('nonsense');
      await until(() => cached.cache.statuses()[0]?.watch.malformed === expected, 'it was counted');
    }
    const told = cached.lines().filter(({ msg }) => msg === 'passed over what the API server sent');
    expect(told).toMatchObject([{ level: 50, resource: 'widgets', malformed: 1 }, { malformed: 3 }]);
  });

  it.each([
    ['a refusal', 403, { level: 40, cause: 'forbidden', next: 'rewatch', waitMs: 800 }],
    ['what is routine', 410, { level: 30, cause: 'expired', next: 'list', waitMs: 0 }],
  ])('tells of %s, and what is done about it', async (_, status, expected) => {
    await using cached = await startCache();
    await cached.cache.hasSynced;
    cached.simulator.faults.refuse({ status, times: 1, when: ({ verb }) => verb === 'watch' });
    cached.simulator.faults.endWatches();
    const told = () =>
      cached.lines().filter(({ msg, resource }) => msg === 'watch interrupted' && resource === 'widgets');
    await until(() => told().length > 0, 'it was told');
    expect(told()).toMatchObject([expected]);
  });

  it('tells of a bug with its stack', async () => {
    await using cached = await startCache();
    await cached.cache.hasSynced;
    const stop = cached.cache.store(Widget).addEventHandler({ changed: fail, reset: fail, failed: fail });
    cached.simulator.apply(widget('a'));
    const told = () => cached.lines().filter(({ cause, error }) => cause === 'bug' && error);
    await until(() => told().length > 0, 'it was told');
    stop();
    expect(told()).toMatchObject([
      { level: 50, error: { name: 'TypeError', message: 'a bug of ours', stack: expect.stringContaining('at ') } },
    ]);
  });
});

function fail(): never {
  throw new TypeError('a bug of ours');
}

/** A cache of widgets, and of gadgets, which are not served. */
async function startCache(options: SimulatorOptions = {}, resources: readonly Resource[] = [Widget, Gadget]) {
  const cluster = await startWidgetCluster({ bookmarkIntervalMs: 60_000, ...options });
  const { client, simulator } = cluster;
  const clock = new OwnedClock(10_000, 5_000, 2_000);
  const written: string[] = [];
  const log = pino({}, { write: (line: string) => void written.push(line) });
  const waits = { watchIdleTimeoutMs: 60_000, discoveryIntervalMs: 5_000 };
  const cache = startClusterCache({ client, resources, log, clock, ...waits });
  return {
    client,
    simulator,
    clock,
    cache,
    signal: new AbortController().signal,
    lines: () => written.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>),
    async [Symbol.asyncDispose]() {
      await cache[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    },
  };
}
