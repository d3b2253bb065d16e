import { expect, it } from 'vitest';
import { subscriptionViolations } from '../../support/access/live-scenario.ts';
import { seedsOf } from '../../support/seeds.ts';

const SEEDS = 2;
const PATIENCE_MS = 180_000;

const seeds = seedsOf(process.env['LIVE_LEAK_SEEDS'] ?? String(SEEDS));

it.each(seeds)(
  'sends subscribers exactly the visible objects when permissions change at random, with seed %i',
  async (seed) => {
    const mistakes = await subscriptionViolations(seed);
    const replay = `LIVE_LEAK_SEEDS=${seed}-${seed} npx vitest run test/property/access/subscriptions.test.ts`;
    expect(mistakes.length, `${mistakes.join('\n\n')}\n\nAgain: ${replay}\n`).toBe(0);
  },
  PATIENCE_MS,
);
