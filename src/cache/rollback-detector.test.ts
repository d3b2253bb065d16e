import { describe, expect, it } from 'vitest';
import type { RequestPredicate } from '../../dev/simulator/faults.ts';
import { widget } from '../../dev/simulator/test-simulator.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { namespace } from '../../test/support/manifests.ts';
import { backupBeforeChange, PATIENCE_MS, startReflection, watching } from '../../test/support/reflection.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { startWidgetCluster, Widget } from '../../test/support/widget.ts';
import { widgetObject } from '../../test/support/widget-object.ts';
import { compareVersions } from '../kubernetes/object.ts';
import { RollbackDetector } from './rollback-detector.ts';
import { Store } from './store.ts';

describe('RollbackDetector', () => {
  it('returns one suspicion once', async () => {
    await using detection = await startDetection();
    const { detector } = detection;
    detector.suspect();
    detector.suspect();
    expect([detector.takeSuspicion(), detector.takeSuspicion()]).toEqual([true, false]);
  });

  it('finds no cause of a list while the server is at the version of the store or past it', async () => {
    await using detection = await startDetection();
    const { detector, simulator, signal } = detection;
    const causes = [await detector.findListCause(signal)];
    simulator.apply(widget('b'));
    causes.push(await detector.findListCause(signal));
    expect([causes, detection.isNextListReset()]).toEqual([[undefined, undefined], false]);
  });

  it('ends the epoch of the store when the server is behind its version', async () => {
    await using detection = await startDetection();
    const { detector, simulator, signal } = detection;
    simulator.faults.restore(detection.backup);
    expect(await detector.findListCause(signal)).toBe('server-rollback');
    expect(detection.isNextListReset()).toBe(true);
  });

  it('finds the interruption without a request when it began ten seconds ago', async () => {
    await using detection = await startDetection();
    const { detector, clock, simulator, signal } = detection;
    detector.startInterruption(clock.now());
    clock.pass(9_999);
    detector.startInterruption(clock.now());
    expect(await detector.findListCause(signal)).toBeUndefined();
    const { length } = simulator.requests;
    clock.pass(1);
    expect(await detector.findListCause(signal)).toBe('interruption');
    expect(simulator.requests.length).toBe(length);
    detector.endInterruption();
    expect(await detector.findListCause(signal)).toBeUndefined();
  });

  it('rejects when the version of the server cannot be read', async () => {
    await using detection = await startDetection();
    const { detector, simulator, signal } = detection;
    simulator.faults.refuse({ status: 403, times: 1 });
    await expect(detector.findListCause(signal)).rejects.toMatchObject({ code: 403 });
  });

  it('asks again with a backoff when a request during a watch fails', async () => {
    await using detection = await startDetection();
    const { detector, clock, simulator, signal } = detection;
    simulator.faults.restore(detection.backup);
    simulator.faults.refuse({ status: 500, times: 2 });
    expect(await detector.detectDuringWatch(signal)).toBe(true);
    expect(clock.slept).toEqual([800, 1_600]);
  });

  it('detects nothing when the watch ends before the server responds', async () => {
    await using detection = await startDetection();
    const { detector, simulator } = detection;
    const watch = new AbortController();
    simulator.faults.restore(detection.backup);
    simulator.faults.refuse({ status: 500, when: () => (watch.abort(), false) });
    expect(await detector.detectDuringWatch(watch.signal)).toBe(false);
    expect(detection.isNextListReset()).toBe(false);
  });
});

describe('a server that was rolled back', () => {
  it('resets the store when the server was rolled back while the connection was broken', async () => {
    await using reflection = await startReflection({ objects: [widget('a')] });
    await watching(reflection);
    let resets = 0;
    reflection.store.addEventHandler({ changed: () => {}, reset: () => void (resets += 1), failed: () => {} });
    const backup = await backupBeforeChange(reflection);
    await reflection.simulator.faults.restart({ data: backup });
    await waitFor(() => reflection.listed.length === 2, 'it has listed');
    expect([reflection.listed[1], reflection.names(), resets]).toEqual(['server-rollback', ['a'], 1]);
  });

  it.each([429, 403, 400])(
    'resets the store when the server was rolled back while it waited after status %i',
    async (status) => {
      await using reflection = await startReflection({ objects: [widget('a')] });
      await watching(reflection);
      const { faults } = reflection.simulator;
      const backup = await backupBeforeChange(reflection);
      faults.refuse({ status, retryAfterSeconds: PATIENCE_MS / 1_000, times: 1, when: ({ verb }) => verb === 'watch' });
      faults.endWatches();
      await waitFor(() => reflection.failures.length === 1, 'the watch was refused');
      await faults.restart({ data: backup });
      reflection.clock.pass(1);
      await waitFor(() => reflection.listed.length === 2, 'it has listed');
      expect([reflection.listed[1], reflection.names()]).toEqual(['server-rollback', ['a']]);
    },
  );

  it('resets the store when the server was rolled back after it had ended the watch', async () => {
    await using reflection = await startReflection({ objects: [widget('a')], holdsShortestWait: true });
    await watching(reflection);
    const backup = await backupBeforeChange(reflection);
    reflection.simulator.faults.endWatches();
    await waitFor(() => reflection.clock.isHolding, 'the watch has ended');
    await reflection.simulator.faults.restart({ data: backup });
    reflection.clock.pass(1);
    await waitFor(() => reflection.listed.length === 2, 'it has listed');
    expect([reflection.listed[1], reflection.names(), reflection.failures]).toEqual(['server-rollback', ['a'], []]);
  });

  it('resets the store when the server was rolled back between the comparison of versions and the watch', async () => {
    await using reflection = await startReflection({ objects: [widget('a')] });
    await watching(reflection);
    const { faults } = reflection.simulator;
    const backup = await backupBeforeChange(reflection);
    let held = 0;
    const answer = faults.delay(PATIENCE_MS, ({ verb }) => verb === 'watch' && (held += 1) === 1);
    faults.dropWatches();
    await waitFor(() => held === 1, 'the watch is requested');
    faults.restore(backup);
    answer();
    await waitFor(() => reflection.listed.length === 2, 'it has listed');
    expect([reflection.listed[1], reflection.names()]).toEqual(['server-rollback', ['a']]);
  });

  it('resets the store when a server that was rolled back has grown past its version before it answers the list', async () => {
    await using reflection = await startReflection({
      objects: [widget('a')],
      before: ({ faults }) => faults.rejectStreamingLists(true),
    });
    await watching(reflection);
    const { simulator, store } = reflection;
    const backup = simulator.faults.snapshot();
    simulator.apply(widget('a', { color: 'lost' }));
    await waitFor(() => [...store.list()][0]?.spec?.color === 'lost', 'the change has arrived');
    const grow: RequestPredicate = ({ verb, url }) => {
      if (verb !== 'list' || url.includes('limit=1&') || url.endsWith('limit=1')) return false;
      simulator.apply(widget('a', { color: 'restored' })); // gets the version of the lost change
      for (let count = 0; count < 5; count += 1) simulator.apply(namespace(`other-${count}`));
      return false;
    };
    simulator.faults.refuse({ status: 500, when: grow });
    await simulator.faults.restart({ data: backup });
    await waitFor(() => reflection.listed.length === 2, 'it has listed');
    expect([reflection.listed[1], [...store.list()].map(({ spec }) => spec?.color)]).toEqual([
      'server-rollback',
      ['restored'],
    ]);
  });

  it('resets the store when the list after an expired version is older than the result of a write', async () => {
    await using reflection = await startReflection({ objects: [widget('a')] });
    await watching(reflection);
    reflection.store.applyWriteResult(widgetObject('lost', { resourceVersion: '9000' }));
    reflection.simulator.faults.expireWatches();
    await waitFor(() => reflection.listed.length === 2, 'it has listed');
    expect([reflection.listed[1], reflection.names()]).toEqual(['expired', ['a']]);
  });

  it('lists after an interruption of ten seconds, in which a backup was restored and has grown past its version', async () => {
    await using reflection = await startReflection({ objects: [widget('a')] });
    await watching(reflection);
    const { faults } = reflection.simulator;
    const backup = await backupBeforeChange(reflection);
    const { version } = reflection.store;
    await faults.stop();
    await waitFor(() => reflection.failures.length > 0, 'the watch has failed');
    reflection.clock.pass(10_000);
    const undo = faults.refuse({ status: 503, when: ({ verb }) => verb !== 'get' });
    await faults.restart({ data: backup });
    reflection.simulator.apply(widget('b'));
    for (let count = 0; count < 20; count += 1) reflection.simulator.apply(namespace(`other-${count}`));
    expect(compareVersions(reflection.simulator.apply(widget('c')).metadata.resourceVersion, version)).toBeGreaterThan(
      0,
    );
    undo();
    await waitFor(() => reflection.listed.length === 2, 'it has listed');
    expect([reflection.listed[1], reflection.names()]).toEqual(['interruption', ['a', 'b', 'c']]);
  });
});

it('watches from its version when the server has refused too many requests for ten seconds', async () => {
  await using reflection = await startReflection({ objects: [widget('a')] });
  await watching(reflection);
  const undo = reflection.simulator.faults.refuse({ status: 429, when: ({ verb }) => verb !== 'get' });
  reflection.simulator.faults.endWatches();
  await waitFor(() => reflection.failures.length > 0, 'the watch was refused');
  reflection.clock.pass(10_000);
  const { length } = reflection.failures;
  await waitFor(() => reflection.failures.length > length + 1, 'it was refused ten seconds later');
  reflection.simulator.apply(widget('b'));
  undo();
  await waitFor(() => reflection.names().join() === 'a,b', 'the change has arrived');
  expect(reflection.listed).toEqual(['start']);
});

/** Starts a cluster with a backup that is older than the version of a store, and a detector of the store's reflector. */
async function startDetection() {
  const { client, simulator, ...cluster } = await startWidgetCluster();
  const backup = simulator.faults.snapshot();
  const { resourceVersion } = simulator.apply(widget('a')).metadata;
  const store = new Store(Widget);
  store.replace([], resourceVersion);
  let resets = 0;
  store.addEventHandler({ changed: () => {}, reset: () => void (resets += 1), failed: () => {} });
  const clock = new ManualClock();
  return {
    simulator,
    backup,
    clock,
    detector: new RollbackDetector({ client, store, clock, report: { malformed: () => {} } }),
    signal: new AbortController().signal,
    /** Completes a list at the version of the store. Returns whether it has begun an epoch. */
    isNextListReset() {
      store.replace([], store.version);
      return resets > 0;
    },
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}
