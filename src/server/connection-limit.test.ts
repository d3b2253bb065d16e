import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { ConnectionLimit } from './connection-limit.ts';
import { Traffic } from './traffic.ts';

const OPEN_FILES = 272;
const MAX_CONNECTIONS = 16;
const SURPLUS = 64;

it('ends surplus connections after two seconds, and accepts no more than 64 of them', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => {
    vi.useRealTimers();
    server.closeAllConnections();
    server.close();
  });
  const limit = new ConnectionLimit(OPEN_FILES, () => undefined);
  limit.apply(server, new Traffic());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const open = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    await once(socket.resume(), 'connect');
    return socket;
  };
  const sockets: Socket[] = [];
  while (sockets.length < MAX_CONNECTIONS + SURPLUS) {
    const [socket] = await Promise.all([open(), once(server, 'connection')]);
    sockets.push(socket);
  }
  await Promise.all([once(server, 'drop'), open()]);
  expect(limit.refused).toBe(SURPLUS + 1);
  const closed = sockets.slice(MAX_CONNECTIONS).map((socket) => once(socket, 'close'));
  vi.advanceTimersByTime(2_000);
  await Promise.all(closed);
  expect(sockets.filter(({ destroyed }) => !destroyed)).toHaveLength(MAX_CONNECTIONS);
});
