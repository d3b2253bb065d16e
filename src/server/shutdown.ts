import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const BATCH = 50;
const MAX_PAUSE_MS = 100;
const IDLE_CHECK_MS = 50;

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
  readonly drainMs: number;
  /** Ends all subscriptions and resolves when their connections are closed, or cut off after `drainMs`. */
  readonly endStreams: (drainMs: number) => Promise<unknown>;
}

/**
 * Stops accepting connections, ends the subscriptions, and waits up to `drainMs` for requests in progress before it cuts
 * the remaining connections. Resolves when every connection is closed.
 */
export async function shutDown(server: Server, { drainMs, endStreams }: ShutdownOptions): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await endStreams(drainMs);
  const deadline = new AbortController();
  // Connections become idle when their clients have taken their answers.
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  await Promise.race([closed, delay(drainMs, undefined, { signal: deadline.signal }).catch(() => undefined)]);
  clearInterval(idle);
  deadline.abort();
  server.closeAllConnections();
  await closed;
}
