import { describe, expect, it } from 'vitest';
import { mistakesOf } from '../../support/live/scenario.ts';

const SEEDS = 30;
const PATIENCE_MS = 120_000;

/** `CONVERGENCE_SEEDS` is how many, or from-to. */
function seeds(): readonly number[] {
  const [from, to] = (process.env['CONVERGENCE_SEEDS'] ?? String(SEEDS)).split('-').map(Number);
  const [first, last] = to === undefined ? [1, from ?? SEEDS] : [from ?? 1, to];
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

describe.concurrent('whatever happens, followers come to hold what the cluster holds, and no event contradicts the contract', () => {
  it.each(seeds())(
    'with seed %i',
    async (seed) => {
      const mistakes = await mistakesOf(seed).catch((error: Error) => [String(error.stack)]); // with how to replay it
      const replay = `CONVERGENCE_SEEDS=${seed}-${seed} npx vitest run test/live/convergence`;
      expect(mistakes, `${mistakes.join('\n\n')}\n\nAgain: ${replay}\n`).toEqual([]);
    },
    PATIENCE_MS,
  );
});
