import { readFileSync } from 'node:fs';
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Traffic } from './traffic.ts';

/** Descriptors that clients leave to connections to the API server, files and metrics: a quarter of the limit, and at least this many. */
const MIN_RESERVED = 256;
const RESERVED_SHARE = 1 / 4;
const MIN_CONNECTIONS = 16;
/** Further connections that are accepted for probes and to be answered with 503. Beyond them, connections are reset. */
const SURPLUS = 64;
const SURPLUS_TIMEOUT_MS = 2_000;
/** Share of the connections that may be WebSockets, so that requests and probes are answered beside them. */
const WEBSOCKET_SHARE = 0.9;

/** Number of descriptors that the process may have open; Infinity if it is not known. */
export function openFileLimit(): number {
  try {
    // Node has raised the soft limit to the hard one.
    const [, soft] = /^Max open files\s+(\d+)/mu.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? Infinity : Number(soft);
  } catch {
    return Infinity; // no Linux
  }
}

/**
 * Limits the connections of clients below the limit of open files. Without it, the kernel would refuse descriptors to whatever needs one
 * next: connections to the API server, files, or clients, whose connections libuv closes without an error. Connections above the limit
 * are surplus: the probes are answered, all else gets 503, and they end soon. Idle connections are closed to make room.
 */
export class ConnectionLimit {
  /** Connections of clients; Infinity without a limit of open files. */
  readonly max: number;
  readonly #onRefused: () => void;
  readonly #surplus = new WeakSet<Socket>();
  #open = 0;
  #refused = 0;

  /** @param onRefused called for each connection above the limit */
  constructor(openFiles: number, onRefused: () => void) {
    const reserved = Math.max(MIN_RESERVED, Math.ceil(openFiles * RESERVED_SHARE));
    this.max = openFiles === Infinity ? Infinity : Math.max(MIN_CONNECTIONS, openFiles - reserved);
    this.#onRefused = onRefused;
  }

  /** Connections above the limit since the start. */
  get refused(): number {
    return this.#refused;
  }

  /** Limit on the WebSockets: the given one, or a lower one that the connections allow. */
  webSocketsUpTo(max: number): number {
    return Math.min(max, Math.floor(this.max * WEBSOCKET_SHARE));
  }

  /** Applies the limit to a server with these connections. */
  apply(server: Server, traffic: Traffic): void {
    if (this.max === Infinity) return;
    server.maxConnections = this.max + SURPLUS;
    server.on('drop', () => this.#refuse());
    server.on('connection', (socket: Socket) => {
      this.#open += 1;
      socket.on('close', () => (this.#open -= 1)); // `once` would create two more objects for each connection
      if (this.#open <= this.max) return;
      traffic.closeIdle(server);
      this.#refuse();
      this.#surplus.add(socket);
      const timeout = setTimeout(() => socket.destroy(), SURPLUS_TIMEOUT_MS);
      socket.once('close', () => clearTimeout(timeout));
    });
  }

  /** Returns whether the connection of a request is above the limit, so that only probes are answered. */
  isSurplus({ socket }: IncomingMessage): boolean {
    return this.#surplus.has(socket);
  }

  #refuse(): void {
    this.#refused += 1;
    this.#onRefused();
  }
}
