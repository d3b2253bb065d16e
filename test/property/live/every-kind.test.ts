import { expect, it } from 'vitest';
import { everyKindViolations, PARTS } from '../../support/live/every-kind/scenario.ts';
import { seedsOf } from '../../support/seeds.ts';

const TIMEOUT_MS = 400_000;
const seeds = seedsOf(process.env['EVERY_KIND_SEEDS'] ?? String(PARTS));

it.each(seeds)(
  'leads clients of every kind to the list of a new gateway when objects, permissions and connections change, with seed %i',
  async (seed) => {
    const violations = await everyKindViolations(seed);
    const replay = `EVERY_KIND_SEEDS=${seed}-${seed} npx vitest run test/property/live/every-kind`;
    expect(violations, `${violations.join('\n\n')}\n\nReplay: ${replay}\n`).toEqual([]);
  },
  TIMEOUT_MS,
);
