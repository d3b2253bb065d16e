import { platform } from 'node:process';
import { buildSchema, parse, validate } from 'graphql';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ATTACK_NAMES, VALID_OPERATIONS } from '../support/abuse/attacks.ts';
import { problemsInLog } from '../support/abuse/oracle.ts';
import { OverloadRun } from '../support/abuse/overload.ts';

const WINDOW_MS = 5_000;
const ROUNDS = 6;
/** Rounds in which the compiler has not seen all attacks often. */
const WARM_UP_ROUNDS = 3;
/** The gateway takes 430 to 510 MB. Without the limit on the bytes in flight, messages that are never completed alone take it to 680. */
const MAX_MEGABYTES = 650;
/**
 * Limit on the ratio of the innocent client's p90 to that without attacks, in CPU time of the gateway's main thread during a query: its
 * own and that of work before it. Other processes of the machine, on which this runs beside them, do not count. The median of the
 * rounds after the warm-up counts. The goal is 5, for the p99 of the latency on a quiet machine: `npm run bench:abuse` checks it. Here
 * a round has as few as 30 queries on a busy machine, whose p99 is the one that met a collection of garbage: up to 10 times the
 * time. The p90 is 1 to 3 times, and 59 times when each long body takes 300 ms. Unfair turns are too rare for it: see turns.test.ts.
 */
const MAX_RATIO = 5;
/**
 * A query takes 3 to 15 ms without attacks, depending on the machine. Below this the ratio would measure that one turn of another viewer
 * and one garbage collection, 5 ms each, come between any two steps of a query, whatever the attacks.
 */
const MIN_QUIET_MS = 10;

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const noProc = platform === 'linux' ? undefined : 'memory is read from /proc, which exists on Linux only';
if (noProc) console.warn(`The overload run is skipped: ${noProc}.`);

it.each(VALID_OPERATIONS)('attacks with operations that only limits may refuse: %.60s', (text) => {
  const schema = buildSchema(readFileSync('schema/schema.graphql', 'utf8'));
  expect(validate(schema, parse(text))).toEqual([]);
});

describe.skipIf(noProc)('overload', () => {
  it('answers every query and loses no change of an innocent client while abusive clients of every kind attack', async () => {
    await using run = await OverloadRun.start();
    const quiet = await run.window(WINDOW_MS);
    const p90s: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const { p50Ms, p99Ms, p90GatewayMs, p99GatewayMs, attempts } = await run.window(WINDOW_MS, ATTACK_NAMES);
      console.log(
        `round ${round + 1}: p50 ${p50Ms.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms, CPU p90 ${p90GatewayMs.toFixed(0)} ms, p99 ${p99GatewayMs.toFixed(0)} ms, ` +
          `without attacks p90 ${quiet.p90GatewayMs.toFixed(1)} ms, at most ${run.maxResidentMegabytes.toFixed(0)} MB, ${JSON.stringify(attempts)}`,
      );
      p90s.push(p90GatewayMs);
      expect(Object.keys(attempts).toSorted()).toEqual([...ATTACK_NAMES].toSorted());
    }
    expect(await run.missedChanges()).toEqual([]);
    expect(medianOf(p90s.slice(WARM_UP_ROUNDS)) / Math.max(quiet.p90GatewayMs, MIN_QUIET_MS)).toBeLessThanOrEqual(
      MAX_RATIO,
    );
    expect(run.innocent.failures).toEqual([]);
    expect(run.maxResidentMegabytes).toBeLessThan(MAX_MEGABYTES);
    const log = await run.gateway.log();
    expect(problemsInLog(log.slice(0, log.lastIndexOf('\n') + 1))).toEqual([]);
  }, 180_000);
});
