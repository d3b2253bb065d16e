import { once } from 'node:events';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer, type Server, type Socket } from 'node:net';
import { freePort } from './free-port.ts';
import { createServingCertificate } from './serving-certificate.ts';

const TLS_HANDSHAKE = 0x16;

export type Listener = ReturnType<typeof createListener>;

/**
 * Creates a listener for HTTP and HTTPS on one loopback port; the first byte of a connection decides. `stop` destroys
 * all connections and resolves when the port is closed; `start` without a port listens on the previous one.
 */
export function createListener(onRequest: RequestListener) {
  const { key, certificate } = createServingCertificate();
  const plain = createHttp({ keepAliveTimeout: 60_000 }, onRequest);
  const secure = createHttps({ key, cert: certificate, keepAliveTimeout: 60_000 }, onRequest);
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;

  function accept(socket: Socket): void {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A client that disconnects before its first byte gets no response; 'close' follows.
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
    socket.once('readable', () => (speaksTls(socket) ? secure : plain).emit('connection', socket));
  }

  return {
    certificate,
    port: (): number => port,
    async start(wanted = port): Promise<void> {
      if (server) return;
      server = createServer(accept);
      port = wanted === 0 ? await freePort() : wanted;
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    async stop(): Promise<void> {
      if (!server) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      server = undefined;
      await closed;
    },
  };
}

/** Reads the first byte and puts it back. */
function speaksTls(socket: Socket): boolean {
  const first: unknown = socket.read(1);
  if (!Buffer.isBuffer(first)) return false;
  socket.unshift(first);
  return first[0] === TLS_HANDSHAKE;
}
