import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { namespace, workspace } from '../support/manifests.ts';
import { recordingLog } from '../support/recording-log.ts';
import { startTestGateway, type SimulatedGateway, type TestGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const CHANGES = 'subscription { workspaces { type object { name stateMessage } } }';
/** A gateway that holds back events for a client with few unsent bytes. */
const SMALL_BUFFERS = { objects: [namespace('team-a')], maxPendingBytes: 70_000 };
const filler = 'x'.repeat(1_000);
const workspaceWith = (name: string, message: string) =>
  workspace(name, { state: 'Running', status: { stateMessage: message } });

/** Opens a raw WebSocket, which can stop reading: the buffers of the kernel fill, then those of the gateway. */
async function subscribe(gateway: TestGateway): Promise<{ readonly socket: WebSocket; readonly frames: string[] }> {
  const socket = new WebSocket(gateway.url.replace('http', 'ws'), 'graphql-transport-ws');
  const frames: string[] = [];
  socket.on('message', (message: Buffer) => frames.push(message.toString()));
  socket.once('open', () => socket.send('{"type":"connection_init"}'));
  await waitFor(() => frames.length > 0, 'the connection is acknowledged');
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: CHANGES } }));
  await waitFor(() => frames.at(-1)?.includes('SYNCED') ?? false, 'the snapshot is complete');
  return { socket, frames };
}

/** Sends an operation over a connection that reads nothing until it is resumed. */
function sendWithoutReading({ url }: TestGateway, operation: string, accept: string): Socket {
  const { port, pathname } = new URL(url);
  const socket = connect({ port: Number(port), host: '127.0.0.1' });
  socket.on('error', () => undefined);
  socket.pause();
  const query = encodeURIComponent(operation);
  socket.write(`GET ${pathname}?query=${query} HTTP/1.1\r\nhost: localhost:${port}\r\naccept: ${accept}\r\n\r\n`);
  return socket;
}

/** Changes 200 workspaces. */
function changeAll({ cluster }: SimulatedGateway, round: number): void {
  for (let index = 0; index < 200; index += 1) cluster.apply(workspaceWith(`nb-${index}`, `${round} ${filler}`));
}

async function changeUntilDisconnected(gateway: SimulatedGateway): Promise<void> {
  let round = 0;
  await waitFor(() => {
    round += 1;
    changeAll(gateway, round);
    return gateway.statistics().live.slowCloses === 1;
  }, 'the client is disconnected');
}

it('sends final states to a slow client and every state to a fast one when both share a subscription', async () => {
  await using gateway = await startTestGateway({
    ...SMALL_BUFFERS,
    slowReaderTimeoutSeconds: 600, // longer than any run of the test
  });
  const [slow, fast] = [await subscribe(gateway), await subscribe(gateway)];
  slow.socket.pause();
  const rounds = 60;
  for (let round = 1; round <= rounds; round += 1) {
    changeAll(gateway, round);
    await waitFor(() => fast.frames.length > 200 * round, 'the fast client has read');
  }
  expect(gateway.statistics().live.coalesced).toBeGreaterThan(0);
  slow.socket.resume();
  const last = (frames: readonly string[]) => new Set(frames.filter((frame) => frame.includes(`"${rounds} x`))).size;
  await waitFor(() => last(slow.frames) === 200, 'the slow client has every final state');
  expect(slow.frames.length).toBeLessThan(fast.frames.length);
  slow.socket.terminate();
  fast.socket.terminate();
}, 120_000);

it('closes a connection with 4008, and logs it, when its client reads nothing', async () => {
  const { log, lines } = recordingLog();
  await using gateway = await startTestGateway({ ...SMALL_BUFFERS, log, slowReaderTimeoutSeconds: 1 });
  const stuck = await subscribe(gateway);
  stuck.socket.pause();
  await changeUntilDisconnected(gateway);
  await waitFor(() => gateway.subscribers() === 0, 'its subscription is released');
  const closed = once(stuck.socket, 'close');
  stuck.socket.resume();
  expect(await closed).toMatchObject([4008, expect.anything()]);
  const refusals = lines('request').filter(({ outcome }) => outcome === 'error');
  expect(refusals).toMatchObject([{ transport: 'websocket', viewer: 'system:admin', closeCode: 4008 }]);
}, 60_000);

it('cuts off an event stream, and logs it with 4008, when its client reads nothing', async () => {
  const { log, lines } = recordingLog();
  await using gateway = await startTestGateway({ ...SMALL_BUFFERS, log, slowReaderTimeoutSeconds: 1 });
  const socket = sendWithoutReading(gateway, CHANGES, 'text/event-stream');
  await changeUntilDisconnected(gateway);
  await waitFor(() => lines('request').length === 1, 'the line is written');
  const line = { transport: 'sse', viewer: 'system:admin', type: 'subscription', closeCode: 4008, outcome: 'error' };
  expect(lines('request')).toMatchObject([line]);
  socket.destroy();
}, 60_000);

it('rejects a subscription with RATE_LIMITED when a connection or viewer has too many, and keeps the others', async () => {
  await using gateway = await startTestGateway({
    objects: [namespace('team-a')],
    maxSubscriptionsPerConnection: 2,
    maxSubscriptionsPerViewer: 3,
  });
  const client = gateway.connect();
  const streams = [1, 2].map(() => client.iterate({ query: CHANGES }));
  for (const _ of ['RESET', 'SYNCED']) await Promise.all(streams.map(async (stream) => stream.next()));
  const rejected = [{ extensions: { code: 'RATE_LIMITED' } }];
  expect((await client.iterate({ query: CHANGES }).next()).value?.errors).toMatchObject(rejected);
  expect((await gateway.subscribe(CHANGES).next()).value?.data).toBeDefined();
  expect((await gateway.subscribe(CHANGES).next()).value?.errors).toMatchObject(rejected);
  gateway.cluster.apply(workspaceWith('nb-1', 'still sent'));
  expect((await streams[0]?.next())?.value?.data).toMatchObject({ workspaces: { type: 'ADDED' } });
  await Promise.all(streams.map(async (stream) => stream.return?.()));
});

it('ends a subscription with RATE_LIMITED, and keeps another, when the queues of a client that does not read exceed the limit', async () => {
  // The rows take 370 kB, and each of 20 queues 40 kB.
  await using gateway = await startTestGateway({
    objects: [namespace('team-a')],
    maxSubscriptionBytesPerViewer: 500_000,
  });
  const fast = await subscribe(gateway);
  const { socket, frames } = await subscribe(gateway);
  for (let id = 2; id <= 20; id += 1)
    socket.send(JSON.stringify({ id: `${id}`, type: 'subscribe', payload: { query: CHANGES } }));
  await waitFor(() => gateway.subscribers() === 21, 'all subscriptions have started');
  socket.pause();
  for (let round = 1; gateway.subscribers() === 21; round += 1) {
    changeAll(gateway, round);
    await waitFor(() => fast.frames.length > 200 * round, 'the other client has read');
  }
  expect(gateway.subscribers()).toBeGreaterThan(1);
  socket.resume();
  await waitFor(() => frames.some((frame) => frame.includes('"type":"error"')), 'the client receives the error');
  const error = frames.find((frame) => frame.includes('"type":"error"'));
  const limit = { name: 'MAX_SUBSCRIPTION_BYTES_PER_VIEWER', max: 500_000 };
  expect(JSON.parse(error ?? '')).toMatchObject({ payload: [{ extensions: { code: 'RATE_LIMITED', limit } }] });
  changeAll(gateway, 1_000);
  await waitFor(() => fast.frames.some((frame) => frame.includes('"1000 x')), 'the other client receives changes');
  socket.terminate();
  fast.socket.terminate();
}, 60_000);

it('releases all subscriptions when two thousand sockets reset at once', async () => {
  await using gateway = await startTestGateway({ objects: [namespace('team-a')], maxSubscriptionsPerViewer: 10_000 });
  const { hostname, port } = new URL(gateway.url);
  const query = encodeURIComponent(CHANGES);
  const sockets = Array.from({ length: 2_000 }, () => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.write(`GET /graphql?query=${query} HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n\r\n`);
    socket.on('error', () => undefined);
    socket.resume();
    return socket;
  });
  await waitFor(() => gateway.subscribers() === 2_000, 'all of them are subscribed');
  expect(gateway.statistics().live.sharedSubscriptions).toBe(1);
  for (const socket of sockets) socket.resetAndDestroy();
  await waitFor(() => gateway.subscribers() === 0, 'all of them are released');
  expect(gateway.statistics().live.sharedSubscriptions).toBe(0);
  expect((await gateway.query('{ workspaces { totalCount } }')).errors).toBeUndefined();
}, 60_000);

it('sends no ping after the end of an event stream when its client does not read', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const large = Array.from({ length: 200 }, (_, index) => workspaceWith(`nb-${index}`, filler.repeat(100)));
  await using gateway = await startTestGateway({
    objects: [namespace('team-a'), ...large],
    users: [{ token: 'ada', name: 'ada', groups: ['system:masters'] }],
    authentication: { mode: 'token' },
    authorizationTtlSeconds: 1,
    maxPendingBytes: 1_000_000_000,
    maxPendingBytesPerViewer: 1_000_000_000,
  });
  const body = JSON.stringify({ query: CHANGES });
  const head = ['POST /graphql HTTP/1.1', 'Host: localhost', 'Authorization: Bearer ada', 'Accept: text/event-stream'];
  const framing = ['Content-Type: application/json', `Content-Length: ${body.length}`];
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  socket.write([...head, ...framing, '', body].join('\r\n'));
  let received = '';
  while (!received.includes('nb-')) received += String(await once(socket, 'data'));
  socket.pause();
  gateway.cluster.revokeToken('ada');
  await waitFor(() => {
    vi.advanceTimersByTime(100); // until the token is checked again
    return gateway.subscribers() === 0;
  }, 'the stream has ended');
  vi.advanceTimersByTime(12_000);
  socket.destroy(); // vitest reports an error event without a listener as unhandled, and fails the run
  expect(socket.bytesRead).toBeLessThan(20_000_000);
}, 60_000);

it('keeps a WebSocket whose client only receives when the timeout is shorter than 12 seconds', async () => {
  await using gateway = await startTestGateway({ objects: [namespace('team-a')], slowReaderTimeoutSeconds: 5 });
  const { socket } = await subscribe(gateway);
  const closed = once(socket, 'close').then(() => 'closed');
  const pinged = async () => {
    await once(socket, 'ping');
    await once(socket, 'ping');
    return 'pinged twice';
  };
  expect(await Promise.race([closed, pinged()])).toBe('pinged twice');
  socket.terminate();
}, 60_000);

/** Query whose answer is larger than the buffers of the kernel at both ends. */
const LARGE = `{ workspaces { nodes { ${Array.from({ length: 40 }, (_, index) => `a${index}: stateMessage`).join(' ')} } } }`;
const manyObjects = [
  namespace('team-a'),
  ...Array.from({ length: 1_000 }, (_, index) => workspaceWith(`nb-${index}`, filler)),
];

it.each([
  ['JSON', 'http'],
  ['an event stream', 'sse'],
])(
  'disconnects a client, and logs it with 4008, when it does not read the answer to its query as %s',
  async (_, transport) => {
    const { log, lines } = recordingLog();
    await using gateway = await startTestGateway({
      log,
      logSample: 0,
      metricsPort: 0,
      objects: manyObjects,
      slowReaderTimeoutSeconds: 1,
    });
    const accept = transport === 'sse' ? 'text/event-stream' : 'application/json';
    const socket = sendWithoutReading(gateway, LARGE, accept);
    await waitFor(() => gateway.statistics().live.slowCloses === 1, 'the client is disconnected');
    await waitFor(() => lines('request').length === 1, 'the line is written');
    const line = { transport, viewer: 'system:admin', type: 'query', status: 200, closeCode: 4008, outcome: 'error' };
    expect(lines('request')).toMatchObject([line]);
    expect(await gateway.metrics()).toContain('type="query",code="CLOSE_4008"} 1\n');
    const closed = once(socket, 'close');
    socket.resume();
    await closed;
    expect(socket.bytesRead).toBeLessThan(40_000_000);
  },
);

it('sends the whole answer to a client that reads slowly but steadily', async () => {
  // More than a pause of the process, and less than the time of the whole answer.
  await using gateway = await startTestGateway({ objects: manyObjects, slowReaderTimeoutSeconds: 3 });
  const response = await fetch(`${gateway.url}?query=${encodeURIComponent(LARGE)}`);
  let [bytes, chunks] = [0, 0];
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    chunks += 1;
    if (chunks % 3 === 0) await delay(20);
  }
  expect(bytes).toBeGreaterThan(40_000_000);
  expect(gateway.statistics().live.slowCloses).toBe(0);
}, 60_000);
