/**
 * `npm run bench:query`: CPU time of queries, and memory and start of the process.
 *
 * The gateway runs in a process of its own. The simulated API server and the client, which sends one request after the other, run in
 * this one. The CPU time of each case is compared with that of `node:http` and `JSON.stringify` of the same answers, in a third process,
 * measured in turns. Ratios depend much less on the machine and its load than absolute numbers. `--help` lists the options.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { queryCases, type QueryCase } from './query/cases.ts';
import { startQueryCluster } from './query/cluster.ts';
import { measureCase, measureGateways, type Bench, type Costs } from './query/measure.ts';
import { startBareServer, startGatewayIn, type MeasuredProcess } from './query/measured-process.ts';
import { jsonMegabytes, measureStart } from './query/process-cases.ts';
import { isLoss, Report } from './query/report.ts';
import { longestTurns } from './query/turns.ts';

const help = `npm run bench:query -- [--only <pattern>] [--quick] [--check] [--source]

  --only <pattern>  only the cases whose name matches this regular expression. Of the process: start, resident, turn, growth
  --quick           fewer rounds; without growth and the larger clusters
  --check           measures the cases also with EXECUTION=reference, which executes every operation with graphql-js, and nothing else.
                    Exits with 1 if the gateway needs more than 1.2 times its CPU time in a case, in two measurements, and names the case
  --source          starts src/main.ts even if dist/server.js has been built`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    quick: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    source: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const { only, quick, check } = values;
const wanted = new RegExp(only, 'u');
const bundle = fileURLToPath(new URL('../dist/server.js', import.meta.url));
const source = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const entry = existsSync(bundle) && !values.source ? bundle : source;
const GROWTH = { small: 2_000, large: 40_000, most: 1.3 } as const;
const LARGE = 20_000;

if (values.help) console.log(help);
else await run();

async function run(): Promise<void> {
  console.log(`entry: ${entry === bundle ? 'dist/server.js' : 'src/main.ts'}`);
  const report = new Report();
  await using bare = await startBareServer();
  if (isWanted('start') && !check) await reportStart(report);
  await measureAt(1_000, { bare, report });
  await measureAt(10_000, { bare, report });
  await measureAt(10_000, { bare, report }, 1_000);
  if (!quick && !check && isWanted('growth')) await reportGrowth(report);
  if (!quick && !check && isWanted('resident')) await reportLarge(report);
  report.print();
  if (report.isEmpty)
    throw new Error(`Expected --only to select a case, got ${JSON.stringify(only)}, which selects none.`);
  if (report.losses.length > 0) process.exitCode = 1;
}

function isWanted(name: string): boolean {
  return wanted.test(name);
}

interface Context {
  readonly bare: MeasuredProcess;
  readonly report: Report;
}

/** @param namespaces number of namespaces, if the cases need others than the default */
async function measureAt(
  workspaces: QueryCase['workspaces'],
  { bare, report }: Context,
  namespaces?: number,
): Promise<void> {
  const cases = queryCases.filter(
    (each) => each.workspaces === workspaces && each.namespaces === namespaces && isWanted(each.name),
  );
  const measuresTurns = workspaces === 10_000 && namespaces === undefined && isWanted('turn') && !check;
  if (cases.length === 0 && !measuresTurns) return;
  await using cluster = await startQueryCluster(workspaces, namespaces);
  await using gateway = await startGatewayIn(cluster.kubeconfig, { entry });
  await using reference = check
    ? await startGatewayIn(cluster.kubeconfig, { entry, settings: { EXECUTION: 'reference' } })
    : undefined;
  await Promise.all([gateway.untilSettled(), reference?.untilSettled()]);
  const bench: Bench = { cluster, gateway, bare, reference, quick };
  for (const each of cases) report.add(each, await measureTwiceIfLost(each, bench));
  if (cases.length > 0 && namespaces === undefined && isWanted('resident') && !check) {
    const resident = await gateway.residentMegabytes();
    report.addFigure(`resident at ${workspaces} after these cases`, resident, {
      most: workspaces === 10_000 ? 300 : undefined,
      unit: 'MB',
    });
  }
  if (measuresTurns) await reportTurns(report, cluster.kubeconfig);
}

/** Measures a case again if the gateway is slower than the reference implementation: other work on the machine may be the cause. */
async function measureTwiceIfLost(query: QueryCase, bench: Bench): Promise<Costs> {
  const costs = await measureCase(query, bench);
  return isLoss(costs) ? measureCase(query, bench) : costs;
}

async function reportStart(report: Report): Promise<void> {
  await using cluster = await startQueryCluster(1_000);
  const { readyMs, cpuMs, residentMegabytes } = await measureStart(cluster, { entry, starts: quick ? 2 : 5 });
  report.addFigure('ready after start with 1,000 (least of several)', readyMs, { most: 450, unit: 'ms' });
  report.addFigure('CPU time until then', cpuMs, { unit: 'ms' });
  report.addFigure('resident then', residentMegabytes, { most: 120, unit: 'MB' });
}

async function reportTurns(report: Report, kubeconfig: string): Promise<void> {
  for (const { operation, ms } of await longestTurns(kubeconfig))
    report.addFigure(`longest turn at 10,000: ${operation}`, ms, { most: 50, unit: 'ms' });
}

/** Measures at two sizes of the cluster, in turns. */
async function reportGrowth(report: Report): Promise<void> {
  await using smallCluster = await startQueryCluster(GROWTH.small);
  await using largeCluster = await startQueryCluster(GROWTH.large);
  await using small = await startGatewayIn(smallCluster.kubeconfig, { entry });
  await using large = await startGatewayIn(largeCluster.kubeconfig, { entry });
  await Promise.all([small.untilSettled(), large.untilSettled()]);
  for (const each of queryCases.filter(({ flat }) => flat)) {
    const [atSmall = Number.NaN, atLarge = Number.NaN] = await measureGateways(each, [small, large]);
    const title = `growth of ${each.name}: ${atSmall.toFixed(3)} ms at 2,000, ${atLarge.toFixed(3)} ms at 40,000`;
    report.addFigure(title, atLarge / atSmall, { most: GROWTH.most, unit: 'x' });
  }
}

async function reportLarge(report: Report): Promise<void> {
  await using cluster = await startQueryCluster(LARGE);
  await using gateway = await startGatewayIn(cluster.kubeconfig, { entry });
  await gateway.untilReady();
  const json = await jsonMegabytes(cluster);
  const title = `resident at 20,000, whose JSON has ${json.toFixed(0)} MB`;
  report.addFigure(title, await gateway.residentMegabytes(), { most: 2 * json + 120, unit: 'MB' });
}
