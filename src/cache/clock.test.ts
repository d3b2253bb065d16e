import { expect, it } from 'vitest';
import { systemClock } from './clock.ts';

it('returns monotonic time, which a change of the wall clock does not move', () => {
  const before = performance.now();
  const now = systemClock.now();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(performance.now());
});
