import { once } from 'node:events';
import { createServer, get, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { EventStreamTransport, joinedBytes } from './event-stream-transport.ts';

interface OpenResponse {
  readonly transport: EventStreamTransport;
  readonly socket: Socket;
  /** Resolves with the body that the client received, at its end. */
  readonly body: Promise<string>;
}

/** Returns a response whose client has received its head and a first text. */
async function openResponse(): Promise<OpenResponse> {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const [begun, received] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()];
  get({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, agent: false }, (incoming) => {
    let body = '';
    incoming.on('data', (bytes: Buffer) => {
      body += bytes.toString();
      begun.resolve();
    });
    incoming.on('end', () => received.resolve(body));
  });
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  response.writeHead(200).write('head ');
  await begun.promise;
  const { socket } = response;
  if (!socket) throw new TypeError('Expected a response with a socket.');
  return { transport: new EventStreamTransport(response), socket, body: received.promise };
}

function chunk(text: string): Buffer {
  return Buffer.from(`${text.length.toString(16)}\r\n${text}\r\n`);
}

it('joins the bytes that it holds when it is uncorked', async () => {
  const { transport, socket, body } = await openResponse();
  transport.cork();
  transport.write(chunk('one '));
  transport.write(chunk('two '));
  expect(socket.writableLength).toBe(0);
  transport.uncork();
  transport.end('end');
  expect(await body).toBe('head one two end');
});

it('holds at most 16 KiB, and writes a larger event at once', async () => {
  const { transport, socket, body } = await openResponse();
  const [small, large] = ['s'.repeat(10_000), 'l'.repeat(20_000)];
  transport.cork();
  transport.write(chunk(small));
  expect(socket.writableLength).toBe(0);
  transport.write(chunk(small));
  expect(socket.writableLength).toBe(chunk(small).length);
  transport.write(chunk(large));
  expect(socket.writableLength).toBe(2 * chunk(small).length + chunk(large).length);
  transport.uncork();
  transport.end('end');
  expect(await body).toBe(`head ${small}${small}${large}end`);
});

it('writes the bytes that it holds before texts and the end, and nothing after the end', async () => {
  const { transport, body } = await openResponse();
  transport.cork();
  transport.write(chunk('one '));
  transport.writeText('text ');
  transport.write(chunk('two '));
  transport.end('end');
  transport.writeText('late');
  transport.end('late');
  transport.uncork();
  expect(await body).toBe('head one text two end');
});

it('joins parts to the same buffer when they are the same parts as before', () => {
  const [one, two] = [Buffer.from('one'), Buffer.from('two')];
  const first = joinedBytes([one, two]);
  expect(first.toString()).toBe('onetwo');
  expect(joinedBytes([one, two])).toBe(first);
  const other = joinedBytes([two, one]);
  expect(other.toString()).toBe('twoone');
  expect(joinedBytes([one])).toBe(one);
});
