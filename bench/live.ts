/**
 * `npm run bench:live`: the cost of sending changes in the cluster to many subscribers.
 *
 * Three processes take part in a measurement, so that CPU time and heap can be attributed: this one, with the simulated
 * API server, which writes and counts requests; the server under test; and the clients, which speak the protocols over
 * raw sockets and only count. Each write contains its time, from the machine's monotonic clock, in a selected field.
 *
 * The gateway is compared with a `ws` broadcast of the same bytes, and with the same schema executed per subscriber by
 * yoga and graphql-ws. All run on the same machine in one run, because ratios depend much less on the machine and its
 * load than absolute numbers. `--help` describes the columns.
 */
import { scenariosOf, nameOf, type Scenario, type ServerVariant } from './scenarios.ts';
import { WorkerProcess } from './worker-process.ts';
import type { Acknowledged, ClientsRequest } from './clients.ts';
import { measure, type Measurement } from './measure.ts';
import { help, readOptions, type Options } from './options.ts';
import { sampleMessage, startServer, type MessageParts, type RunningServer } from './running-server.ts';
import { medians, formatTable } from './table.ts';
import { formatResult, upstreamResult, evaluateTargets } from './targets.ts';
import type { MessageBytes } from './cluster.ts';

const options = readOptions(process.argv.slice(2));
if (options.help) console.log(help);
else await run(options);

async function run({ quick, only, profile, seconds }: Options): Promise<void> {
  const scenarios = scenariosOf({ quick, only });
  const execArgv = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  await using resources = new AsyncDisposableStack();
  const clients = resources.use(new WorkerProcess<ClientsRequest, Acknowledged>('./clients.ts'));
  const servers = await startServers(resources, ['gateway', ...scenarios.map(({ variant }) => variant)], execArgv);
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
  resources: AsyncDisposableStack,
  variants: readonly ServerVariant[],
  execArgv: readonly string[],
): Promise<ReadonlyMap<ServerVariant, RunningServer>> {
  const servers = new Map<ServerVariant, RunningServer>();
  for (const variant of new Set(variants)) servers.set(variant, resources.use(await startServer(variant, execArgv)));
  return servers;
}

function serverOf(servers: ReadonlyMap<ServerVariant, RunningServer>, variant: ServerVariant): RunningServer {
  const running = servers.get(variant);
  if (running) return running;
  throw new TypeError(`Expected a running server ${variant}.`);
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
