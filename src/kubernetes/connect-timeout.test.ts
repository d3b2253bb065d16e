import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { expect, it } from 'vitest';
import { createServingCertificate } from '../../dev/simulator/serving-certificate.ts';
import { startLoopbackServer } from '../../test/support/loopback-server.ts';
import { limitConnecting } from './connect-timeout.ts';

it('calls the handler when the server accepts the connection but does not answer the TLS handshake', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connectSecurely({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  const timedOut = new Promise((resolve) => limitConnecting(socket, 20, () => resolve('timed out')));
  expect(await timedOut).toBe('timed out');
  socket.destroy();
  server.close();
});

it('does not call the handler when the connection is made in time, or was made before', async () => {
  await using server = await startLoopbackServer({ identity: createServingCertificate() });
  let timeouts = 0;
  const secure = connectSecurely({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false });
  limitConnecting(secure, 600_000, () => void (timeouts += 1));
  await once(secure, 'secureConnect');
  const plain = connect(server.port, '127.0.0.1');
  await once(plain, 'connect');
  for (const socket of [secure, plain]) limitConnecting(socket, 0, () => void (timeouts += 1));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(timeouts).toBe(0);
  for (const socket of [secure, plain]) socket.destroy();
});
