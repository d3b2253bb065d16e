/**
 * `npm run bench:live`: the cost of sending changes in the cluster to many subscribers.
 *
 * Three processes take part in a measurement, so that CPU time and heap can be attributed: this one, with the simulated
 * API server, which writes and counts requests; the server under test; and the clients, which speak the protocols over
 * raw sockets and only count. Each write contains its time, from the machine's monotonic clock, in a selected field.
 *
 * The gateway is compared with a server that only watches, parses and sends, with a `ws` broadcast of the same bytes, and with the same
 * schema executed per subscriber by yoga and graphql-ws. All run on the same machine in one run, because ratios depend much less on the
 * machine and its load than absolute numbers. `--help` describes the columns.
 */
import { nameOf, scenariosOf, steadyChange, type Scenario } from './scenarios.ts';
import { WorkerProcess } from './worker-process.ts';
import type { Acknowledged, ClientsRequest } from './clients.ts';
import { measure, type Measurement } from './measure.ts';
import { help, readOptions, type Options } from './options.ts';
import { sampleMessage, Servers, type MessageParts } from './running-server.ts';
import { medians, formatTable } from './table.ts';
import { evaluateTargets, formatResult, lossesOf, upstreamResult } from './targets.ts';
import type { MessageBytes } from './cluster.ts';

const options = readOptions(process.argv.slice(2));
if (options.help) console.log(help);
else await run(options);

async function run({ quick, check, only, profile, seconds }: Options): Promise<void> {
  const scenarios = scenariosOf({ quick, check, only });
  const execArgv = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  await using resources = new AsyncDisposableStack();
  const clients = resources.use(new WorkerProcess<ClientsRequest, Acknowledged>('./clients.ts'));
  const servers = new Servers(resources, execArgv);
  const messages = await sampleMessages((await servers.get(steadyChange)).url);
  const measurements: Measurement[] = [];
  for (const [index, scenario] of scenarios.entries()) {
    const server = await servers.get(scenario);
    const bench = {
      clients,
      message: messages[scenario.messageBytes],
      measureMs: seconds === undefined ? durationOf(scenario, quick) : seconds * 1_000,
    };
    const measurement = await measure(scenario, server, bench);
    measurements.push(measurement);
    progress(
      `${index + 1}/${scenarios.length} ${nameOf(scenario)}: ${measurement.cpuMsPerEvent.toFixed(3)} ms per event`,
    );
  }
  report(medians(measurements), lossesOf(measurements));
}

function durationOf({ load }: Scenario, quick: boolean): number {
  if (load === 'steady') return quick ? 1_500 : 3_000;
  return quick ? 500 : 1_000;
}

async function sampleMessages(url: string): Promise<Record<MessageBytes, MessageParts>> {
  return { 250: await sampleMessage(url, 250), 2_000: await sampleMessage(url, 2_000) };
}

function report(measurements: readonly Measurement[], losses: readonly string[]): void {
  console.log(`${formatTable(measurements)}\n`);
  for (const result of evaluateTargets(measurements)) console.log(formatResult(result));
  for (const loss of losses) console.log(`LOSS          ${loss}`);
  if (losses.length > 0 || upstreamResult(measurements).met === false) process.exitCode = 1;
}

/** Prints one line for each measurement, because a run takes minutes. */
function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}
