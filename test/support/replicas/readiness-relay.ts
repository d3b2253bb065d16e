import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { joinSockets } from '../join-sockets.ts';
import type { Balancer, BalancerOptions } from './balancers.ts';

const CHECK_INTERVAL_MS = 100;

interface Replica {
  readonly port: number;
  readonly connections: Set<Socket>;
  isReady: boolean;
}

/**
 * Starts a balancer of TCP connections, as the Service of a cluster is one: a new connection goes to the ready replica with the
 * fewest connections, and another one is tried if it refuses. Open connections stay where they are.
 */
export async function startReadinessRelay({ ports }: BalancerOptions): Promise<Balancer> {
  const replicas = ports.map((port): Replica => ({ port, connections: new Set(), isReady: true }));
  const stopped = new AbortController();
  const checks = replicas.map((replica) => checkUntil(stopped.signal, replica));
  const clients = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    clients.add(client);
    client.on('close', () => clients.delete(client));
    client.on('error', () => client.destroy()); // 'close' follows
    void join(client, replicas);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new TypeError('Expected a listening server to have a port.');
  return {
    url: new URL('/graphql', `http://127.0.0.1:${address.port}`).href,
    async [Symbol.asyncDispose]() {
      stopped.abort();
      const closed = once(server, 'close');
      server.close();
      for (const client of clients) client.destroy();
      await Promise.all([closed, ...checks]);
    },
  };
}

async function join(client: Socket, replicas: readonly Replica[]): Promise<void> {
  const candidates = replicas
    .filter(({ isReady }) => isReady)
    .toSorted((one, other) => one.connections.size - other.connections.size);
  for (const replica of candidates) {
    const upstream = await connectTo(replica);
    if (!upstream) continue;
    if (client.destroyed) return void upstream.destroy();
    joinSockets(client, upstream);
    return undefined;
  }
  client.destroy();
  return undefined;
}

/** Resolves with a connection to a replica, or undefined if it refuses it. */
async function connectTo({ port, connections }: Replica): Promise<Socket | undefined> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  connections.add(socket);
  socket.on('close', () => connections.delete(socket));
  try {
    await once(socket, 'connect');
  } catch {
    return undefined;
  }
  socket.on('error', () => socket.destroy()); // 'close' follows
  return socket;
}

async function checkUntil(signal: AbortSignal, replica: Replica): Promise<void> {
  while (!signal.aborted) {
    replica.isReady = await probe(replica.port);
    await delay(CHECK_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function probe(port: number): Promise<boolean> {
  try {
    const [response] = (await once(get({ port, path: '/readyz', agent: false }), 'response')) as [IncomingMessage];
    response.resume();
    return response.statusCode === 200;
  } catch {
    return false; // it does not run
  }
}
