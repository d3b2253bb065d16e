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
import { scenariosOf, nameOf, type Scenario, type ServerVariant } from './scenarios.ts';
import { WorkerProcess } from './worker-process.ts';
import type { Acknowledged, ClientsRequest } from './clients.ts';
import { measure, type Measurement } from './measure.ts';
import { help, readOptions, type Options } from './options.ts';
import { sampleMessage, type MessageParts } from './sample-message.ts';
import { startServer, type RunningServer } from './running-server.ts';
import { medians, formatTable } from './table.ts';
import { formatResult, upstreamResult, evaluateTargets } from './targets.ts';
import type { MessageBytes } from './cluster.ts';

const options = readOptions(process.argv.slice(2));
if (options.help) console.log(help);
else await run(options);

async function run({ quick, only, profile, seconds }: Options): Promise<void> {
  const scenarios = scenariosOf({ quick, only });
  const execArgv = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  await using running = new AsyncDisposableStack();
  const clients = running.use(new WorkerProcess<ClientsRequest, Acknowledged>('./clients.ts'));
  const servers = await startServers(running, ['gateway', ...scenarios.map(({ variant }) => variant)], execArgv);
  const messages = await sampleMessages(serverOf(servers, 'gateway').url);
  const measurements: Measurement[] = [];
  for (const [index, scenario] of scenarios.entries()) {
    progress(`${index + 1}/${scenarios.length} ${nameOf(scenario)}`);
    const bench = {
      clients,
      message: messages[scenario.messageBytes],
      measureMs: seconds === undefined ? durationOf(scenario, quick) : seconds * 1_000,
    };
    measurements.push(await measure(scenario, serverOf(servers, scenario.variant), bench));
  }
  progress('');
  report(medians(measurements));
}

function durationOf({ load }: Scenario, quick: boolean): number {
  if (load === 'steady') return quick ? 1_500 : 3_000;
  return quick ? 500 : 1_000;
}

async function startServers(
  running: AsyncDisposableStack,
  wanted: readonly ServerVariant[],
  execArgv: readonly string[],
): Promise<ReadonlyMap<ServerVariant, RunningServer>> {
  const servers = new Map<ServerVariant, RunningServer>();
  for (const variant of new Set(wanted)) servers.set(variant, running.use(await startServer(variant, execArgv)));
  return servers;
}

function serverOf(servers: ReadonlyMap<ServerVariant, RunningServer>, variant: ServerVariant): RunningServer {
  const running = servers.get(variant);
  if (running) return running;
  throw new TypeError(`${variant} was not started.`);
}

async function sampleMessages(url: string): Promise<Record<MessageBytes, MessageParts>> {
  return { 250: await sampleMessage(url, 250), 2_000: await sampleMessage(url, 2_000) };
}

function report(measurements: readonly Measurement[]): void {
  console.log(`${formatTable(measurements)}\n`);
  for (const result of evaluateTargets(measurements)) console.log(formatResult(result));
  if (upstreamResult(measurements).met === false) process.exitCode = 1;
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u{1b}[K${text}`);
}
