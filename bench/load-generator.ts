import { setTimeout as delay } from 'node:timers/promises';
import type { WorkerProcess } from './worker-process.ts';
import type { Acknowledged, ClientsRequest } from './clients.ts';
import type { BenchCluster } from './cluster.ts';

export type Clients = WorkerProcess<ClientsRequest, Acknowledged>;

export interface LoadOptions {
  readonly cluster: BenchCluster;
  readonly clients: Clients;
  readonly forMs: number;
  readonly sampleEvery: number;
}

/** Events that are written at once. The next ones follow when all clients have received them, so that each server combines as many. */
const BURST = 4;
const STEADY_INTERVAL_MS = 20;
const TIMEOUT_MS = 30_000;

/** Writes bursts as fast as the clients acknowledge them. Resolves, when all clients have received all events, with their number. */
export async function applyFullLoad({ cluster, clients, forMs, sampleEvery }: LoadOptions): Promise<number> {
  await clients.request({ type: 'count', sampleEvery });
  const done = Promise.withResolvers<void>();
  const until = performance.now() + forMs;
  let [written, acknowledged] = [0, 0];
  const write = () => {
    if (acknowledged < written) return;
    if (performance.now() >= until) return done.resolve();
    for (const end = written + BURST; written < end; written += 1) cluster.updateNext(written);
  };
  clients.onNotification = ({ events }) => {
    acknowledged = events;
    write();
  };
  write();
  await withTimeout(
    done.promise,
    () => `Expected all clients to receive ${written} events in time, got ${acknowledged}.`,
  );
  return written;
}

/** Writes 50 events per second. Resolves, when all clients have received all events, with their number. */
export async function applySteadyLoad({ cluster, clients, forMs, sampleEvery }: LoadOptions): Promise<number> {
  await clients.request({ type: 'count', sampleEvery });
  const events = Math.round(forMs / STEADY_INTERVAL_MS);
  const startedAt = performance.now();
  let acknowledged = 0;
  const done = Promise.withResolvers<void>();
  clients.onNotification = (notification) => {
    acknowledged = notification.events;
    if (acknowledged >= events) done.resolve();
  };
  for (let event = 0; event < events; event += 1) {
    await delay(Math.max(0, startedAt + event * STEADY_INTERVAL_MS - performance.now()));
    cluster.updateNext(event);
  }
  await withTimeout(
    done.promise,
    () => `Expected all clients to receive ${events} events in time, got ${acknowledged}.`,
  );
  return events;
}

async function withTimeout(done: Promise<void>, message: () => string): Promise<void> {
  const late = new AbortController();
  const timeout = delay(TIMEOUT_MS, 'late', { signal: late.signal }).catch(() => 'in time');
  const outcome = await Promise.race([done, timeout]);
  late.abort();
  if (outcome === 'late') throw new Error(message());
}
