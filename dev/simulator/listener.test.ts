import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from './simulator.ts';

/** An error event without a listener ends the process, so vitest reports it as an unhandled error and fails the run. */
describe('listener', () => {
  let simulator: Simulator;
  let authorization = '';

  beforeAll(async () => {
    simulator = await startSimulator();
    authorization = `Authorization: Bearer ${simulator.token}\r\n`;
  });
  afterAll(() => simulator[Symbol.asyncDispose]());

  const port = () => Number(new URL(simulator.url).port);
  const get = (target: string, headers = '') =>
    `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${authorization}${headers}\r\n`;
  const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';

  const texts: readonly (readonly [string, () => string])[] = [
    ['nothing', () => ''],
    ['half a request', () => get('/version').slice(0, 20)],
    ['a request', () => get('/version')],
    ['a watch', () => get('/api/v1/namespaces?watch=true')],
    ['half a body', () => get('/api/v1/namespaces', 'Content-Length: 100\r\n').replace('GET', 'POST')],
    ['an upgrade', () => get('/version', upgrade)],
    ['an upgrade with bytes behind it', () => `${get('/version', upgrade)}${'x'.repeat(10_000)}`],
    ['half a TLS record', () => '\u0016\u0003\u0001'],
    ['what is neither', () => '\r\n\r\nno HTTP'],
  ];

  it.each(texts)('keeps serving when a connection is reset after %s', async (_, text) => {
    for (let time = 0; time < 20; time += 1) {
      const plain = await open();
      await reset(plain, plain, text());
      const below = await open();
      const secure = connectTls({ socket: below, rejectUnauthorized: false });
      await once(secure, 'secureConnect');
      await reset(below, secure, text());
    }
    expect(await answerTo(get('/version', 'Connection: close\r\n'))).toMatch(/^HTTP\/1\.1 200/u);
  });

  it.each(['//', '//[', '/%', '/api/v1/%zz', 'http://[/', '*'])(
    'answers a request when its target is %s',
    async (target) => {
      expect(await answerTo(get(target, 'Connection: close\r\n'))).toMatch(/^HTTP\/1\.1 [234]/u);
    },
  );

  async function open(): Promise<Socket> {
    const socket = connect(port(), '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  }

  async function answerTo(request: string): Promise<string> {
    const socket = connect(port(), '127.0.0.1');
    socket.write(request);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks).toString();
  }
});

/** Writes a text, then resets the TCP connection. */
async function reset(below: Socket, socket: Socket, text: string): Promise<void> {
  for (const end of [below, socket]) end.on('error', () => end.destroy()); // the simulator may be first to close
  await new Promise((resolve) => socket.write(text, resolve));
  if (below.destroyed) return;
  // If the simulator has closed, Node cannot reset the connection: it emits an error, which `once` would throw, and no close.
  const closed = new Promise<void>((resolve) => {
    for (const event of ['close', 'error']) below.once(event, () => resolve());
  });
  below.resetAndDestroy();
  await closed;
}
