import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { shutDown } from './shutdown.ts';
import { Traffic } from './traffic.ts';

const CLIENTS = 20;

/** @param onCheck called before it is checked whether connections are unused */
async function startServer(onCheck = () => undefined as void) {
  const server = createServer((incoming, response) => void incoming.resume().on('end', () => response.end()));
  const traffic = new Traffic();
  server.on('connection', (socket) => traffic.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = () =>
    shutDown(server, {
      drainMs: 10_000,
      hasUnusedConnection: () => {
        onCheck();
        return traffic.hasUnusedConnection;
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
