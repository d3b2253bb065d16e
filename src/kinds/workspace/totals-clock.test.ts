import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { TotalsClock } from './totals-clock.ts';

describe('the clock of totals', () => {
  it('leaves no listener on the signal of a subscription after a tick', async () => {
    using clock = new TotalsClock([]);
    const { signal } = new AbortController();
    await clock.after(clock.tick, signal);
    expect(clock.tick).toBe(1);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
