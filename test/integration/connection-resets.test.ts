import { once } from 'node:events';
import type { Socket } from 'node:net';
import { platform } from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { startSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { startGatewayProcess, type GatewayProcess } from '../support/gateway-process.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { waitFor } from '../support/wait-for.ts';

const TIMES = 50;
const noProc = platform === 'linux' ? undefined : 'file descriptors are counted in /proc, which exists on Linux only';
if (noProc) console.warn(`“connection resets” is skipped: ${noProc}.`);

const LIST = JSON.stringify({ query: '{ workspaces { nodes { name } } }' });
const LIVE = JSON.stringify({ query: 'subscription { workspaces { type object { name } } }' });
const INIT = '{"type":"connection_init"}';
const SUBSCRIBE = `{"id":"1","type":"subscribe","payload":${LIVE}}`;

/** Returns the bytes of a request with an optional body. */
function request(target: string, headers: readonly string[] = [], body?: string): string {
  const [method, path] = body === undefined ? ['GET', target] : ['POST', target];
  const framing =
    body === undefined ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`];
  return [`${method} ${path} HTTP/1.1`, 'Host: localhost', ...headers, ...framing, '', body ?? ''].join('\r\n');
}

function upgrade(path: string, ...headers: readonly string[]): string {
  return request(path, [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    'Sec-WebSocket-Protocol: graphql-transport-ws',
    ...headers,
  ]);
}

/** Returns a text frame of up to 65535 bytes, masked with zeros. */
function frame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  return Buffer.concat([Buffer.from([0x81, 0xfe, length >> 8, length & 0xff, 0, 0, 0, 0]), Buffer.from(text)]);
}

async function received(socket: Socket, text: string): Promise<void> {
  let seen = '';
  while (!seen.includes(text)) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    seen += chunk.toString('latin1');
  }
}

/** The actions of a client before it resets the connection. */
type Phase = (socket: Socket) => Promise<void> | void;

const send =
  (text: string): Phase =>
  (socket) =>
    void socket.write(text);

const sendAndRead =
  (text: string, expected: string): Phase =>
  async (socket) => {
    socket.write(text);
    await received(socket, expected);
  };

const EVENT_STREAM = ['Accept: text/event-stream'];
const FOREIGN = 'Origin: https://elsewhere.example';

const phases: readonly (readonly [title: string, phase: Phase])[] = [
  ['without a byte sent', () => undefined],
  ['in the headers of a GET', send(request('/graphql?query={__typename}').slice(0, 30))],
  ['in the headers of a POST', send(request('/graphql', [], LIST).slice(0, 60))],
  ['in the body of a POST', send(request('/graphql', [], LIST).slice(0, -10))],
  ['in the body of a POST for an event stream', send(request('/graphql', EVENT_STREAM, LIVE).slice(0, -10))],
  ['after a GET', send(request('/graphql?query={__typename}'))],
  ['after a POST', send(request('/graphql', [], LIST))],
  ['while reading the response to a POST', sendAndRead(request('/graphql', [], LIST), 'HTTP/1.1 200')],
  ['after many pipelined POSTs', send(request('/graphql', [], LIST).repeat(5))],
  ['after a request that is not HTTP', send('no HTTP at all\r\n\r\n')],
  ['after a CONNECT', send('CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n')],
  ['after a request for an event stream', send(request('/graphql', EVENT_STREAM, LIVE))],
  ['during an event stream', sendAndRead(request('/graphql', EVENT_STREAM, LIVE), 'nb-1')],
  ['after /livez', send(request('/livez'))],
  ['after /readyz', send(request('/readyz'))],
  ['after a path that is not served', send(request('/nothing'))],
  ['after a target that is not a URL', send(request('//['))],
  ['after an image whose name is not a URL', send(request('/assets//[%zz'))],
  ['after a request of a foreign origin', send(request('/graphql', [FOREIGN]))],
  ['after GraphiQL', send(request('/graphql', ['Accept: text/html']))],
  ['after a missing file of GraphiQL', send(request('/graphql/graphiql/none.js'))],
  ['after an image of the cluster', send(request('/assets/workspacekinds/none/icon'))],
  ['in the headers of an upgrade', send(upgrade('/graphql').slice(0, 60))],
  ['after an upgrade that gets 404', send(upgrade('/nothing'))],
  ['after an upgrade that gets 403', send(upgrade('/graphql', FOREIGN))],
  ['while reading the 404 of an upgrade', sendAndRead(upgrade('/nothing'), '404')],
  ['while reading the 403 of an upgrade', sendAndRead(upgrade('/graphql', FOREIGN), '403')],
  ['after a refused upgrade followed by more bytes', send(`${upgrade('/nothing')}${'x'.repeat(100_000)}`)],
  ['after an upgrade without a key', send(upgrade('/graphql').replace(/Sec-WebSocket-Key.*\r\n/u, ''))],
  ['after an upgrade to another protocol', send(upgrade('/graphql').replace('Upgrade: websocket', 'Upgrade: h2c'))],
  ['after an accepted upgrade', sendAndRead(upgrade('/graphql'), '101')],
  ['after a malformed frame', upgraded((socket) => void socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff])))],
  ['after connection_init', upgraded((socket) => void socket.write(frame(INIT)))],
  ['after connection_ack', acknowledged(() => undefined)],
  ['after a subscribe message', acknowledged((socket) => void socket.write(frame(SUBSCRIBE)))],
  [
    'during a subscription',
    acknowledged(async (socket) => {
      socket.write(frame(SUBSCRIBE));
      await received(socket, 'nb-1');
    }),
  ],
];

function upgraded(next: Phase): Phase {
  return async (socket) => {
    await sendAndRead(upgrade('/graphql'), '101')(socket);
    await next(socket);
  };
}

function acknowledged(next: Phase): Phase {
  return upgraded(async (socket) => {
    socket.write(frame(INIT));
    await received(socket, 'connection_ack');
    await next(socket);
  });
}

async function resetAfter(gateway: GatewayProcess, phase: Phase): Promise<void> {
  const socket = await gateway.connect();
  // Unlike `once`, this does not reject after an error: the gateway may close first.
  const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  socket.on('error', () => socket.destroy());
  await phase(socket);
  await flush(socket);
  reset(socket);
  await closed;
}

/** Resets the connection, or closes it if the gateway has closed it: Node cannot reset such a connection. */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

/** Resolves when no bytes are buffered in this process any more. A reset would discard them. */
async function flush(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.write('', () => resolve());
  return promise;
}

/** Rejects if the process has exited, or if it keeps connections that its clients have reset. */
async function assertHealthy(gateway: GatewayProcess): Promise<void> {
  await waitFor(async () => (await gateway.clientDescriptors()) === 0, 'the gateway has closed every connection');
  const agent = await gateway.connect();
  await sendAndRead(request('/livez', ['Connection: close']), '200 OK')(agent);
}

describe.skipIf(noProc)('connection resets', () => {
  let cluster: Simulator;
  let gateway: GatewayProcess;

  beforeAll(async () => {
    cluster = await startSimulator({
      objects: [workspaceCrd, workspaceKindCrd, namespace('team-a'), workspace('nb-1', { state: 'Running' })],
    });
    gateway = await startGatewayProcess(cluster.kubeconfig);
  });
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  });

  it.each(phases)('keeps running when clients reset %s', async (_, phase) => {
    for (let time = 0; time < TIMES; time += 1) await resetAfter(gateway, phase);
    await assertHealthy(gateway);
  });

  it('closes a refused upgrade when its client neither reads nor closes', async () => {
    const sockets = await Promise.all(Array.from({ length: TIMES }, () => gateway.connect()));
    for (const [index, socket] of sockets.entries()) {
      socket.on('error', () => socket.destroy());
      socket.pause();
      socket.write(`${upgrade(index % 2 ? '/nothing' : '/graphql', FOREIGN)}${'x'.repeat(index * 100)}`);
    }
    await assertHealthy(gateway);
    for (const socket of sockets) socket.destroy();
  });

  it('closes a refused upgrade when its client closes after sending more bytes', async () => {
    for (let time = 0; time < TIMES; time += 1) {
      const socket = await gateway.connect();
      socket.resume().end(`${upgrade('/nothing')}more bytes`);
      await once(socket, 'close');
    }
    await assertHealthy(gateway);
  });

  it('stops with exit code 0 when clients reset upgrades during shutdown', async () => {
    await using stopping = await startGatewayProcess(cluster.kubeconfig, { DRAIN_SECONDS: '20' });
    const head = upgrade('/graphql');
    const sockets = await Promise.all(Array.from({ length: TIMES }, () => stopping.connect()));
    for (const socket of sockets) socket.on('error', () => socket.destroy()).write(head.slice(0, 30));
    const waiting = await stopping.connect();
    waiting.on('error', () => waiting.destroy());
    await sendAndRead(request('/graphql', EVENT_STREAM, LIVE), 'nb-1')(waiting);
    const exited = stopping.stop();
    await received(waiting, 'event: complete');
    for (const socket of sockets) {
      socket.write(head.slice(30));
      await received(socket, '503');
      reset(socket);
    }
    waiting.destroy();
    expect(await exited).toBe(0);
  });
});
