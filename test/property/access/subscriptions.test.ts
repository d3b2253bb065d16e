import { expect, it } from 'vitest';
import { subscriptionViolations } from '../../support/access/live-scenario.ts';

const SEEDS = 2;
const PATIENCE_MS = 180_000;

/** Seeds of LIVE_LEAK_SEEDS: a count or a range as `from-to`. */
function seeds(): readonly number[] {
  const [from, to] = (process.env['LIVE_LEAK_SEEDS'] ?? String(SEEDS)).split('-').map(Number);
  const [first, last] = to === undefined ? [1, from ?? SEEDS] : [from ?? 1, to];
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

it.each(seeds())(
  'sends subscribers exactly the visible objects when permissions change at random, with seed %i',
  async (seed) => {
    const mistakes = await subscriptionViolations(seed);
    const replay = `LIVE_LEAK_SEEDS=${seed}-${seed} npx vitest run test/property/access/subscriptions.test.ts`;
    expect(mistakes.length, `${mistakes.join('\n\n')}\n\nAgain: ${replay}\n`).toBe(0);
  },
  PATIENCE_MS,
);
