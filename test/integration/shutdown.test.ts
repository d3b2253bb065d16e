import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { startSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { startGatewayProcess, type GatewayProcess } from '../support/gateway-process.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { waitFor } from '../support/wait-for.ts';

const CHANGES = 'subscription { workspaces { type object { name } } }';
const PAUSE = 'mutation { pauseWorkspace(input: { namespace: "team-a", name: "nb-1" }) { workspace { paused } } }';

let cluster: Simulator;

beforeAll(async () => {
  const objects = [namespace('team-a'), workspace('nb-1', { state: 'Running' })];
  cluster = await startSimulator({ objects: [workspaceCrd, workspaceKindCrd, ...objects] });
});
afterAll(() => cluster[Symbol.asyncDispose]());

interface Client {
  readonly messages: readonly string[];
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
}

/** Opens a WebSocket and sends an operation. */
async function connect({ port }: GatewayProcess, query: string): Promise<Client> {
  const socket = new WebSocket(new URL('/graphql', `ws://127.0.0.1:${port}`), 'graphql-transport-ws');
  const messages: string[] = [];
  socket.on('message', (message: Buffer) => messages.push(message.toString()));
  const closed = once(socket, 'close').then(([code]) => Number(code));
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await waitFor(() => messages.length > 0, 'the connection is acknowledged');
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  return { messages, closed };
}

function isSynced({ messages }: Client): boolean {
  return messages.some((message) => message.includes('SYNCED'));
}

/** Opens an event stream. Resolves with its response at the head. */
function openStream({ port }: GatewayProcess): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/graphql?query=${encodeURIComponent(CHANGES)}`, {
    headers: { accept: 'text/event-stream' },
  });
}

function get({ port }: GatewayProcess, path: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } });
}

it('completes all streams of hundreds of clients, and exits with 0, when it gets SIGTERM', async () => {
  await using gateway = await startGatewayProcess(cluster.kubeconfig, { DRAIN_SECONDS: '20' });
  const clients = await Promise.all(Array.from({ length: 200 }, () => connect(gateway, CHANGES)));
  const streams = await Promise.all(Array.from({ length: 20 }, () => openStream(gateway)));
  const texts = streams.map((stream) => stream.text());
  await waitFor(() => clients.every(isSynced), 'all clients have the snapshot');
  const exitCode = await gateway.stop();
  expect(new Set(await Promise.all(clients.map(({ closed }) => closed)))).toEqual(new Set([1001]));
  expect(new Set(clients.map(({ messages }) => messages.at(-1)))).toEqual(new Set(['{"id":"1","type":"complete"}']));
  for (const text of await Promise.all(texts)) expect(text).toMatch(/event: complete\ndata:\n\n$/u);
  expect(exitCode).toBe(0);
}, 60_000);

it('is not ready but serves new clients for a time, when it gets SIGTERM', async () => {
  await using gateway = await startGatewayProcess(cluster.kubeconfig, { SHUTDOWN_DELAY_SECONDS: '3' });
  expect((await get(gateway, '/readyz')).status).toBe(200);
  process.kill(gateway.pid, 'SIGTERM');
  await waitFor(async () => (await get(gateway, '/readyz')).status === 503, 'it is not ready');
  expect((await get(gateway, '/livez')).status).toBe(200);
  const query = await get(gateway, `/graphql?query=${encodeURIComponent('{ workspaces { totalCount } }')}`);
  expect([query.status, query.headers.get('connection')]).toEqual([200, 'close']);
  const client = await connect(gateway, CHANGES);
  await waitFor(() => isSynced(client), 'a new client has the snapshot');
  expect(await client.closed).toBe(1001);
  expect(client.messages.at(-1)).toContain('complete');
  expect(await gateway.stop()).toBe(0);
}, 60_000);

it('answers a mutation over a WebSocket that is in progress when it gets SIGTERM', async () => {
  await using gateway = await startGatewayProcess(cluster.kubeconfig, { DRAIN_SECONDS: '20' });
  const sent = Promise.withResolvers<void>();
  const undo = cluster.faults.delay(600_000, ({ verb }) => {
    if (verb === 'patch') sent.resolve();
    return verb === 'patch';
  });
  const follower = await connect(gateway, CHANGES);
  await waitFor(() => isSynced(follower), 'a client has the snapshot');
  const client = await connect(gateway, PAUSE);
  await sent.promise;
  const exitCode = gateway.stop();
  expect(await follower.closed).toBe(1001);
  undo();
  expect(await client.closed).toBe(1001);
  expect(client.messages[1]).toContain('"paused":true');
  expect(client.messages.at(-1)).toContain('complete');
  expect(await exitCode).toBe(0);
}, 60_000);
