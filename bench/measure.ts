import { setTimeout as delay } from 'node:timers/promises';
import type { Cell } from './cells.ts';
import type { Counts } from './clients.ts';
import { pumpFull, pumpSteady, type Clients } from './pump.ts';
import type { FrameParts } from './sample-frame.ts';
import type { ServerState } from './servers/server.ts';
import type { RunningSubject } from './subject.ts';

/** What one measurement has found. */
export interface Measured {
  readonly cell: Cell;
  /** As they came over the wire, on average. */
  readonly bytesPerFrame: number;
  readonly framesPerSecond: number;
  /** Per second of the server’s CPU time. */
  readonly framesPerCore: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly heapPerSubscriber: number;
  /** Of the client process: near 1, the clients are what limits the messages per second. */
  readonly clientBusy: number;
  /** Open at the API server. */
  readonly watches: number;
  /** Requests to the API server from before the first subscriber came until all had gone. */
  readonly requests: number;
}

export interface Bench {
  readonly clients: Clients;
  readonly frame: FrameParts;
  readonly measureMs: number;
}

const WARM_UP_SHARE = 0.35;
const QUIET_MS = 120;
const PATIENCE_MS = 60_000;
const SAMPLES_OF_EACH_EVENT = 50;

/** Subscribes everybody, lets events come, and has everybody leave again. */
export async function measure(cell: Cell, subject: RunningSubject, bench: Bench): Promise<Measured> {
  const { server, cluster, url } = subject;
  const { clients, frame } = bench;
  const requestsBefore = cluster.requests.length;
  await server.ask({ type: 'frame', ...frame });
  const empty = await server.ask<ServerState>({ type: 'clean state' });
  await clients.ask({ type: 'subscribe', ...cell, url });
  await settled(subject, clients, cell.subscribers);
  const idle = await server.ask<ServerState>({ type: 'clean state' });
  const watches = cluster.openWatches;
  const rates = await ratesOf(cell, subject, bench);
  await clients.ask({ type: 'leave' });
  await settled(subject, clients, 0);
  return {
    cell,
    ...rates,
    heapPerSubscriber: (idle.heapBytes - empty.heapBytes) / cell.subscribers,
    watches,
    requests: cluster.requests.length - requestsBefore,
  };
}

type Rates = Omit<Measured, 'cell' | 'heapPerSubscriber' | 'watches' | 'requests'>;

async function ratesOf(cell: Cell, subject: RunningSubject, { clients, measureMs }: Bench): Promise<Rates> {
  const { load, subscribers } = cell;
  const pump = load === 'full' ? pumpFull : pumpSteady;
  const sampleEvery = load === 'full' ? Math.ceil(subscribers / SAMPLES_OF_EACH_EVENT) : 1;
  const pumping = { cluster: subject.cluster, clients, sampleEvery };
  await pump({ ...pumping, forMs: measureMs * WARM_UP_SHARE });
  const before = await look(subject, clients);
  const events = await pump({ ...pumping, forMs: measureMs });
  const after = await look(subject, clients);
  const { frames, bytes, p50Ms, p99Ms } = after;
  if (frames !== events * subscribers) throw new Error(`Expected ${events * subscribers} messages, got ${frames}.`);
  const ms = after.at - before.at;
  return {
    bytesPerFrame: bytes / frames,
    framesPerSecond: (frames / ms) * 1_000,
    framesPerCore: (frames / (after.serverCpuMs - before.serverCpuMs)) * 1_000,
    p50Ms,
    p99Ms,
    clientBusy: (after.cpuMs - before.cpuMs) / ms,
  };
}

interface Look extends Counts {
  readonly serverCpuMs: number;
  readonly readers: number;
  readonly at: number;
}

/** @throws {Error} when a client was lost */
async function look({ server }: RunningSubject, clients: Clients): Promise<Look> {
  const { cpuMs: serverCpuMs, readers } = await server.ask<ServerState>({ type: 'state' });
  const counts = await clients.ask<Counts>({ type: 'counts' });
  if (counts.problem !== undefined) throw new Error(counts.problem);
  return { ...counts, serverCpuMs, readers, at: performance.now() };
}

/** Waits until the server has so many readers, and nothing more comes to the clients. */
async function settled(subject: RunningSubject, clients: Clients, subscribers: number): Promise<void> {
  const begun = performance.now();
  let before: Look | undefined;
  for (let quiet = false; !quiet;) {
    await delay(QUIET_MS);
    const now = await look(subject, clients);
    quiet = now.readers === subscribers && before?.readers === subscribers && now.bytes === before.bytes;
    before = now;
    if (performance.now() - begun > PATIENCE_MS)
      throw new Error(`Expected ${subscribers} quiet readers, got ${now.readers} after ${PATIENCE_MS} ms.`);
  }
}
