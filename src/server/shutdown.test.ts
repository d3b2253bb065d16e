import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { shutDown } from './shutdown.ts';
import { Traffic } from './traffic.ts';

const CLIENTS = 20;

/** More than the system holds for a client that does not read. */
const LARGE_BYTES = 20_000_000;

/** @param onCheck called before it is checked whether connections are unused */
async function startServer(onCheck = () => undefined as void, body = '') {
  const server = createServer((incoming, response) => void incoming.resume().on('end', () => response.end(body)));
  const traffic = new Traffic();
  server.on('connection', (socket) => traffic.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = () =>
    shutDown(server, {
      drainMs: 10_000,
      traffic: {
        get hasUnusedConnection() {
          onCheck();
          return traffic.hasUnusedConnection;
        },
        closeIdle: (each) => traffic.closeIdle(each),
      },
      endStreams: () => Promise.resolve(),
    });
  return { port: (server.address() as AddressInfo).port, traffic, stop };
}

/** Sends a POST on a connection of its own. Resolves with the status, or the code of the error. */
async function post(port: number): Promise<unknown> {
  const sent = request({ method: 'POST', port, host: '127.0.0.1', agent: false });
  sent.end('{}');
  try {
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
    return response.statusCode;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

it('answers the requests of connections that wait to be accepted when the server stops', async () => {
  const { port, stop } = await startServer();
  const answers = Array.from({ length: CLIENTS }, () => post(port));
  await nextTurn(); // the clients have connected, and none of them has been accepted
  await stop();
  expect(await Promise.all(answers)).toEqual(answers.map(() => 200));
});

it('answers the first request of a connection when it arrives after idle connections were to be closed', async () => {
  let checks = 0;
  const { port, traffic, stop } = await startServer(() => {
    checks += 1;
    if (checks === 2) client.write('GET / HTTP/1.1\r\nhost: test\r\n\r\n');
  });
  const client = connect(port, '127.0.0.1');
  await once(client, 'connect');
  while (traffic.read().connections === 0) await nextTurn();
  const stopped = stop();
  const [answer] = (await once(client, 'data')) as [Buffer];
  expect(answer.toString()).toContain('200 OK');
  await stopped;
});

it('sends the rest of an answer that a client has yet to take when idle connections are closed', async () => {
  const checked = Promise.withResolvers<void>();
  let checks = 0;
  const onCheck = () => {
    checks += 1;
    if (checks > 2) checked.resolve();
  };
  const { port, stop } = await startServer(onCheck, 'x'.repeat(LARGE_BYTES));
  const sent = request({ port, host: '127.0.0.1', agent: false }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const stopped = stop();
  await Promise.race([checked.promise, stopped]);
  let bytes = 0;
  for await (const chunk of response) bytes += (chunk as Buffer).length;
  expect(bytes).toBe(LARGE_BYTES);
  await stopped;
});
