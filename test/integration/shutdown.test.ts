import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { startSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { startGatewayProcess, type GatewayProcess } from '../support/gateway-process.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { postOperation } from '../support/post-operation.ts';
import { startGatewayFor, type TestGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const FIELDS = 'type cursor object { name }';
const CHANGES = `subscription { workspaces { ${FIELDS} } }`;
const pause = (name: string) =>
  `mutation { pauseWorkspace(input: { namespace: "team-a", name: "${name}" }) { workspace { paused } } }`;

let cluster: Simulator;

beforeAll(async () => {
  const workspaces = ['nb-1', 'nb-2'].map((name) => workspace(name, { state: 'Running' }));
  const objects = [namespace('team-a'), ...workspaces];
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

function post({ port }: GatewayProcess, query: string): Promise<Response> {
  return postOperation(new URL('/graphql', `http://127.0.0.1:${port}`), query);
}

/** Delays the answers of the API server to patches. Returns a promise of the first patch, and a function that ends the delay. */
function delayPatches(): readonly [sent: Promise<void>, undo: () => void] {
  const sent = Promise.withResolvers<void>();
  const undo = cluster.faults.delay(600_000, ({ verb }) => {
    if (verb === 'patch') sent.resolve();
    return verb === 'patch';
  });
  return [sent.promise, undo];
}

it('completes all streams of a thousand clients under writes, exits with 0, and loses no event, when it gets SIGTERM', async () => {
  await using gateway = await startGatewayProcess(cluster.kubeconfig, { DRAIN_SECONDS: '20' });
  const clients = await Promise.all(Array.from({ length: 500 }, () => connect(gateway, CHANGES)));
  const streams = await Promise.all(Array.from({ length: 500 }, () => openStream(gateway)));
  const texts = streams.map((stream) => stream.text());
  await waitFor(() => clients.every(isSynced), 'all clients have the snapshot');
  const stopped = gateway.stop();
  const [exitCode, names] = await Promise.all([stopped, writeUntil(stopped)]);
  expect(exitCode).toBe(0);
  expect(new Set(await Promise.all(clients.map(({ closed }) => closed)))).toEqual(new Set([1001]));
  expect(new Set(clients.map(({ messages }) => messages.at(-1)))).toEqual(new Set(['{"id":"1","type":"complete"}']));
  const received = await Promise.all(texts);
  for (const text of received) expect(text).toMatch(/event: complete\ndata:\n\n$/u);
  await using other = await startGatewayFor(cluster.kubeconfig);
  const deliveries = [...clients.map(({ messages }) => messages.join('\n')), ...received].map(eventsIn);
  for (const events of deliveries.filter((_, index) => index % 50 === 0)) {
    const all = [...events, ...(await eventsSince(other, events.at(-1)?.cursor))];
    const added = all.flatMap(({ type, object }) => (type === 'ADDED' ? [object?.name] : []));
    expect(added).toHaveLength(names.length);
    expect(new Set(added)).toEqual(new Set(names));
    expect(new Set(all.map(({ type }) => type))).toEqual(new Set(['RESET', 'ADDED', 'SYNCED']));
  }
}, 120_000);

/** Creates workspaces until a promise resolves, and then one more. Resolves with the names of all workspaces. */
async function writeUntil(end: Promise<unknown>): Promise<readonly string[]> {
  let hasEnded = false;
  void end.then(() => (hasEnded = true));
  const names = ['nb-1', 'nb-2'];
  while (names.at(-1) !== 'written-last') {
    const name = hasEnded ? 'written-last' : `written-${names.length}`;
    cluster.apply(workspace(name));
    names.push(name);
    await delay(20);
  }
  return names.toSorted();
}

interface DeliveredEvent {
  readonly type: string;
  readonly cursor: string;
  readonly object: { readonly name: string } | null;
}

/** Returns the events in the messages of a WebSocket, or the text of an event stream. */
function eventsIn(text: string): readonly DeliveredEvent[] {
  const lines = text.split('\n').filter((line) => line.includes('"workspaces"'));
  return lines.map((line) => {
    const message = JSON.parse(line.slice(line.indexOf('{')));
    return (message.payload ?? message).data.workspaces;
  });
}

/** Returns the events after a cursor, up to SYNCED. */
async function eventsSince(gateway: TestGateway, after = ''): Promise<readonly DeliveredEvent[]> {
  const events: DeliveredEvent[] = [];
  const query = `subscription ($after: String) { workspaces(after: $after) { ${FIELDS} } }`;
  for await (const { data } of gateway.subscribe<{ workspaces: DeliveredEvent }>(query, { after })) {
    if (data) events.push(data.workspaces);
    if (events.at(-1)?.type === 'SYNCED') break;
  }
  return events;
}

it('reports that it is not ready, but serves new clients for a time, when it gets SIGTERM', async () => {
  await using gateway = await startGatewayProcess(cluster.kubeconfig, { SHUTDOWN_DELAY_SECONDS: '6' });
  expect((await get(gateway, '/readyz')).status).toBe(200);
  const [sent, undo] = delayPatches();
  const earlier = [openStream(gateway), post(gateway, pause('nb-2'))];
  await sent;
  process.kill(gateway.pid, 'SIGTERM');
  await waitFor(async () => (await get(gateway, '/readyz')).status === 503, 'it is not ready');
  expect((await get(gateway, '/livez')).status).toBe(200);
  undo();
  // Load balancers must not use these connections again.
  for (const response of await Promise.all(earlier)) expect(response.headers.get('connection')).toBe('close');
  const query = await get(gateway, `/graphql?query=${encodeURIComponent('{ workspaces { totalCount } }')}`);
  expect([query.status, query.headers.get('connection')]).toEqual([200, 'close']);
  const client = await connect(gateway, CHANGES);
  await waitFor(() => isSynced(client), 'a new client has the snapshot');
  expect(await client.closed).toBe(1001);
  expect(client.messages.at(-1)).toContain('complete');
  expect(await gateway.stop()).toBe(0);
}, 60_000);

it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  'answers a mutation over a WebSocket that is in progress when it gets %s',
  async (signal) => {
    const name = `at-${signal.toLowerCase()}`;
    cluster.apply(workspace(name, { state: 'Running' }));
    await using gateway = await startGatewayProcess(cluster.kubeconfig, { DRAIN_SECONDS: '20' });
    const [sent, undo] = delayPatches();
    const follower = await connect(gateway, CHANGES);
    await waitFor(() => isSynced(follower), 'a client has the snapshot');
    const client = await connect(gateway, pause(name));
    await sent;
    process.kill(gateway.pid, signal);
    expect(await follower.closed).toBe(1001);
    undo();
    expect(await client.closed).toBe(1001);
    expect(client.messages[1]).toContain('"paused":true');
    expect(client.messages.at(-1)).toContain('complete');
    expect(await gateway.stop()).toBe(0); // its SIGTERM has no effect on a process that ends
  },
  60_000,
);

it('completes a subscription that begins while the gateway stops, on a connection that was open', async () => {
  await using gateway = await startGatewayFor(cluster.kubeconfig, { drainSeconds: 60 });
  const port = Number(new URL(gateway.url).port);
  const target = `/graphql?query=${encodeURIComponent(CHANGES)}`;
  const stream = await fetch(new URL(target, gateway.url), { headers: { accept: 'text/event-stream' } });
  const unused = connectTcp(port, '127.0.0.1');
  await once(unused, 'connect');
  const stopped = gateway[Symbol.asyncDispose]();
  await stream.text(); // its completion shows that the gateway has begun to complete streams
  unused.write(`GET ${target} HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n\r\n`);
  let answer = '';
  for await (const chunk of unused) answer += String(chunk);
  expect(answer).toMatch(/200 OK[^]*event: complete/u);
  await stopped;
});
