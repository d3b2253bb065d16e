/**
 * `npm run bench:abuse`: latency of an innocent client beside each kind of abusive client, and beside all of them.
 *
 * The test `test/abuse/overload.test.ts` asserts correctness and bounds; this prints the absolute numbers with their goals.
 */
import { ATTACK_NAMES, type AttackName } from '../test/support/abuse/attacks.ts';
import { OverloadRun, type Window } from '../test/support/abuse/overload.ts';

const WINDOW_MS = 4_000;
const MAX_P99_MS = 100;
const MAX_RATIO = 5;
const MAX_MEGABYTES = 600;
const COLUMNS = ['attack', 'p50 ms', 'p99 ms', 'p99 CPU ms', 'CPU', 'attempts/s', 'CPU ms each'] as const;

await using run = await OverloadRun.start();
const only = ATTACK_NAMES.filter((name) => process.argv.slice(2).includes(name));
const quiet = await run.window(WINDOW_MS);
printRow(COLUMNS);
print('none', quiet);
for (const name of only.length > 0 ? only : ATTACK_NAMES)
  print(name, await run.window(WINDOW_MS, [name]), { without: quiet });
await run.window(WINDOW_MS, ATTACK_NAMES); // the compiler has not seen all attacks at once
const all = await run.window(2 * WINDOW_MS, ATTACK_NAMES);
print('all', all, { forMs: 2 * WINDOW_MS });
const missed = await run.missedChanges();
printGoal(`p99 of the innocent client below ${MAX_P99_MS} ms`, all.p99Ms < MAX_P99_MS, `${all.p99Ms.toFixed(1)} ms`);
const ratio = all.p99Ms / quiet.p99Ms;
printGoal(`p99 within ${MAX_RATIO} times that without attacks`, ratio <= MAX_RATIO, ratio.toFixed(1));
const work = all.p99GatewayMs / quiet.p99GatewayMs;
printGoal(`the same in CPU time of the gateway during a query`, work <= MAX_RATIO, work.toFixed(1));
printGoal('no change lost', missed.length === 0, `${missed.length} lost`);
const megabytes = run.maxResidentMegabytes;
printGoal(`resident memory below ${MAX_MEGABYTES} MB`, megabytes < MAX_MEGABYTES, `${megabytes.toFixed(0)} MB`);
if (run.innocent.failures.length > 0)
  console.log(`failures of the innocent client: ${run.innocent.failures.slice(0, 5).join('\n')}`);

/** The cost of one attempt is the CPU time above that of the quiet window. */
function print(
  name: AttackName | 'none' | 'all',
  window: Window,
  { without, forMs = WINDOW_MS }: { readonly without?: Window; readonly forMs?: number } = {},
): void {
  const attempts = Object.values(window.attempts).reduce((total, each) => total + each, 0);
  const perSecond = attempts / (forMs / 1_000);
  const cost = without && perSecond > 0 ? ((window.cpuShare - without.cpuShare) * 1_000) / perSecond : undefined;
  printRow([
    name,
    window.p50Ms.toFixed(1),
    window.p99Ms.toFixed(1),
    window.p99GatewayMs.toFixed(1),
    `${(window.cpuShare * 100).toFixed(0)} %`,
    perSecond.toFixed(1),
    cost === undefined ? '' : cost.toFixed(1),
  ]);
}

function printRow(texts: readonly string[]): void {
  console.log(texts.map((text, column) => (column === 0 ? text.padEnd(18) : text.padStart(12))).join(''));
}

function printGoal(goal: string, met: boolean, actual: string): void {
  console.log(`${met ? 'met   ' : 'MISSED'}  ${goal}: ${actual}`);
}
