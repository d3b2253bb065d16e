// Writes the code cache of the bundle: starts the bundled gateway for a small simulated cluster, sends it one query, and ends it. So it
// also shows that the bundle works. Does nothing if there is a cache for this bundle, this version of Node and this processor.
//   node scripts/record-code-cache.ts
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { aggregatedApis, clusterFixtures } from '../dev/demo/fixtures.ts';
import { startSimulator } from '../dev/simulator/simulator.ts';

const dist = path.join(import.meta.dirname, '../dist');
const codeCache = path.join(dist, 'code-cache.cjs');
const { cacheFileOf }: { cacheFileOf: (name: string) => string } = createRequire(import.meta.url)(codeCache);
const MAIN = 'gateway.cjs';
const QUERY = '{ workspaces(first: 1) { nodes { name } } }';

if (!existsSync(cacheFileOf(MAIN))) await record();

async function record(): Promise<void> {
  for (const outdated of globSync('*.cache*', { cwd: dist })) rmSync(path.join(dist, outdated));
  await using cluster = await startSimulator({ objects: clusterFixtures(new Date()), aggregated: aggregatedApis });
  const directory = mkdtempSync(path.join(tmpdir(), 'code-cache-'));
  try {
    const kubeconfig = path.join(directory, 'kubeconfig');
    writeFileSync(kubeconfig, cluster.kubeconfig);
    await runGateway(kubeconfig);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function runGateway(kubeconfig: string): Promise<void> {
  const program = `require(${JSON.stringify(codeCache)}).record(${JSON.stringify(MAIN)})`;
  const settings = { KUBECONFIG: kubeconfig, PORT: '0', METRICS_PORT: '0', SHUTDOWN_DELAY_SECONDS: '0' };
  const gateway = spawn(process.execPath, ['--eval', program], {
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(gateway, 'exit');
  let url = '';
  for await (const line of createInterface(gateway.stdout)) {
    const entry: { readonly url?: string; readonly msg?: string } = JSON.parse(line);
    url = entry.url ?? url;
    if (entry.msg !== 'cluster cache synced') continue;
    const answer = await fetch(`${url}?query=${encodeURIComponent(QUERY)}`);
    if (!answer.ok) throw new Error(`Expected the bundled gateway to answer, got ${answer.status}.`);
    gateway.kill('SIGTERM');
  }
  const [code] = await exited;
  if (code !== 0) throw new Error(`Expected the bundled gateway to end with 0, got ${code}.`);
}
