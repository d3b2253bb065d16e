import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { TotalsClock } from './totals-clock.ts';
import type { Totals } from './totals.ts';

/** Number of running timers of the process. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;
}

describe('the clock of totals', () => {
  it('leaves no listener on the signal of a subscription after a tick', async () => {
    using clock = new TotalsClock([]);
    const { signal } = new AbortController();
    await clock.after(clock.tick, signal);
    expect(clock.tick).toBe(1);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('ends a wait at once, with its timer and its listener, when the subscription ends', async () => {
    using clock = new TotalsClock([]);
    const leaving = new AbortController();
    await clock.after(clock.tick, leaving.signal);
    const before = timers();
    const wait = clock.after(clock.tick, leaving.signal); // a minute, as nothing changes
    expect(timers()).toBe(before + 1);
    leaving.abort();
    await wait;
    expect(timers()).toBe(before);
    expect(clock.tick).toBe(1);
    expect(getEventListeners(leaving.signal, 'abort')).toEqual([]);
    expect(clock.isInUse).toBe(false);
  });

  it('returns the same result for a key until a tick', async () => {
    using clock = new TotalsClock([]);
    const { signal } = new AbortController();
    const first = clock.shared('key', () => [totals(1)]);
    expect(clock.shared('key', () => [totals(1)])).toBe(first);
    await clock.after(clock.tick, signal);
    expect(clock.shared('key', () => [totals(1)])).not.toBe(first);
  });

  it('computes the least recently used result again when the results exceed their bound', () => {
    using clock = new TotalsClock([]);
    const results = Array.from({ length: 5 }, (_, index) => clock.shared(`key ${index}`, () => [totals(300_000)]));
    const again = results.map((result, index) => clock.shared(`key ${index}`, () => [totals(300_000)]) === result);
    expect(again).toContain(false);
    const last = clock.shared('last', () => [totals(300_000)]);
    expect(clock.shared('last', () => [])).toBe(last);
  });

  it('ends a wait that begins after the clock was disposed', async () => {
    const clock = new TotalsClock([]);
    const { signal } = new AbortController();
    await clock.after(clock.tick, signal);
    const { tick } = clock;
    clock[Symbol.dispose]();
    const before = timers();
    const wait = clock.after(tick, signal);
    expect(timers()).toBe(before);
    await wait;
  });

  it('keeps no result when the last subscription has ended', async () => {
    using clock = new TotalsClock([]);
    const leaving = new AbortController();
    await clock.after(clock.tick, leaving.signal);
    const wait = clock.after(clock.tick, leaving.signal);
    const first = clock.shared('key', () => [totals(1)]);
    leaving.abort();
    await wait;
    expect(clock.shared('key', () => [totals(1)])).not.toBe(first);
  });
});

function totals(count: number): Totals {
  return { group: [], count, states: new Map(), requests: [], tallies: [] };
}
