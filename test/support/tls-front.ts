import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import type { ServingCertificate } from '../../dev/simulator/serving-certificate.ts';
import { joinSockets } from './join-sockets.ts';

interface Identities {
  readonly server: ServingCertificate;
  /** Certificate that clients have to present. Undefined: none. */
  readonly client?: ServingCertificate;
}

/** TLS in front of an API server, with certificates that can be replaced. */
export interface TlsFront extends AsyncDisposable {
  readonly url: string;
  /** Number of open connections whose handshake was made with the current certificates. */
  readonly currentConnections: number;
  /** Replaces the certificates, for new connections only: open ones continue, as those of kube-apiserver. */
  rotate(identities: Identities): void;
  /** Destroys all connections. */
  drop(): void;
}

/** Starts a TLS server on loopback that forwards bytes to an HTTP URL. */
export async function startTlsFront(upstream: string, initial: Identities): Promise<TlsFront> {
  let current = initial;
  const sockets = new Map<TLSSocket, Identities>();
  const options = { ...contextOf(initial), requestCert: true, rejectUnauthorized: false };
  const server = createServer(options, (socket) => {
    socket.on('error', () => socket.destroy());
    if (!isTrusted(socket, current)) return void socket.destroy();
    sockets.set(socket, current);
    socket.once('close', () => sockets.delete(socket));
    joinSockets(socket, connect(Number(new URL(upstream).port), '127.0.0.1'));
    return undefined;
  });
  server.on('tlsClientError', (_, socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const drop = () => sockets.keys().forEach((socket) => socket.destroy());
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get currentConnections() {
      return [...sockets.values()].filter((identities) => identities === current).length;
    },
    rotate(identities) {
      current = identities;
      server.setSecureContext(contextOf(identities));
    },
    drop,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      drop();
      await closed;
    },
  };
}

function contextOf({ server, client }: Identities) {
  return { key: server.key, cert: server.certificate, ...(client && { ca: client.certificate }) };
}

function isTrusted(socket: TLSSocket, { client }: Identities): boolean {
  if (!client) return true;
  const { fingerprint256 } = new X509Certificate(client.certificate);
  return socket.getPeerX509Certificate()?.fingerprint256 === fingerprint256;
}
