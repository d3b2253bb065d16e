import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { startSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { freePort } from '../../dev/simulator/free-port.ts';
import { startGatewayProcess, type GatewayProcess } from '../support/gateway-process.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { postOperation } from '../support/post-operation.ts';
import { createScratchDirectory, type ScratchDirectory } from '../support/scratch-directory.ts';
import { waitFor } from '../support/wait-for.ts';

const QUERY = '{ workspaces { totalCount } }';
const PAUSE =
  'mutation { pauseWorkspace(input: { namespace: "team-a", name: "nb-1", dryRun: true }) { workspace { name } } }';
/** Bytes of the file system that is filled. */
const SIZE = 65_536;
/** The longest that is logged. */
const REQUEST_ID = 'x'.repeat(128);
const QUERIES = 200;

let cluster: Simulator;
let directory: ScratchDirectory;
beforeAll(async () => {
  const objects = [namespace('team-a'), workspace('nb-1', { state: 'Running' })];
  cluster = await startSimulator({ objects: [workspaceCrd, workspaceKindCrd, ...objects] });
  directory = await createScratchDirectory();
});
afterAll(async () => {
  await directory[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});

/** Starts a gateway whose output a shell script redirects. */
async function startRedirected(script: string): Promise<GatewayProcess> {
  return startGatewayProcess(cluster.kubeconfig, { PORT: String(await freePort()) }, { script });
}

async function post({ port }: GatewayProcess, query: string): Promise<unknown> {
  const headers = { 'x-request-id': REQUEST_ID };
  const response = await postOperation(new URL('/graphql', `http://127.0.0.1:${port}`), query, { headers });
  return ((await response.json()) as { readonly data: unknown }).data;
}

/** Sends queries whose lines have more than 64 KiB, so that neither the pipe nor the file system has room for all of them. */
async function postMany(gateway: GatewayProcess): Promise<void> {
  await Promise.all(Array.from({ length: QUERIES }, () => post(gateway, QUERY)));
}

it.each([
  ['the disk is full', 'exec "$@" >/dev/full 2>/dev/full'],
  ['the reader of the log has ended', 'mkfifo "$DIR/ended"; true <"$DIR/ended" & exec "$@" >"$DIR/ended" 2>&1'],
  ['the reader of the log reads nothing', 'mkfifo "$DIR/slow"; sleep 60 <"$DIR/slow" & exec "$@" >"$DIR/slow" 2>&1'],
])('answers queries and mutations, and exits with 0 at SIGTERM, when %s', async (_, script) => {
  await using gateway = await startRedirected(script.replaceAll('$DIR', directory.path));
  await postMany(gateway);
  expect(await post(gateway, PAUSE)).toEqual({ pauseWorkspace: { workspace: { name: 'nb-1' } } });
  expect(await gateway.stop()).toBe(0);
});

it('continues to serve when Node has a warning and the standard error is full', async () => {
  const warning = path.join(directory.path, 'warning.mjs');
  await writeFile(warning, `process.on('SIGUSR2', () => process.emitWarning('of the test'));`);
  const script = `exec "$1" --import=${warning} "$2" 2>/dev/full`;
  await using gateway = await startGatewayProcess(cluster.kubeconfig, {}, { script });
  process.kill(gateway.pid, 'SIGUSR2');
  await waitFor(async () => (await gateway.log()).includes('of the test'), 'the warning is logged');
  expect(await gateway.log()).toContain('"msg":"warning of Node"');
  expect(await gateway.stop()).toBe(0);
});

it('writes the waiting audit line, whole, when a full disk has room again', async ({ skip }) => {
  const mounted = await mountSmall(skip);
  await using _ = mounted;
  const [log, filler] = [path.join(mounted.path, 'log'), path.join(mounted.path, 'filler')];
  await writeFile(filler, Buffer.alloc(SIZE / 2));
  await using gateway = await startRedirected(`exec "$@" >>"${log}" 2>&1`);
  await postMany(gateway);
  expect(await post(gateway, PAUSE)).not.toBeNull();
  expect(await readFile(log, 'utf8')).not.toContain('"audit":true');
  await rm(filler);
  await waitFor(async () => (await readFile(log, 'utf8')).includes('"msg":"request"'), 'lines are written again');
  execFileSync('mount', ['-o', `remount,size=${100 * SIZE}`, mounted.path]);
  const requestsLogged = async () => (await readFile(log, 'utf8')).split('"msg":"request"').length - 1;
  await waitFor(async () => (await requestsLogged()) > QUERIES, 'all lines are written');
  expect(await gateway.stop()).toBe(0);
  const lines = (await readFile(log, 'utf8')).trim().split('\n');
  const messages = lines.map((line) => (JSON.parse(line) as { readonly msg: string }).msg);
  expect(messages.filter((message) => message === 'mutation')).toHaveLength(1);
  expect(messages.filter((message) => message === 'request')).toHaveLength(QUERIES + 1);
});

/** Mounts a small file system in memory. Calls `skip` with the reason, which is printed, if this process may not. */
async function mountSmall(skip: (reason: string) => never) {
  const target = path.join(directory.path, 'small');
  await mkdir(target);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', target], { stdio: 'pipe' });
  } catch (error) {
    process.stdout.write(
      `Not tested: a full disk that has room again, because it cannot be mounted: ${String(error)}\n`,
    );
    skip(String(error));
  }
  return { path: target, [Symbol.asyncDispose]: async () => void execFileSync('umount', ['--lazy', target]) };
}
