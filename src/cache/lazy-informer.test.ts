import { describe, expect, it } from 'vitest';
import { DEFINITION } from '../../test/support/reflection.ts';
import {
  DISCOVERY_INTERVAL_MS,
  IDLE_MS,
  startDemandedCache,
  type DemandedCache,
} from '../../test/support/lazy-cache.ts';
import { until } from '../../test/support/until.ts';
import { WIDGET_DEFINITION, widget } from '../../dev/simulator/fixture.ts';

const DISCOVERY = '/apis/example.org/v1';
const quiet = { changed: () => {}, reset: () => {}, failed: () => {} };

describe('what nobody reads', () => {
  it('is not asked for, and nobody waits for it', async () => {
    await using demanded = await startDemandedCache({ objects: [widget('a')] });
    await demanded.cache.hasSynced;
    expect(demanded.asked()).toEqual([]);
    expect(demanded.status()).toMatchObject({ updates: 'on-demand', available: true, synced: false, objects: 0 });
  });

  it('is said to be served or not as of an interval ago, for one request', async () => {
    await using demanded = await startDemandedCache();
    demanded.simulator.delete(...DEFINITION);
    await demanded.cache.discover();
    await demanded.cache.discover();
    expect([demanded.status().available, demanded.asked()]).toEqual([false, [DISCOVERY]]);
    demanded.simulator.apply(WIDGET_DEFINITION);
    demanded.clock.pass(DISCOVERY_INTERVAL_MS);
    await demanded.cache.discover();
    expect([demanded.status().available, demanded.asked()]).toEqual([true, [DISCOVERY, DISCOVERY]]);
  });

  it('takes no answer of a write', async () => {
    await using demanded = await startDemandedCache();
    const { client, signal, cache, resource, store } = demanded;
    const { object } = await client.create(resource, widget('a'), { namespace: 'default', signal });
    cache.applyWriteResult(resource, object);
    await cache.waitForDeletion(resource, object.metadata.uid);
    expect([store.size, store.version, demanded.status().updates]).toEqual([0, '', 'on-demand']);
  });
});

describe('the first reader', () => {
  it('waits for the copy, which is then followed', async () => {
    await using demanded = await startDemandedCache({ objects: [widget('a')] });
    await demanded.ensureSynced();
    expect(demanded.names()).toEqual(['a']);
    expect(demanded.status()).toMatchObject({ updates: 'watched', available: true, synced: true, objects: 1 });
    demanded.simulator.apply(widget('b'));
    await until(() => demanded.names().join() === 'a,b', 'it follows');
  });

  it('shares it with all others', async () => {
    await using demanded = await startDemandedCache({ objects: [widget('a')] });
    await Promise.all([demanded.ensureSynced(), demanded.ensureSynced(), demanded.ensureSynced()]);
    await demanded.ensureSynced();
    expect(demanded.asked()).toEqual([DISCOVERY, 'watch widgets']);
  });

  it('does not wait for what is not served, which is not even asked for', async () => {
    await using demanded = await startDemandedCache({ before: (simulator) => simulator.delete(...DEFINITION) });
    await demanded.ensureSynced();
    expect([demanded.store.failure, demanded.status().available]).toMatchObject([{ reason: 'KindUnavailable' }, false]);
    expect(demanded.asked()).toEqual([DISCOVERY]);
  });

  it('does not wait for what the gateway may not read', async () => {
    await using demanded = await startDemandedCache({
      before: ({ faults }) => void faults.refuse({ status: 403, when: ({ resource }) => resource === 'widgets' }),
    });
    await demanded.ensureSynced();
    expect(demanded.store.failure).toMatchObject({ code: 403 });
  });

  it('is waited for all the same where discovery cannot be asked', async () => {
    await using demanded = await startDemandedCache({
      objects: [widget('a')],
      before: ({ faults }) => void faults.refuse({ status: 503, when: ({ url }) => url === DISCOVERY }),
    });
    await demanded.ensureSynced();
    expect(demanded.names()).toEqual(['a']);
  });

  it('waits five seconds at most, and later ones no longer', async () => {
    await using demanded = await startDemandedCache({ before: ({ faults }) => void faults.stall() });
    const [first, second] = [demanded.ensureSynced(), demanded.ensureSynced()];
    await demanded.watching();
    demanded.clock.pass(5_000);
    await Promise.all([first, second, demanded.ensureSynced()]);
    expect(demanded.store).toMatchObject({ version: '', failure: undefined });
  });

  it('is waited for however short copies are kept', async () => {
    const stalled: Disposable[] = [];
    await using demanded = await startDemandedCache({
      objects: [widget('a')],
      watchIdleMinutes: 0,
      before: ({ faults }) => void stalled.push(faults.stall()),
    });
    const used = demanded.ensureSynced();
    await demanded.watching();
    await pass(demanded, 2_000);
    for (const stall of stalled) stall[Symbol.dispose]();
    await used;
    expect(demanded.names()).toEqual(['a']);
    demanded.clock.pass(2_000);
    await demanded.stopped();
  });

  it('does not wait for what is being stopped for good', async () => {
    await using demanded = await startDemandedCache({ before: ({ faults }) => void faults.stall() });
    const used = demanded.ensureSynced();
    await demanded.watching();
    await Promise.all([used, demanded.cache[Symbol.asyncDispose]()]);
    await demanded.ensureSynced();
    expect([demanded.store.version, demanded.clock.waiting]).toEqual(['', 0]);
  });

  it('does not wait when it has gone', async () => {
    await using demanded = await startDemandedCache({ before: ({ faults }) => void faults.stall() });
    const gone = new AbortController();
    const used = demanded.cache.ensureSynced(demanded.resource, gone.signal);
    await demanded.watching();
    gone.abort();
    await used;
    expect(demanded.store.version).toBe('');
  });
});

describe('what was read', () => {
  it('is let go of when nobody has read it for ten minutes, and begun anew by the next reader', async () => {
    await using demanded = await startDemandedCache({ objects: [widget('a')] });
    await demanded.ensureSynced();
    demanded.clock.pass(IDLE_MS);
    await demanded.stopped();
    expect(demanded.status()).toMatchObject({ updates: 'on-demand', synced: false, objects: 0 });
    demanded.simulator.apply(widget('b'));
    await demanded.ensureSynced();
    expect([demanded.names(), demanded.status().watch.lists]).toEqual([['a', 'b'], { start: 2 }]);
  });

  it('is kept by every further reading', async () => {
    await using demanded = await startDemandedCache();
    await demanded.ensureSynced();
    for (let times = 0; times < 3; times += 1) {
      demanded.clock.pass(IDLE_MS - 1);
      await demanded.ensureSynced();
    }
    expect([demanded.status().synced, demanded.status().watch.lists]).toEqual([true, { start: 1 }]);
    demanded.clock.pass(IDLE_MS);
    await demanded.stopped();
  });

  it('is kept for as long as somebody follows it, and then for ten minutes', async () => {
    await using demanded = await startDemandedCache();
    await demanded.ensureSynced();
    const leave = demanded.store.addEventHandler(quiet);
    for (let times = 0; times < 3; times += 1) await pass(demanded, IDLE_MS);
    leave();
    await pass(demanded, IDLE_MS - 1);
    expect(demanded.status()).toMatchObject({ synced: true, watch: { lists: { start: 1 } } });
    demanded.clock.pass(1);
    await demanded.stopped();
    expect(demanded.status().synced).toBe(false);
  });

  it.each([0, 1, 2, 3, 5, 8])(
    'is there for who reads in the very moment that it stops, or %i turns later',
    async (turns) => {
      await using demanded = await startDemandedCache({ objects: [widget('a')] });
      await demanded.ensureSynced();
      demanded.clock.pass(IDLE_MS);
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      await demanded.ensureSynced();
      expect(demanded.names()).toEqual(['a']);
      demanded.simulator.apply(widget('b'));
      await until(() => demanded.names().join() === 'a,b', 'it follows');
      await demanded.watching();
    },
  );

  it('is begun anew with the history', async () => {
    await using demanded = await startDemandedCache({ objects: [widget('a')] });
    await demanded.ensureSynced();
    const { version } = demanded.store;
    demanded.clock.pass(IDLE_MS);
    await demanded.stopped();
    demanded.simulator.apply(widget('b'));
    await demanded.ensureSynced();
    expect([demanded.store.changesSince(version), demanded.store.isCurrentEpoch(version)]).toEqual([undefined, true]);
    const past = await demanded.cache.changesSince(demanded.resource, version);
    expect(past?.()).toMatchObject([{ before: undefined, after: { metadata: { name: 'b' } } }]);
  });

  it('is of another world where that has become older meanwhile', async () => {
    await using demanded = await startDemandedCache();
    const backup = demanded.simulator.faults.snapshot();
    demanded.simulator.apply(widget('a'));
    await demanded.ensureSynced();
    const { version } = demanded.store;
    demanded.clock.pass(IDLE_MS);
    await demanded.stopped();
    await demanded.simulator.faults.restart({ data: backup });
    await demanded.ensureSynced();
    expect([demanded.names(), demanded.store.isCurrentEpoch(version)]).toEqual([[], false]);
  });

  it('is told to be unavailable when it vanishes, and is there again when it comes back', async () => {
    await using demanded = await startDemandedCache({ objects: [widget('a')] });
    await demanded.ensureSynced();
    const failures: Error[] = [];
    demanded.store.addEventHandler({ ...quiet, failed: (error) => void failures.push(error) });
    demanded.simulator.delete(...DEFINITION);
    await until(() => failures.length > 0, 'who follows is told');
    expect([failures, demanded.status().available]).toMatchObject([[{ reason: 'KindUnavailable' }], false]);
    demanded.simulator.apply(WIDGET_DEFINITION);
    demanded.simulator.apply(widget('b'));
    demanded.clock.pass(DISCOVERY_INTERVAL_MS);
    await until(() => demanded.names().join() === 'b', 'it is there again');
  });

  it('is asked after no more, when it has vanished and nobody reads it', async () => {
    await using demanded = await startDemandedCache({ before: (simulator) => simulator.delete(...DEFINITION) });
    await demanded.ensureSynced();
    demanded.clock.pass(IDLE_MS);
    await demanded.stopped();
    const { length } = demanded.asked();
    demanded.clock.pass(IDLE_MS);
    expect([demanded.asked().length, demanded.status()]).toMatchObject([
      length,
      { updates: 'on-demand', available: false },
    ]);
  });
});

/** Lets time pass, and those who waited for it take their turn. */
async function pass({ clock }: DemandedCache, ms: number): Promise<void> {
  clock.pass(ms);
  await new Promise((resolve) => setImmediate(resolve));
}
