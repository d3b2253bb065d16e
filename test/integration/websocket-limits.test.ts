import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { headerAuthentication as header } from '../support/authentication.ts';
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const OPEN = 'open';
const MESSAGES = 100;

/** Opens a WebSocket and keeps it open. Returns `open`, or the HTTP status of the refused upgrade and its `Retry-After`. */
async function upgrade({ url }: TestGateway, headers: Readonly<Record<string, string>> = {}) {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', { headers });
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.on('error', () => undefined); // the upgrade is refused
  socket.once('open', () => resolve(OPEN));
  socket.once('unexpected-response', (request, response: IncomingMessage) => {
    resolve(`${String(response.statusCode)} ${String(response.headers['retry-after'])}`);
    request.destroy();
  });
  return { socket, outcome: await promise };
}

/** Opens a WebSocket and authenticates it. Returns `acknowledged`, or the close code and reason. */
async function connect(gateway: TestGateway, headers: Readonly<Record<string, string>> = {}) {
  const { socket, outcome } = await upgrade(gateway, headers);
  expect(outcome).toBe(OPEN);
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.once('message', () => resolve('acknowledged'));
  socket.once('close', (code: number, reason: Buffer) => resolve(`${code} ${reason.toString()}`));
  socket.send('{"type":"connection_init"}');
  return { socket, outcome: await promise };
}

function raise(): never {
  throw new TypeError('Expected a WebSocket.');
}

/** Returns the TCP connection of a WebSocket, which its type does not declare. */
function transportOf(socket: WebSocket): Socket {
  const transport: unknown = Reflect.get(socket, '_socket');
  if (!(transport instanceof Socket)) throw new TypeError('Expected an open WebSocket.');
  return transport;
}

async function close(socket: WebSocket): Promise<void> {
  const closed = once(socket, 'close');
  socket.close();
  await closed;
}

it('refuses an upgrade with 429 when all clients together have too many WebSockets', async () => {
  await using gateway = await startTestGateway({ maxWebsockets: 2 });
  const first = await connect(gateway);
  const second = await upgrade(gateway);
  expect([first.outcome, second.outcome]).toEqual(['acknowledged', OPEN]);
  expect((await upgrade(gateway)).outcome).toBe('429 1');
  await close(second.socket);
  await waitFor(async () => (await upgrade(gateway)).outcome === OPEN, 'a WebSocket can be opened again');
});

it('refuses an upgrade with 429 when an address has too many unauthenticated WebSockets', async () => {
  await using gateway = await startTestGateway({ maxUnauthenticatedWebsocketsPerAddress: 2 });
  const first = await upgrade(gateway);
  expect([first.outcome, (await upgrade(gateway)).outcome, (await upgrade(gateway)).outcome]).toEqual([
    OPEN,
    OPEN,
    '429 1',
  ]);
  const acknowledged = once(first.socket, 'message');
  first.socket.send('{"type":"connection_init"}');
  await acknowledged; // counts for its viewer from now on
  expect((await upgrade(gateway)).outcome).toBe(OPEN);
});

it('counts unauthenticated WebSockets by X-Forwarded-For behind a trusted proxy', async () => {
  await using gateway = await startTestGateway({
    maxUnauthenticatedWebsocketsPerAddress: 1,
    trustedProxyCidrs: ['127.0.0.0/8'],
  });
  const from = async (address: string) => (await upgrade(gateway, { 'x-forwarded-for': address })).outcome;
  expect(await from('192.0.2.1')).toBe(OPEN);
  expect(await from('192.0.2.1')).toBe('429 1');
  expect(await from('192.0.2.2')).toBe(OPEN);
});

it('closes a WebSocket with RATE_LIMITED when its viewer has too many, and leaves those of others', async () => {
  await using gateway = await startTestGateway({ maxWebsocketsPerViewer: 2, authentication: header });
  const of = (user: string) => connect(gateway, { 'kubeflow-userid': user });
  const [first, second, third, other] = [await of('alice'), await of('alice'), await of('alice'), await of('bob')];
  expect([first.outcome, second.outcome, other.outcome]).toEqual(['acknowledged', 'acknowledged', 'acknowledged']);
  expect(third.outcome).toMatch(/^1013 RATE_LIMITED: Expected at most 2 concurrent WebSockets of one viewer \(MAX_/u);
  await close(first.socket);
  await waitFor(async () => (await of('alice')).outcome === 'acknowledged', 'a WebSocket can be opened again');
});

it('forgets a WebSocket that is cut before it is authenticated', async () => {
  await using gateway = await startTestGateway({ maxWebsockets: 1 });
  const { socket, outcome } = await upgrade(gateway);
  expect([outcome, (await upgrade(gateway)).outcome]).toEqual([OPEN, '429 1']);
  socket.terminate();
  await waitFor(async () => (await upgrade(gateway)).outcome === OPEN, 'a WebSocket can be opened again');
});

it('handles one message of a WebSocket in each iteration of the event loop when a hundred arrive at once', async () => {
  await using gateway = await startTestGateway();
  const { socket } = await connect(gateway);
  let iterations = 0;
  let pongs = 0;
  const answered = Promise.withResolvers<void>();
  const count = () => {
    iterations += 1;
    if (pongs < MESSAGES) setImmediate(count);
  };
  socket.on('message', () => {
    pongs += 1;
    if (pongs === MESSAGES) answered.resolve();
  });
  const transport = transportOf(socket);
  transport.cork();
  for (let index = 0; index < MESSAGES; index += 1) socket.send('{"type":"ping"}');
  transport.uncork();
  setImmediate(count);
  await answered.promise;
  expect(iterations).toBeGreaterThanOrEqual(MESSAGES);
});

it('disconnects a WebSocket when incomplete messages of all clients together exceed MAX_BYTES_IN_FLIGHT', async () => {
  await using gateway = await startTestGateway({ maxBytesInFlight: 1_000_000, metricsPort: 0 });
  const sockets = [await connect(gateway), await connect(gateway), await connect(gateway)];
  const send = (index: number) => {
    const frame = Buffer.alloc(14);
    frame.set([0x81, 0xff]);
    frame.writeBigUInt64BE(2_000_000n, 2);
    transportOf(sockets[index]?.socket ?? raise()).write(Buffer.concat([frame, Buffer.alloc(450_000)]));
  };
  const requests = async () => {
    const { data } = await gateway.query('{ gateway { requests { bytesInFlight refusals } } }');
    return Object(data)['gateway']['requests'] as { readonly bytesInFlight: number; readonly refusals: number };
  };
  send(0);
  send(1);
  await waitFor(async () => (await requests()).bytesInFlight > 900_000, 'both messages are counted');
  const closed = once(sockets[2]?.socket ?? raise(), 'close');
  send(2);
  await closed;
  expect(await requests()).toMatchObject({ refusals: 1 });
  const text = await gateway.metrics();
  expect(text).toContain('\nworkspaces_gateway_bytes_in_flight_refusals_total 1\n');
  expect(text).toContain('\nworkspaces_gateway_limit_exceeded_total{limit="MAX_BYTES_IN_FLIGHT"} 1\n');
  expect(sockets.slice(0, 2).map(({ socket }) => socket.readyState)).toEqual([WebSocket.OPEN, WebSocket.OPEN]);
  for (const { socket } of sockets) socket.terminate();
  await waitFor(async () => (await requests()).bytesInFlight === 0, 'nothing is counted any more');
});

it('disconnects a WebSocket whose message is not completed in time, although its client answers pings', async () => {
  await using gateway = await startTestGateway({ slowReaderTimeoutSeconds: 1 });
  const { socket } = await connect(gateway);
  const pings: Buffer[] = [];
  socket.on('ping', (payload: Buffer) => pings.push(payload));
  socket.send('{"type":', { fin: false });
  expect(await once(socket, 'close')).toEqual([1006, Buffer.alloc(0)]);
  expect(pings.length).toBeGreaterThan(0);
});

it('counts no pings and pongs as the bytes of a message, and those of a message between which they come', async () => {
  await using gateway = await startTestGateway({ maxBytesInFlight: 1_000_000 });
  const { socket } = await connect(gateway);
  const counted = async () => {
    const { data } = await gateway.query('{ gateway { requests { bytesInFlight } } }');
    return Number(Object(data)['gateway']['requests']['bytesInFlight']);
  };
  const flood = async () => {
    for (let sent = 0; sent < 1_000; sent += 1) socket.pong(Buffer.alloc(125));
    const answered = once(socket, 'pong');
    socket.ping('last');
    await answered;
  };
  await flood();
  expect(await counted()).toBe(0);
  socket.send('x'.repeat(100_000), { fin: false });
  await waitFor(async () => (await counted()) >= 100_000, 'the whole fragment is counted');
  const before = await counted();
  await flood();
  expect(await counted()).toBe(before);
  socket.terminate();
});
