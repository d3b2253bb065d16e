/**
 * `npm run bench:live`: what it costs to tell many subscribers what happens in the cluster.
 *
 * Three processes take part in each measurement, so that each can be charged for its own work: this one, which holds the
 * simulated API server, writes to it and counts what is asked of it; the server that is measured; and all the clients,
 * which speak by hand over bare sockets and only count. Every write carries its moment in a field that the clients
 * select, by the machine's monotonic clock.
 *
 * Beside the gateway there are bare `ws` broadcast of the same bytes, and the same schema executed per subscriber by yoga
 * and graphql-ws. What is compared is measured side by side in the same run: absolute numbers depend on the machine and
 * on what else it does, ratios much less. `--help` says what the columns mean.
 */
import { cellsOf, nameOf, type Cell, type Subject } from './cells.ts';
import { Child } from './child.ts';
import type { Acknowledged, ClientsQuestion } from './clients.ts';
import { measure, type Measured } from './measure.ts';
import { help, readOptions, type Options } from './options.ts';
import { sampleFrame, type FrameParts } from './sample-frame.ts';
import { startSubject, type RunningSubject } from './subject.ts';
import { summarise, tableOf } from './table.ts';
import { describeVerdict, upstream, verdictsOf } from './verdict.ts';
import type { FrameBytes } from './world.ts';

const options = readOptions(process.argv.slice(2));
if (options.help) console.log(help);
else await run(options);

async function run({ quick, only, profile, seconds }: Options): Promise<void> {
  const cells = cellsOf({ quick, only });
  const execArgv = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  await using running = new AsyncDisposableStack();
  const clients = running.use(new Child<ClientsQuestion, Acknowledged>('./clients.ts'));
  const subjects = await startSubjects(running, ['gateway', ...cells.map(({ subject }) => subject)], execArgv);
  const frames = await sampleFrames(subjectOf(subjects, 'gateway').url);
  const measured: Measured[] = [];
  for (const [index, cell] of cells.entries()) {
    progress(`${index + 1}/${cells.length} ${nameOf(cell)}`);
    const bench = {
      clients,
      frame: frames[cell.frameBytes],
      measureMs: seconds === undefined ? durationOf(cell, quick) : seconds * 1_000,
    };
    measured.push(await measure(cell, subjectOf(subjects, cell.subject), bench));
  }
  progress('');
  report(summarise(measured));
}

function durationOf({ load }: Cell, quick: boolean): number {
  if (load === 'steady') return quick ? 1_500 : 3_000;
  return quick ? 500 : 1_000;
}

async function startSubjects(
  running: AsyncDisposableStack,
  wanted: readonly Subject[],
  execArgv: readonly string[],
): Promise<ReadonlyMap<Subject, RunningSubject>> {
  const subjects = new Map<Subject, RunningSubject>();
  for (const subject of new Set(wanted)) subjects.set(subject, running.use(await startSubject(subject, execArgv)));
  return subjects;
}

function subjectOf(subjects: ReadonlyMap<Subject, RunningSubject>, subject: Subject): RunningSubject {
  const running = subjects.get(subject);
  if (running) return running;
  throw new TypeError(`${subject} was not started.`);
}

async function sampleFrames(url: string): Promise<Record<FrameBytes, FrameParts>> {
  return { 250: await sampleFrame(url, 250), 2_000: await sampleFrame(url, 2_000) };
}

function report(measured: readonly Measured[]): void {
  console.log(`${tableOf(measured)}\n`);
  for (const verdict of verdictsOf(measured)) console.log(describeVerdict(verdict));
  if (upstream(measured).reached === false) process.exitCode = 1;
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u{1b}[K${text}`);
}
