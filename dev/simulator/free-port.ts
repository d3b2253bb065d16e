import { once } from 'node:events';
import { createServer } from 'node:net';

/** Browsers refuse 10080 and some lower ports. */
const LOWEST_PORT = 12_000;
/** Ports of a process. Processes with consecutive ids have different ones. */
const PORTS = 200;
const PROCESSES = 100;

let count = Math.floor(Math.random() * PORTS);

/**
 * Returns a free port on loopback, below those that systems choose for outgoing connections and for servers without a port: while no
 * program listens on it, for example because a server restarts, none of them can take it. Returns the same port only after all others.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    count += 1;
    const port = LOWEST_PORT + (process.pid % PROCESSES) * PORTS + (count % PORTS);
    const server = createServer();
    const listening = once(server, 'listening').then(
      () => true,
      () => false,
    );
    server.listen(port, '127.0.0.1');
    if (!(await listening)) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
