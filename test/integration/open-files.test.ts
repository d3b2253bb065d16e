import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get, request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { startSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { startGatewayProcess, type GatewayProcess } from '../support/gateway-process.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { waitFor } from '../support/wait-for.ts';

const QUERY = '{ workspaces { totalCount } }';
const QUERY_PATH = `/graphql?query=${encodeURIComponent(QUERY)}`;
const PAUSE =
  'mutation { pauseWorkspace(input: { namespace: "team-a", name: "nb-1", dryRun: true }) { workspace { name } } }';
/** Open files of the gateway, of which 44 may be connections of clients. */
const OPEN_FILES = 300;
const MAX_CONNECTIONS = 44;
const CLIENTS = 150;
/** Requests beyond them at the same time: fewer than the connections that the gateway accepts to refuse their requests. */
const REFUSED = 20;

let cluster: Simulator;
let gateway: GatewayProcess;
beforeEach(async () => {
  const objects = [namespace('team-a'), workspace('nb-1', { state: 'Running' })];
  cluster = await startSimulator({ objects: [workspaceCrd, workspaceKindCrd, ...objects], bookmarkIntervalMs: 200 });
  gateway = await startGatewayProcess(cluster.kubeconfig, {}, { script: `ulimit -n ${OPEN_FILES}; exec "$@"` });
});
afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});

/** Sends a GET request. Resolves with its status, or with the code of the error of the connection. */
async function statusOf(path: string, agent?: Agent): Promise<number | string> {
  try {
    const sent = get({ port: gateway.port, path, agent: agent ?? false });
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    await text(response);
    return response.statusCode ?? 0;
  } catch (error) {
    return String(Object(error).code);
  }
}

async function post(query: string, agent: Agent): Promise<unknown> {
  const sent = request({
    port: gateway.port,
    path: '/graphql',
    method: 'POST',
    agent,
    headers: { 'content-type': 'application/json' },
  });
  sent.end(JSON.stringify({ query }));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return JSON.parse(await text(response));
}

/** Sets the soft limit of the running gateway. */
function limitOpenFiles(count: number): void {
  execFileSync('prlimit', ['--pid', String(gateway.pid), `--nofile=${count}:`], { stdio: 'pipe' });
}

/** Opens an event stream, which ends when its connection is destroyed. Resolves when the gateway has answered. */
async function openStream(): Promise<IncomingMessage> {
  const query = encodeURIComponent('subscription { namespaces { type } }');
  const path = `/graphql?query=${query}`;
  const sent = get({ port: gateway.port, path, agent: false, headers: { accept: 'text/event-stream' } });
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
  return response.on('error', () => undefined).resume();
}

it('answers the probes, refuses other requests with 503, and logs few lines, when clients hold all connections', async () => {
  // Connections without a request would be closed after some seconds.
  const streams = await Promise.all(Array.from({ length: MAX_CONNECTIONS }, openStream));
  const statuses = await Promise.all(Array.from({ length: REFUSED }, () => statusOf('/graphql')));
  // The gateway resets a connection whose request does not come for two seconds, which a busy machine may need.
  expect(statuses.filter((status) => status !== 503 && status !== 'ECONNRESET')).toEqual([]);
  await waitFor(async () => (await statusOf('/graphql')) === 503, 'a request is refused');
  for (const probe of ['/livez', '/readyz'])
    await waitFor(async () => (await statusOf(probe)) === 200, `${probe} is answered`);
  const lines = (await gateway.log()).split('too few open files').length - 1;
  expect(lines).toBeGreaterThan(0);
  expect(lines).toBeLessThan(REFUSED / 2);
  cluster.apply(workspace('nb-2'));
  for (const stream of streams) stream.destroy();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const total = async () => post(QUERY, agent);
  await waitFor(async () => JSON.stringify(await total()).includes('"totalCount":2'), 'a new client has the change');
  agent.destroy();
}, 60_000);

it('closes idle connections when others need them', async () => {
  const idle = new Agent({ keepAlive: true });
  const statuses = await Promise.all(Array.from({ length: MAX_CONNECTIONS }, () => statusOf('/livez', idle)));
  expect(new Set(statuses)).toEqual(new Set([200]));
  await statusOf('/livez'); // the connection above the limit
  await waitFor(async () => (await statusOf(QUERY_PATH)) === 200, 'a query is answered');
  idle.destroy();
}, 60_000);

it('refuses WebSockets, and answers queries, when WebSockets hold nine tenths of the connections', async () => {
  const url = new URL('/graphql', `ws://127.0.0.1:${gateway.port}`);
  const sockets = Array.from({ length: CLIENTS }, () => new WebSocket(url, 'graphql-transport-ws'));
  const outcomes = await Promise.all(
    sockets.map(
      (socket) =>
        new Promise((resolve) => {
          socket.once('open', () => resolve('open'));
          socket.once('error', () => resolve('refused'));
        }),
    ),
  );
  expect(outcomes.filter((outcome) => outcome === 'open')).toHaveLength(Math.floor(MAX_CONNECTIONS * 0.9));
  await waitFor(async () => (await statusOf(QUERY_PATH)) === 200, 'it is served');
  for (const socket of sockets) socket.terminate();
}, 60_000);

it('serves its copy, refuses mutations with the reason, and recovers, when the process has no free descriptor', async ({
  skip,
}) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await post(QUERY, agent);
  try {
    limitOpenFiles(8); // all lower numbers are in use
  } catch (error) {
    process.stdout.write(`Not tested: a process without free descriptors, because prlimit fails: ${String(error)}\n`);
    skip(String(error));
  }
  expect(await post(QUERY, agent)).toEqual({ data: { workspaces: { totalCount: 1 } } });
  const { errors } = (await post(PAUSE, agent)) as { readonly errors: readonly object[] };
  expect(errors).toMatchObject([{ message: /too many open files \(EMFILE\)/u, extensions: { code: 'UNAVAILABLE' } }]);
  cluster.faults.dropWatches();
  expect(await statusOf('/livez', agent)).toBe(200);
  limitOpenFiles(OPEN_FILES);
  cluster.apply(workspace('nb-2'));
  const total = async () => post(QUERY, agent);
  await waitFor(async () => JSON.stringify(await total()).includes('"totalCount":2'), 'the watches are open again');
  expect(await post(PAUSE, agent)).toEqual({ data: { pauseWorkspace: { workspace: { name: 'nb-1' } } } });
  agent.destroy();
}, 60_000);
