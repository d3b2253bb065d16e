import { describe, expect, it } from 'vitest';
import { recordingLog } from '../../test/support/recording-log.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { startWidgetCluster, Widget, type WidgetObject } from '../../test/support/widget.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { widget } from '../../dev/simulator/test-simulator.ts';
import type { SimulatorOptions } from '../../dev/simulator/simulator.ts';
import { ClusterCache } from './cluster-cache.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { widgetObject } from '../../test/support/widget-object.ts';

const Uncached: Resource<WidgetObject> = { ...Widget, cache: { ...Widget.cache, watched: 'never' } };
const Gadget = { ...Widget, kind: 'Gadget', plural: 'gadgets', indexes: {} };

describe('ClusterCache', () => {
  it('caches each resource that is served, and returns the status of all', async () => {
    await using cached = await startCache({ objects: [widget('a')] });
    await cached.cache.hasSynced;
    expect(cached.cache.statuses()).toMatchObject([
      { resource: Widget, available: true, synced: true, objects: 1, lastEventAt: cached.clock.wallTime() },
      { resource: Gadget, available: false, synced: false, objects: 0, lastEventAt: undefined },
    ]);
    expect(cached.cache.store(Widget).get({ namespace: 'default', name: 'a' })).toMatchObject({ kind: 'Widget' });
  });

  it('returns the time of the last event', async () => {
    await using cached = await startCache();
    await cached.cache.hasSynced;
    cached.clock.pass(7_000);
    cached.simulator.apply(widget('a'));
    await waitFor(() => cached.cache.store(Widget).size === 1, 'the change has arrived');
    expect(cached.cache.statuses()[0]?.lastEventAt).toBe(cached.clock.wallTime());
  });

  it('returns a written object before its event arrives', async () => {
    await using cached = await startCache();
    await cached.cache.hasSynced;
    using _ = cached.simulator.faults.stall();
    const { object } = await cached.client.create(Widget, widget('a'), { namespace: 'default', signal: cached.signal });
    cached.cache.applyWriteResult(Widget, object);
    expect(cached.cache.store(Widget).withUid(object.metadata.uid)).toBe(object);
  });

  it('throws TypeError when the resource is not cached', async () => {
    await using cached = await startCache();
    const Other = { ...Widget, plural: 'others' };
    const refusal = new TypeError('Expected a cached resource (widgets, gadgets), got others.');
    expect(() => cached.cache.store(Other)).toThrow(refusal);
    expect(() => cached.cache.applyWriteResult(Other, widgetObject('a'))).toThrow(refusal);
  });

  it('does not cache a resource that is never watched, but returns whether it is served', async () => {
    await using cached = await startCache({ objects: [widget('a')] }, [Uncached]);
    await cached.cache.hasSynced;
    expect(() => cached.cache.store(Uncached)).toThrow(
      new TypeError('Expected a cached resource (none), got widgets.'),
    );
    expect(() => cached.cache.ensureSynced(Uncached)).toThrow('Expected a cached resource (none), got widgets.');
    cached.cache.applyWriteResult(Uncached, widgetObject('a'));
    await cached.cache.waitForDeletion(Uncached, 'uid-a');
    expect(cached.simulator.requests).toEqual([]);
    await cached.cache.discover();
    expect(cached.cache.statuses()).toMatchObject([
      { updates: 'live-reads', available: true, synced: false, objects: 0, lastEventAt: undefined },
    ]);
    expect(cached.simulator.requests).toHaveLength(1);
  });

  it('stops waiting for discovery after 2 s', async () => {
    await using cached = await startCache({}, [Uncached]);
    using _ = cached.simulator.faults.delay(60_000);
    const discovered = cached.cache.discover();
    cached.clock.pass(2_000);
    await discovered;
    expect(cached.cache.statuses()).toMatchObject([{ available: true }]);
  });

  it('runs nothing any more when it is disposed', async () => {
    await using cached = await startCache({ objects: [widget('a')] });
    await cached.cache.hasSynced;
    await cached.cache[Symbol.asyncDispose]();
    await waitFor(() => cached.simulator.openWatches === 0, 'no watch is open');
    const { length } = cached.simulator.requests;
    cached.simulator.apply(widget('b'));
    cached.clock.pass(60_000);
    expect([cached.cache.store(Widget).size, cached.simulator.requests.length]).toEqual([1, length]);
  });
});

describe('the log of a cache', () => {
  it('reports malformed objects once a minute, with their number', async () => {
    await using cached = await startCache();
    await cached.cache.hasSynced;
    for (const [passedMs, expected] of [
      [0, 1],
      [0, 2],
      [60_000, 3],
    ] as const) {
      const watched = cached.watches();
      cached.clock.pass(passedMs);
      // By then a list is due, and a watch after it. The server may not have noticed the end of the earlier one.
      if (passedMs > 0) await waitFor(() => cached.watches() > watched, 'it is watched again');
      await waitFor(() => cached.hasOpenWatches(1), 'the watch is open');
      cached.simulator.faults.injectLine('nonsense');
      await waitFor(() => cached.cache.statuses()[0]?.watch.malformed === expected, 'it is counted');
    }
    const reported = cached.lines().filter(({ msg }) => msg === 'skipped a malformed object from the API server');
    expect(reported).toMatchObject([{ level: 50, resource: 'widgets', malformed: 1 }, { malformed: 3 }]);
  });

  it.each([
    ['a refusal at level warn', 403, { level: 40, cause: 'forbidden', next: 'rewatch', waitMs: 800 }],
    ['an expired version at level info', 410, { level: 30, cause: 'expired', next: 'list', waitMs: 0 }],
  ])('reports %s, with the retry policy', async (_, status, expected) => {
    await using cached = await startCache();
    await cached.cache.hasSynced;
    cached.simulator.faults.refuse({ status, times: 1, when: ({ verb }) => verb === 'watch' });
    cached.simulator.faults.endWatches();
    const reported = () =>
      cached.lines().filter(({ msg, resource }) => msg === 'watch interrupted' && resource === 'widgets');
    await waitFor(() => reported().length > 0, 'it is reported');
    expect(reported()).toMatchObject([expected]);
  });

  it('reports repeated failures of one cause once in 30 s, and the end of a long interruption', async () => {
    await using cached = await startCache();
    await cached.cache.hasSynced;
    const reported = (message: string) =>
      cached.lines().filter(({ msg, resource }) => msg === message && resource === 'widgets');
    const failures = () => cached.cache.statuses()[0]?.watch.failures['overloaded'] ?? 0;
    const undo = cached.simulator.faults.refuse({ status: 503, when: ({ verb }) => verb === 'watch' });
    cached.simulator.faults.endWatches();
    await waitFor(() => failures() >= 5, 'the watch has failed five times');
    expect(reported('watch interrupted')).toHaveLength(1);
    cached.clock.pass(30_001);
    await waitFor(() => reported('watch interrupted').length === 2, 'it is reported again');
    expect(reported('watch interrupted')[1]).toMatchObject({ cause: 'overloaded', suppressed: expect.any(Number) });
    undo();
    await waitFor(() => reported('watch runs again').length > 0, 'the end is reported');
    expect(reported('watch runs again')).toMatchObject([{ level: 30, interruptedMs: 30_001 }]);
  });

  it('reports an exception of an event handler with its stack', async () => {
    await using cached = await startCache();
    await cached.cache.hasSynced;
    const stop = cached.cache.store(Widget).addEventHandler({ changed: fail, reset: fail, failed: fail });
    cached.simulator.apply(widget('a'));
    const reported = () => cached.lines().filter(({ cause, error }) => cause === 'bug' && error);
    await waitFor(() => reported().length > 0, 'it is reported');
    stop();
    expect(reported()).toMatchObject([
      { level: 50, error: { name: 'TypeError', message: 'a bug of ours', stack: expect.stringContaining('at ') } },
    ]);
  });
});

function fail(): never {
  throw new TypeError('a bug of ours');
}

/** Starts a cache of widgets, and of gadgets, which are not served. */
async function startCache(options: SimulatorOptions = {}, resources: readonly Resource[] = [Widget, Gadget]) {
  const cluster = await startWidgetCluster({ bookmarkIntervalMs: 60_000, ...options });
  const { client, simulator, hasOpenWatches } = cluster;
  const clock = new ManualClock(10_000, 5_000, 2_000);
  const { log, texts } = recordingLog();
  const intervals = { watchIdleTimeoutMs: 60_000, discoveryIntervalMs: 5_000 };
  const cache = new ClusterCache({ client, resources, log, clock, ...intervals });
  return {
    client,
    simulator,
    hasOpenWatches,
    watches: () => simulator.requests.filter(({ verb }) => verb === 'watch').length,
    clock,
    cache,
    signal: new AbortController().signal,
    lines: () => texts.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>),
    async [Symbol.asyncDispose]() {
      await cache[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    },
  };
}
