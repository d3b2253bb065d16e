import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { TotalsClock } from './totals-clock.ts';

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
});
