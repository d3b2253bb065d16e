import type { Server } from 'node:http';
import { Server as TcpServer } from 'node:net';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { Traffic } from './traffic.ts';

const BATCH = 50;
const MAX_PAUSE_MS = 100;
const IDLE_CHECK_MS = 50;
/** Time for the first request of a connection that was accepted at the end. */
const FIRST_REQUEST_MS = 1_000;
/** Time in which waiting connections are accepted before the server stops listening. */
const MAX_ACCEPT_MS = 1_000;
const SHORT_TURN_MS = 1;

/**
 * Calls `act` for each item in batches of {@link BATCH}, spread over at most `overMs`. Resolves after the last call. Used to
 * close connections: clients reconnect as soon as they are closed, and all at once would overload the other replicas.
 */
export async function staggered<T>(items: readonly T[], overMs: number, act: (item: T) => void): Promise<void> {
  const pauseMs = Math.min((overMs * BATCH) / Math.max(items.length, 1), MAX_PAUSE_MS);
  for (let begin = 0; begin < items.length; begin += BATCH) {
    if (begin > 0) await delay(pauseMs);
    for (const item of items.slice(begin, begin + BATCH)) act(item);
  }
}

interface ShutdownOptions {
  /** The connections of the server. */
  readonly traffic: Pick<Traffic, 'hasUnusedConnection' | 'closeIdle'>;
  readonly drainMs: number;
  /** Ends all subscriptions and resolves when their connections are closed, or cut off after `drainMs`. */
  readonly endStreams: (drainMs: number) => Promise<unknown>;
}

/**
 * Stops accepting connections, ends the subscriptions, and waits up to `drainMs` for requests in progress before it cuts
 * the remaining connections. Resolves when every connection is closed.
 */
export async function shutDown(server: Server, options: ShutdownOptions): Promise<void> {
  const { drainMs, endStreams } = options;
  await acceptPending(server);
  // The method of the HTTP server would also cut the connections that have just been accepted, whose request has yet to be read.
  const closed = new Promise<void>((resolve) => TcpServer.prototype.close.call(server, () => resolve()));
  const deadline = new AbortController();
  const cutIdle = closeIdle(server, options, deadline.signal);
  await endStreams(drainMs);
  await Promise.race([closed, delay(drainMs, undefined, { signal: deadline.signal }).catch(() => undefined)]);
  deadline.abort();
  server.closeAllConnections();
  await Promise.all([closed, cutIdle]);
  server.close(); // clears the timers of the HTTP server
}

/** Closes connections that are idle, again and again until the signal aborts: they become idle when clients have taken their answers. */
async function closeIdle(server: Server, { drainMs, traffic }: ShutdownOptions, signal: AbortSignal): Promise<void> {
  const unusedUntil = performance.now() + Math.min(FIRST_REQUEST_MS, drainMs);
  while (!signal.aborted) {
    await delay(IDLE_CHECK_MS, undefined, { signal }).catch(() => undefined);
    await nextTurn(); // after the requests that have arrived are read
    if (!traffic.hasUnusedConnection || performance.now() > unusedUntil) traffic.closeIdle(server);
  }
}

/**
 * Resolves in a turn of the event loop in which no connection waits to be accepted. The system resets those that wait when the
 * server stops listening. Node accepts one in each turn, and more may arrive while the turn lasts, so it has to be a short one.
 */
async function acceptPending(server: Server): Promise<void> {
  let isPending = false;
  let isLong = false;
  const onConnection = () => void (isPending = true);
  server.on('connection', onConnection);
  const until = performance.now() + MAX_ACCEPT_MS;
  do {
    isPending = false;
    const start = performance.now();
    await nextTurn();
    isLong = performance.now() - start > SHORT_TURN_MS;
  } while ((isPending || isLong) && performance.now() < until);
  server.off('connection', onConnection);
}
