import { platform } from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fuzzer, inputRange, SURFACES, type SurfaceName } from '../support/abuse/fuzzer.ts';
import { startAbuseTarget, type AbuseTarget } from '../support/abuse/target.ts';

const { ABUSE_SEED = '1', ABUSE_INPUTS = '20000' } = process.env;
const range = inputRange(ABUSE_INPUTS);
const names = Object.keys(SURFACES) as SurfaceName[];
const numbers = Array.from({ length: range.to - range.from + 1 }, (_, index) => range.from + index);
/** A test has the numbers of its surface; a replayed range is given to all, because `-t` selects the surface. */
const isReplay = ABUSE_INPUTS.includes('-');
const numbersOf = (name: SurfaceName) =>
  isReplay ? numbers : numbers.filter((number) => number % names.length === names.indexOf(name));
/** Per input, for the slowest machine. A hang is noticed by a time-out of its own. */
const TIME_PER_INPUT_MS = 500;

const noProc = platform === 'linux' ? undefined : 'CPU time is read from /proc, which exists on Linux only';
if (noProc) console.warn(`The fuzzer is skipped: ${noProc}.`);

describe.skipIf(noProc)(`fuzzed input, ABUSE_SEED=${ABUSE_SEED}`, () => {
  let target: AbuseTarget;
  let fuzzer: Fuzzer;

  beforeAll(async () => {
    target = await startAbuseTarget();
    fuzzer = new Fuzzer(target, Number(ABUSE_SEED));
  });
  afterAll(() => target[Symbol.asyncDispose]());

  it.each(names)(
    'gets only coded answers, in bounded time, when clients send hostile %s',
    { timeout: numbers.length * TIME_PER_INPUT_MS + 60_000 },
    async (name) => {
      const problems = await fuzzer.run(name, numbersOf(name));
      expect(problems.join('\n')).toBe('');
    },
  );
});
