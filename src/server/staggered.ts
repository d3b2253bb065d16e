import { setTimeout as delay } from 'node:timers/promises';

/** So few that return at once do nobody harm. */
const BATCH = 50;
const LONGEST_PAUSE_MS = 100;

/** Does something to each, in batches over this time at most: if all clients returned at once, it would be a storm. */
export async function staggered<T>(items: readonly T[], overMs: number, act: (item: T) => void): Promise<void> {
  const pauseMs = Math.min((overMs * BATCH) / Math.max(items.length, 1), LONGEST_PAUSE_MS);
  for (let begin = 0; begin < items.length; begin += BATCH) {
    if (begin > 0) await delay(pauseMs);
    for (const item of items.slice(begin, begin + BATCH)) act(item);
  }
}
