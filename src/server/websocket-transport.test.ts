import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { NextMessagePrefix } from './websocket-frames.ts';
import { WebSocketTransport } from './websocket-transport.ts';

interface Connection {
  readonly transport: WebSocketTransport;
  readonly webSocket: WebSocket;
  readonly socket: Socket;
  readonly client: WebSocket;
  readonly messages: unknown[];
  /** Resolves with the messages when the client has received this number of them. */
  readonly received: (count: number) => Promise<readonly unknown[]>;
}

async function connect(): Promise<Connection> {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => client.terminate());
  const [request, socket, head] = (await once(server, 'upgrade')) as [never, Socket, Buffer];
  const opened = Promise.withResolvers<WebSocket>();
  new WebSocketServer({ noServer: true }).handleUpgrade(request, socket, head, opened.resolve);
  const messages: unknown[] = [];
  client.on('message', (bytes: Buffer) => messages.push(JSON.parse(bytes.toString())));
  const received = async (count: number) => {
    while (messages.length < count) await once(client, 'message');
    return messages;
  };
  const webSocket = await opened.promise;
  if (client.readyState !== WebSocket.OPEN) await once(client, 'open'); // the upgrade has been written
  return {
    transport: new WebSocketTransport(webSocket, socket, () => {}),
    webSocket,
    socket,
    client,
    messages,
    received,
  };
}

/** Returns the end of a `next` message with this text, as all subscribers get it. */
function payloadOf(text: string): Buffer {
  return Buffer.from(`${JSON.stringify(text)}}`);
}

function next(id: string, payload: string): object {
  return { id, type: 'next', payload };
}

it('writes events when it is uncorked, and counts them as pending until then', async () => {
  const { transport, socket, received } = await connect();
  const before = socket.bytesWritten;
  const prefix = new NextMessagePrefix('a');
  transport.cork();
  transport.write(prefix, payloadOf('one'));
  transport.write(prefix, payloadOf('two'));
  expect(socket.bytesWritten).toBe(before);
  expect(transport.pendingBytes).toBe(prefix.with(payloadOf('one')).length + prefix.with(payloadOf('two')).length);
  transport.uncork();
  expect(await received(2)).toEqual([next('a', 'one'), next('a', 'two')]);
  expect(transport.pendingBytes).toBe(0);
});

it('keeps the order of the events of several subscriptions, of long events and of other messages', async () => {
  const { transport, webSocket, received } = await connect();
  const [a, b] = [new NextMessagePrefix('a'), new NextMessagePrefix('b')];
  const [joined, copied, long] = ['j'.repeat(10_000), 'c'.repeat(900), 'l'.repeat(20_000)];
  transport.cork();
  for (const text of [joined, joined, 'one']) transport.write(a, payloadOf(text));
  for (const text of ['two', copied]) transport.write(b, payloadOf(text));
  for (const text of ['three', long, 'four']) transport.write(a, payloadOf(text));
  transport.flush();
  webSocket.send('"other"');
  transport.write(b, payloadOf('five'));
  transport.uncork();
  const ofA = [joined, joined, 'one'].map((text) => next('a', text));
  const ofB = ['two', copied].map((text) => next('b', text));
  const later = ['three', long, 'four'].map((text) => next('a', text));
  expect(await received(10)).toEqual([...ofA, ...ofB, ...later, '"other"', next('b', 'five')].map(parsed));
});

/** The other message is a text. */
function parsed(value: unknown): unknown {
  return typeof value === 'string' ? (JSON.parse(value) as unknown) : value;
}

it('writes flushed events at once to a socket that nothing else corks, when it is uncorked', async () => {
  const { transport, socket, received } = await connect();
  transport.cork();
  transport.write(new NextMessagePrefix('a'), payloadOf('one'));
  transport.flush();
  transport.uncork();
  expect(socket.writableCorked).toBe(0);
  expect(await received(1)).toEqual([next('a', 'one')]);
});

it('sends the same events to connections whose ids have the same and other lengths', async () => {
  const connections = await Promise.all([connect(), connect(), connect()]);
  const ids = ['first', 'other', 'longer – ü'];
  const payloads = ['x', 'y'.repeat(500)].map(payloadOf);
  for (const [index, { transport }] of connections.entries()) {
    const prefix = new NextMessagePrefix(ids[index] ?? '');
    transport.cork();
    for (const payload of payloads) transport.write(prefix, payload);
    transport.uncork();
  }
  const texts = await Promise.all(connections.map(({ received }) => received(2)));
  expect(texts).toEqual(ids.map((id) => [next(id, 'x'), next(id, 'y'.repeat(500))]));
});

it('does not overwrite events that wait for a client when it writes them to another one', async () => {
  const [slow, fast] = await Promise.all([connect(), connect()]);
  slow.client.pause();
  const payloads = Array.from({ length: 100 }, (_, index) => payloadOf(String(index).repeat(50)));
  const [slowPrefix, fastPrefix] = [new NextMessagePrefix('slow'), new NextMessagePrefix('fast')];
  const writeTo = ({ transport }: Connection, prefix: NextMessagePrefix) => {
    transport.cork();
    for (const payload of payloads) transport.write(prefix, payload);
    transport.uncork();
  };
  let rounds = 0;
  for (; slow.socket.writableLength === 0; rounds += 1) writeTo(slow, slowPrefix); // until the kernel takes no more
  writeTo(fast, fastPrefix);
  expect(slow.socket.writableLength).toBeGreaterThan(0);
  slow.client.resume();
  const expected = (id: string) => payloads.map((_, index) => next(id, String(index).repeat(50)));
  expect(await slow.received(rounds * payloads.length)).toEqual(
    Array.from({ length: rounds }, () => expected('slow')).flat(),
  );
  expect(await fast.received(payloads.length)).toEqual(expected('fast'));
});

it('counts the ids of the operations in the bytes that it holds', async () => {
  const { transport, socket, received } = await connect();
  const id = 'i'.repeat(10_000);
  const prefix = new NextMessagePrefix(id);
  transport.cork();
  transport.write(prefix, payloadOf('one'));
  expect(socket.writableLength).toBe(0);
  transport.write(prefix, payloadOf('two'));
  expect(socket.writableLength).toBeGreaterThan(2 * id.length);
  transport.uncork();
  expect(await received(2)).toEqual([next(id, 'one'), next(id, 'two')]);
});

it('holds nothing while bytes wait for the client', async () => {
  const { transport, socket, client, received } = await connect();
  client.pause();
  const prefix = new NextMessagePrefix('a');
  let written = 0;
  for (; socket.writableLength === 0; written += 1) {
    transport.cork();
    transport.write(prefix, payloadOf('x'.repeat(15_000)));
    transport.uncork();
  }
  const pending = socket.writableLength;
  transport.cork();
  transport.write(prefix, payloadOf('last'));
  expect(socket.writableLength).toBeGreaterThan(pending);
  transport.uncork();
  client.resume();
  expect((await received(written + 1)).at(-1)).toEqual(next('a', 'last'));
});

it('drops the events that it holds when the WebSocket is closed', async () => {
  const { transport, webSocket, socket, client, messages } = await connect();
  transport.cork();
  transport.write(new NextMessagePrefix('a'), payloadOf('one'));
  webSocket.close(4000);
  const { bytesWritten } = socket;
  transport.write(new NextMessagePrefix('a'), payloadOf('two'));
  transport.uncork();
  expect(socket.bytesWritten).toBe(bytesWritten);
  const [code] = (await once(client, 'close')) as [number];
  expect(code).toBe(4000);
  expect(messages).toEqual([]);
  expect(transport.pendingBytes).toBe(0);
});

/** Returns the parts of a message with this text of a result, which are not those of its characters. */
function partsOf(id: string, text: string): readonly Buffer[] {
  const bytes = Buffer.from(JSON.stringify(next(id, text)));
  return [bytes.subarray(0, 51), bytes.subarray(51, 52), bytes.subarray(52)];
}

const LONG = 'ü'.repeat(4_000_000);

it('sends events and other messages after a long message, in order, when it is sent in fragments', async () => {
  const { transport, client, received } = await connect();
  client.pause();
  const sent = [transport.send(partsOf('long', LONG))];
  const prefix = new NextMessagePrefix('a');
  transport.cork();
  for (const text of ['one', 'two']) transport.write(prefix, payloadOf(text));
  sent.push(transport.send('"other"'));
  transport.write(prefix, payloadOf('three'));
  transport.uncork();
  sent.push(transport.send(partsOf('longer', `${LONG}${LONG}`)), transport.send('"last"'));
  client.resume();
  await Promise.all(sent);
  const events = [next('a', 'one'), next('a', 'two'), 'other', next('a', 'three')];
  expect(await received(7)).toEqual([next('long', LONG), ...events, next('longer', `${LONG}${LONG}`), 'last']);
  expect([transport.pendingBytes, transport.isFragmenting]).toEqual([0, false]);
});

it('counts all bytes of a long message as pending, and gives few to the socket, until the client reads', async () => {
  const { transport, webSocket, client, received } = await connect();
  client.pause();
  const parts = partsOf('long', LONG.repeat(4));
  const bytes = parts.reduce((sum, { length }) => sum + length, 0);
  const sent = transport.send(parts);
  expect(transport.pendingBytes).toBeGreaterThan(bytes - 100_000);
  expect(webSocket.bufferedAmount).toBeLessThan(100_000);
  client.resume();
  await sent;
  expect(await received(1)).toEqual([next('long', LONG.repeat(4))]);
});

it('sends a ping between the fragments of a long message', async () => {
  const { transport, webSocket, client, received } = await connect();
  client.pause();
  const sent = transport.send(partsOf('long', LONG.repeat(4)));
  const pinged = once(client, 'ping');
  webSocket.ping();
  client.resume();
  await pinged;
  expect(transport.isFragmenting).toBe(true);
  await sent;
  expect(await received(1)).toEqual([next('long', LONG.repeat(4))]);
});

it('resolves all messages when the WebSocket is closed before a long message has been sent', async () => {
  const { transport, webSocket, client, messages } = await connect();
  client.pause();
  const sent = [transport.send(partsOf('long', LONG.repeat(4))), transport.send('"other"')];
  const prefix = new NextMessagePrefix('a');
  transport.cork();
  transport.write(prefix, payloadOf('one'));
  transport.uncork();
  webSocket.close(4000);
  const closed = once(client, 'close');
  client.resume();
  expect((await closed)[0]).toBe(4000);
  await Promise.all(sent);
  expect(messages).toEqual([]);
  expect(transport.isFragmenting).toBe(false);
});
