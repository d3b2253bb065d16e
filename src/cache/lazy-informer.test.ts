import { describe, expect, it } from 'vitest';
import { DEFINITION } from '../../test/support/reflection.ts';
import { DISCOVERY_INTERVAL_MS, IDLE_MS, startLazyCache, type LazyCache } from '../../test/support/lazy-cache.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { WIDGET_DEFINITION, widget } from '../../dev/simulator/test-simulator.ts';

const DISCOVERY = '/apis/example.org/v1';
const noop = { changed: () => {}, reset: () => {}, failed: () => {} };

describe('a resource without readers', () => {
  it('requests no resource without readers, whose informer does not delay hasSynced', async () => {
    await using cached = await startLazyCache({ objects: [widget('a')] });
    await cached.cache.hasSynced;
    expect(cached.asked()).toEqual([]);
    expect(cached.status()).toMatchObject({ updates: 'on-demand', available: true, synced: false, objects: 0 });
  });

  it('asks for a resource without readers once per discovery interval for its status', async () => {
    await using cached = await startLazyCache();
    cached.simulator.delete(...DEFINITION);
    await cached.cache.discover();
    await cached.cache.discover();
    expect([cached.status().available, cached.asked()]).toEqual([false, [DISCOVERY]]);
    cached.simulator.apply(WIDGET_DEFINITION);
    cached.clock.pass(DISCOVERY_INTERVAL_MS);
    await cached.cache.discover();
    expect([cached.status().available, cached.asked()]).toEqual([true, [DISCOVERY, DISCOVERY]]);
  });

  it('ignores the result of a write', async () => {
    await using cached = await startLazyCache();
    const { client, signal, cache, resource, store } = cached;
    const { object } = await client.create(resource, widget('a'), { namespace: 'default', signal });
    cache.applyWriteResult(resource, object);
    await cache.waitForDeletion(resource, object.metadata.uid);
    expect([store.size, store.version, cached.status().updates]).toEqual([0, '', 'on-demand']);
  });
});

describe('the first reader of a resource', () => {
  it('waits for the list, after which the store follows the watch', async () => {
    await using cached = await startLazyCache({ objects: [widget('a')] });
    await cached.ensureSynced();
    expect(cached.names()).toEqual(['a']);
    expect(cached.status()).toMatchObject({ updates: 'watched', available: true, synced: true, objects: 1 });
    cached.simulator.apply(widget('b'));
    await waitFor(() => cached.names().join() === 'a,b', 'the change has arrived');
  });

  it('shares the list and watch with all other readers', async () => {
    await using cached = await startLazyCache({ objects: [widget('a')] });
    await Promise.all([cached.ensureSynced(), cached.ensureSynced(), cached.ensureSynced()]);
    await cached.ensureSynced();
    expect(cached.asked()).toEqual([DISCOVERY, 'watch widgets']);
  });

  it('does not wait, nor request anything but discovery, when the kind is not served', async () => {
    await using cached = await startLazyCache({ before: (simulator) => simulator.delete(...DEFINITION) });
    await cached.ensureSynced();
    expect([cached.store.failure, cached.status().available]).toMatchObject([{ reason: 'KindUnavailable' }, false]);
    expect(cached.asked()).toEqual([DISCOVERY]);
  });

  it('does not wait when the gateway may not read the resource', async () => {
    await using cached = await startLazyCache({
      before: ({ faults }) => void faults.refuse({ status: 403, when: ({ resource }) => resource === 'widgets' }),
    });
    await cached.ensureSynced();
    expect(cached.store.failure).toMatchObject({ code: 403 });
  });

  it('waits for the list when discovery does not respond', async () => {
    await using cached = await startLazyCache({
      objects: [widget('a')],
      before: ({ faults }) => void faults.refuse({ status: 503, when: ({ url }) => url === DISCOVERY }),
    });
    await cached.ensureSynced();
    expect(cached.names()).toEqual(['a']);
  });

  it('waits at most five seconds, as do later readers counted from its start', async () => {
    await using cached = await startLazyCache({ before: ({ faults }) => void faults.stall() });
    const [first, second] = [cached.ensureSynced(), cached.ensureSynced()];
    await cached.watching();
    cached.clock.pass(5_000);
    await Promise.all([first, second, cached.ensureSynced()]);
    expect(cached.store).toMatchObject({ version: '', failure: undefined });
  });

  it('gets the list however short the idle time is', async () => {
    const stalled: Disposable[] = [];
    await using cached = await startLazyCache({
      objects: [widget('a')],
      watchIdleMinutes: 0,
      before: ({ faults }) => void stalled.push(faults.stall()),
    });
    const synced = cached.ensureSynced();
    await cached.watching();
    await pass(cached, 2_000);
    for (const stall of stalled) stall[Symbol.dispose]();
    await synced;
    expect(cached.names()).toEqual(['a']);
    cached.clock.pass(2_000);
    await cached.stopped();
  });

  it('does not wait when the cache is disposed', async () => {
    await using cached = await startLazyCache({ before: ({ faults }) => void faults.stall() });
    const synced = cached.ensureSynced();
    await cached.watching();
    await Promise.all([synced, cached.cache[Symbol.asyncDispose]()]);
    await cached.ensureSynced();
    expect([cached.store.version, cached.clock.waiting]).toEqual(['', 0]);
  });

  it('does not wait when its signal has aborted', async () => {
    await using cached = await startLazyCache({ before: ({ faults }) => void faults.stall() });
    const aborted = new AbortController();
    const synced = cached.cache.ensureSynced(cached.resource, aborted);
    await cached.watching();
    aborted.abort();
    await synced;
    expect(cached.store.version).toBe('');
  });
});

describe('a resource that has been read', () => {
  it('stops being watched after ten minutes without a reader, and is listed again for the next one', async () => {
    await using cached = await startLazyCache({ objects: [widget('a')] });
    await cached.ensureSynced();
    cached.clock.pass(IDLE_MS);
    await cached.stopped();
    expect(cached.status()).toMatchObject({ updates: 'on-demand', synced: false, objects: 0 });
    cached.simulator.apply(widget('b'));
    await cached.ensureSynced();
    expect([cached.names(), cached.status().watch.lists]).toEqual([['a', 'b'], { start: 2 }]);
  });

  it('stays watched while readers come in time', async () => {
    await using cached = await startLazyCache();
    await cached.ensureSynced();
    for (let times = 0; times < 3; times += 1) {
      cached.clock.pass(IDLE_MS - 1);
      await cached.ensureSynced();
    }
    expect([cached.status().synced, cached.status().watch.lists]).toEqual([true, { start: 1 }]);
    cached.clock.pass(IDLE_MS);
    await cached.stopped();
  });

  it('stays watched while it has event handlers, and for ten minutes after the last one', async () => {
    await using cached = await startLazyCache();
    await cached.ensureSynced();
    const removeHandler = cached.store.addEventHandler(noop);
    for (let times = 0; times < 3; times += 1) await pass(cached, IDLE_MS);
    removeHandler();
    await pass(cached, IDLE_MS - 1);
    expect(cached.status()).toMatchObject({ synced: true, watch: { lists: { start: 1 } } });
    cached.clock.pass(1);
    await cached.stopped();
    expect(cached.status().synced).toBe(false);
  });

  it.each([0, 1, 2, 3, 5, 8])(
    'lists for a reader that comes %i microtasks after the watch has stopped',
    async (turns) => {
      await using cached = await startLazyCache({ objects: [widget('a')] });
      await cached.ensureSynced();
      cached.clock.pass(IDLE_MS);
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      await cached.ensureSynced();
      expect(cached.names()).toEqual(['a']);
      cached.simulator.apply(widget('b'));
      await waitFor(() => cached.names().join() === 'a,b', 'the change has arrived');
      await cached.watching();
    },
  );

  it('keeps its epoch and the changes since older versions when it is listed again', async () => {
    await using cached = await startLazyCache({ objects: [widget('a')] });
    await cached.ensureSynced();
    const { version } = cached.store;
    cached.clock.pass(IDLE_MS);
    await cached.stopped();
    cached.simulator.apply(widget('b'));
    await cached.ensureSynced();
    expect([cached.store.changesSince(version), cached.store.isCurrentEpoch(version)]).toEqual([undefined, true]);
    const changes = await cached.cache.cached(cached.resource).changesSince(version);
    expect(changes?.()).toMatchObject([{ before: undefined, after: { metadata: { name: 'b' } } }]);
  });

  it('begins a new epoch when the server was rolled back while it was not watched', async () => {
    await using cached = await startLazyCache();
    const backup = cached.simulator.faults.snapshot();
    cached.simulator.apply(widget('a'));
    await cached.ensureSynced();
    const { version } = cached.store;
    cached.clock.pass(IDLE_MS);
    await cached.stopped();
    await cached.simulator.faults.restart({ data: backup });
    await cached.ensureSynced();
    expect([cached.names(), cached.store.isCurrentEpoch(version)]).toEqual([[], false]);
  });

  it('sends a failure when its kind is not served any more, and is listed when it is served again', async () => {
    await using cached = await startLazyCache({ objects: [widget('a')] });
    await cached.ensureSynced();
    const failures: Error[] = [];
    cached.store.addEventHandler({ ...noop, failed: (error) => void failures.push(error) });
    cached.simulator.delete(...DEFINITION);
    await waitFor(() => failures.length > 0, 'the handler has been called');
    expect([failures, cached.status().available]).toMatchObject([[{ reason: 'KindUnavailable' }], false]);
    cached.simulator.apply(WIDGET_DEFINITION);
    cached.simulator.apply(widget('b'));
    cached.clock.pass(DISCOVERY_INTERVAL_MS);
    await waitFor(() => cached.names().join() === 'b', 'it is listed again');
  });

  it('is stale since the first failure of its new watch when the one before had failed, too', async () => {
    await using cached = await startLazyCache({
      before: ({ faults }) => void faults.refuse({ status: 403, when: ({ resource }) => resource === 'widgets' }),
    });
    await cached.ensureSynced();
    cached.clock.pass(IDLE_MS);
    await cached.stopped();
    expect(cached.status().staleSince).toBeUndefined();
    await cached.ensureSynced();
    expect(cached.status().staleSince).toBe(cached.clock.wallTime());
  });

  it('asks for a resource no more when it is not served and has no readers', async () => {
    await using cached = await startLazyCache({ before: (simulator) => simulator.delete(...DEFINITION) });
    await cached.ensureSynced();
    cached.clock.pass(IDLE_MS);
    await cached.stopped();
    const { length } = cached.asked();
    cached.clock.pass(IDLE_MS);
    expect([cached.asked().length, cached.status()]).toMatchObject([
      length,
      { updates: 'on-demand', available: false },
    ]);
  });
});

/** Moves the clock, and lets the sleepers it has woken run. */
async function pass({ clock }: LazyCache, ms: number): Promise<void> {
  clock.pass(ms);
  await new Promise((resolve) => setImmediate(resolve));
}
