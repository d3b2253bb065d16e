import { setTimeout as delay } from 'node:timers/promises';
import type { Scenario } from './scenarios.ts';
import type { Counts } from './clients.ts';
import { applyFullLoad, applySteadyLoad, type Clients } from './load-generator.ts';
import type { MessageParts } from './sample-message.ts';
import type { ServerState } from './servers/measured-server.ts';
import type { RunningServer } from './running-server.ts';

/** What one measurement has found. */
export interface Measurement {
  readonly scenario: Scenario;
  /** As they came over the wire, on average. */
  readonly bytesPerMessage: number;
  readonly messagesPerSecond: number;
  /** Per second of the server’s CPU time. */
  readonly messagesPerCore: number;
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
  readonly message: MessageParts;
  readonly measureMs: number;
}

const WARM_UP_SHARE = 0.35;
const QUIET_MS = 120;
const TIMEOUT_MS = 60_000;
const SAMPLES_OF_EACH_EVENT = 50;

/** Subscribes everybody, lets events come, and has everybody leave again. */
export async function measure(scenario: Scenario, running: RunningServer, bench: Bench): Promise<Measurement> {
  const { server, cluster, url } = running;
  const { clients, message } = bench;
  const requestsBefore = cluster.requests.length;
  await server.request({ type: 'message', ...message });
  const empty = await server.request<ServerState>({ type: 'clean state' });
  await clients.request({ type: 'subscribe', ...scenario, url });
  await waitUntilIdle(running, clients, scenario.subscribers);
  const idle = await server.request<ServerState>({ type: 'clean state' });
  const watches = cluster.openWatches;
  const rates = await ratesOf(scenario, running, bench);
  await clients.request({ type: 'leave' });
  await waitUntilIdle(running, clients, 0);
  return {
    scenario,
    ...rates,
    heapPerSubscriber: (idle.heapBytes - empty.heapBytes) / scenario.subscribers,
    watches,
    requests: cluster.requests.length - requestsBefore,
  };
}

type Rates = Omit<Measurement, 'scenario' | 'heapPerSubscriber' | 'watches' | 'requests'>;

async function ratesOf(scenario: Scenario, running: RunningServer, { clients, measureMs }: Bench): Promise<Rates> {
  const { load, subscribers } = scenario;
  const applyLoad = load === 'full' ? applyFullLoad : applySteadyLoad;
  const sampleEvery = load === 'full' ? Math.ceil(subscribers / SAMPLES_OF_EACH_EVENT) : 1;
  const loadOptions = { cluster: running.cluster, clients, sampleEvery };
  await applyLoad({ ...loadOptions, forMs: measureMs * WARM_UP_SHARE });
  const before = await sample(running, clients);
  const events = await applyLoad({ ...loadOptions, forMs: measureMs });
  const after = await sample(running, clients);
  const { messages, bytes, p50Ms, p99Ms } = after;
  if (messages !== events * subscribers) throw new Error(`Expected ${events * subscribers} messages, got ${messages}.`);
  const ms = after.at - before.at;
  return {
    bytesPerMessage: bytes / messages,
    messagesPerSecond: (messages / ms) * 1_000,
    messagesPerCore: (messages / (after.serverCpuMs - before.serverCpuMs)) * 1_000,
    p50Ms,
    p99Ms,
    clientBusy: (after.cpuMs - before.cpuMs) / ms,
  };
}

interface Sample extends Counts {
  readonly serverCpuMs: number;
  readonly readers: number;
  readonly at: number;
}

/** @throws {Error} when a client was lost */
async function sample({ server }: RunningServer, clients: Clients): Promise<Sample> {
  const { cpuMs: serverCpuMs, readers } = await server.request<ServerState>({ type: 'state' });
  const counts = await clients.request<Counts>({ type: 'counts' });
  if (counts.problem !== undefined) throw new Error(counts.problem);
  return { ...counts, serverCpuMs, readers, at: performance.now() };
}

/** Waits until the server has so many readers, and nothing more comes to the clients. */
async function waitUntilIdle(running: RunningServer, clients: Clients, subscribers: number): Promise<void> {
  const startedAt = performance.now();
  let before: Sample | undefined;
  for (let quiet = false; !quiet;) {
    await delay(QUIET_MS);
    const now = await sample(running, clients);
    quiet = now.readers === subscribers && before?.readers === subscribers && now.bytes === before.bytes;
    before = now;
    if (performance.now() - startedAt > TIMEOUT_MS)
      throw new Error(`Expected ${subscribers} quiet readers, got ${now.readers} after ${TIMEOUT_MS} ms.`);
  }
}
