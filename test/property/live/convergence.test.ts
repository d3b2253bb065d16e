import { describe, expect, it } from 'vitest';
import { runScenario } from '../../support/live/scenario.ts';
import { seedsOf } from '../../support/seeds.ts';

const SEEDS = 30;
const TIMEOUT_MS = 400_000;

const seeds = seedsOf(process.env['CONVERGENCE_SEEDS'] ?? String(SEEDS));

describe.concurrent('subscriptions under random writes, faults and reconnects', () => {
  it.each(seeds)(
    'converge and keep the contract with seed %i',
    async (seed) => {
      const violations = await runScenario(seed);
      const replay = `CONVERGENCE_SEEDS=${seed}-${seed} npx vitest run test/property/live/convergence`;
      expect(violations, `${violations.join('\n\n')}\n\nReplay: ${replay}\n`).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
