import { describe, expect, it } from 'vitest';
import { widget } from '../../dev/simulator/test-simulator.ts';
import {
  IDLE_TIMEOUT_MS,
  startReflection,
  waitingForList,
  watchesOf,
  watching,
  watchingAgain,
  type Reflection,
} from '../../test/support/reflection.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { Widget, type WidgetObject } from '../../test/support/widget.ts';
import type { Resource } from '../kubernetes/resource.ts';

/** Twice the idle timeout, which is what a watch has until its first bookmark. */
const INITIAL_MS = 2 * IDLE_TIMEOUT_MS;

const Event: Resource<WidgetObject> = {
  ...Widget,
  kind: 'Event',
  group: '',
  plural: 'events',
  cache: { ...Widget.cache, indexes: {} },
};
const event = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name, namespace: 'default' },
  involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
});

describe('a watch with bookmarks', () => {
  it('reports a watch with bookmarks as broken when it is silent past the idle timeout', async () => {
    await using reflection = await startReflection({ objects: [widget('a')] });
    await watching(reflection);
    await bookmark(reflection);
    reflection.clock.pass(IDLE_TIMEOUT_MS - 1);
    expect(reflection.failures).toEqual([]);
    reflection.clock.pass(1);
    await waitFor(() => reflection.listed.length === 2, 'it has listed again');
    expect([reflection.failures, reflection.renewals(), reflection.listed]).toEqual([
      ['broken'],
      0,
      ['start', 'interruption'],
    ]);
  });

  it('keeps a watch while its bookmarks arrive in time', async () => {
    await using reflection = await startReflection();
    await watching(reflection);
    for (let times = 0; times < 5; times += 1) {
      await bookmark(reflection);
      reflection.clock.pass(IDLE_TIMEOUT_MS - 1);
    }
    expect([reflection.failures, reflection.renewals(), watchesOf(reflection)]).toEqual([[], 0, 1]);
  });

  it('waits twice as long for the first bookmark of every watch', async () => {
    await using reflection = await startReflection();
    await watching(reflection);
    expect(reflection.clock.timers).toEqual([INITIAL_MS]);
    await bookmark(reflection);
    reflection.simulator.faults.endWatches();
    await watchingAgain(reflection, 2);
    expect(reflection.clock.timers).toEqual([INITIAL_MS]);
  });
});

describe('a watch without bookmarks', () => {
  it('renews a quiet watch without bookmarks ever less often, and reports no failure', async () => {
    await using reflection = await startReflection({ resource: Event, bookmarkIntervalMs: 5 });
    await watching(reflection);
    for (const [renewals, ms] of [INITIAL_MS, 2 * INITIAL_MS, 4 * INITIAL_MS].entries()) {
      reflection.clock.pass(ms - 1);
      expect([reflection.renewals(), reflection.clock.timers]).toEqual([renewals, [1]]);
      reflection.clock.pass(1);
      await watchingAgain(reflection, renewals + 2);
    }
    expect([reflection.failures, reflection.listed, reflection.renewals()]).toEqual([[], ['start'], 3]);
  });

  it('loses no event when it renews a watch', async () => {
    await using reflection = await startReflection({ resource: Event, objects: [event('a')] });
    await watching(reflection);
    const resume = reflection.simulator.faults.stall();
    reflection.simulator.apply(event('b'));
    reflection.clock.pass(INITIAL_MS);
    await watchingAgain(reflection, 2);
    resume();
    await waitFor(() => reflection.names().join() === 'a,b', 'the missed event has arrived');
    expect([reflection.failures, reflection.listed]).toEqual([[], ['start']]);
  });

  it('keeps a watch without bookmarks while its events arrive in time', async () => {
    await using reflection = await startReflection({ resource: Event });
    await watching(reflection);
    for (const name of ['a', 'b', 'c']) {
      reflection.clock.pass(INITIAL_MS - 1);
      reflection.simulator.apply(event(name));
      await waitFor(() => reflection.names().includes(name), 'the event has arrived');
    }
    expect([reflection.renewals(), watchesOf(reflection), reflection.clock.timers]).toEqual([0, 1, [INITIAL_MS]]);
  });

  it('restores the initial time when a watch has carried a bookmark', async () => {
    await using reflection = await startReflection();
    await watching(reflection);
    reflection.clock.pass(INITIAL_MS);
    await watchingAgain(reflection, 2);
    expect(reflection.clock.timers).toEqual([2 * INITIAL_MS]);
    await bookmark(reflection);
    reflection.simulator.faults.endWatches();
    await watchingAgain(reflection, 3);
    expect([reflection.clock.timers, reflection.renewals()]).toEqual([[INITIAL_MS], 1]);
  });
});

it('starts no idle deadline before the initial events are complete', async () => {
  await using reflection = await startReflection({
    objects: [widget('a')],
    before: ({ faults }) => void faults.stall(),
  });
  await waitingForList(reflection);
  expect(reflection.clock.timers).toEqual([]);
});

/** Sends a bookmark into the open watch, and waits until it has arrived. */
async function bookmark({ simulator, store, clock }: Reflection): Promise<void> {
  simulator.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'other', namespace: 'default' } });
  const resourceVersion = String(Number(store.version) + 1);
  simulator.faults.injectLine(JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion } } }));
  await waitFor(() => store.version === resourceVersion, 'the bookmark has arrived');
  expect(clock.timers).toEqual([IDLE_TIMEOUT_MS]);
}
