import { setTimeout as delay } from 'node:timers/promises';
import type { Simulator } from '../dev/simulator/simulator.ts';
import type { Child } from './child.ts';
import type { Acknowledged, ClientsQuestion } from './clients.ts';
import { writeNext } from './world.ts';

export type Clients = Child<ClientsQuestion, Acknowledged>;

interface PumpOptions {
  readonly cluster: Simulator;
  readonly clients: Clients;
  readonly forMs: number;
  readonly sampleEvery: number;
}

/** Events that may be on their way at once. */
const WINDOW = 4;
const STEADY_INTERVAL_MS = 20;
const PATIENCE_MS = 30_000;

/** Writes as fast as the clients acknowledge. @returns how many events every client has got */
export async function pumpFull({ cluster, clients, forMs, sampleEvery }: PumpOptions): Promise<number> {
  await clients.ask({ type: 'count', sampleEvery });
  const done = Promise.withResolvers<void>();
  const until = performance.now() + forMs;
  let [written, acknowledged] = [0, 0];
  const write = () => {
    for (; written - acknowledged < WINDOW && performance.now() < until; written += 1) writeNext(cluster, written);
    if (acknowledged >= written) done.resolve();
  };
  clients.onNotice = ({ events }) => {
    acknowledged = events;
    write();
  };
  write();
  await inTime(done.promise, () => `Of ${written} events, only ${acknowledged} have come to all clients.`);
  return written;
}

/** Writes 50 events per second. @returns how many events every client has got */
export async function pumpSteady({ cluster, clients, forMs, sampleEvery }: PumpOptions): Promise<number> {
  await clients.ask({ type: 'count', sampleEvery });
  const events = Math.round(forMs / STEADY_INTERVAL_MS);
  const begun = performance.now();
  let acknowledged = 0;
  const done = Promise.withResolvers<void>();
  clients.onNotice = (told) => {
    acknowledged = told.events;
    if (acknowledged >= events) done.resolve();
  };
  for (let event = 0; event < events; event += 1) {
    await delay(Math.max(0, begun + event * STEADY_INTERVAL_MS - performance.now()));
    writeNext(cluster, event);
  }
  await inTime(done.promise, () => `Of ${events} events, only ${acknowledged} have come to all clients.`);
  return events;
}

async function inTime(done: Promise<void>, problem: () => string): Promise<void> {
  const late = new AbortController();
  const waited = delay(PATIENCE_MS, 'late', { signal: late.signal }).catch(() => 'in time');
  const outcome = await Promise.race([done, waited]);
  late.abort();
  if (outcome === 'late') throw new Error(problem());
}
