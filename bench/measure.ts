import { setTimeout as delay } from 'node:timers/promises';
import { receiversOf, type Scenario } from './scenarios.ts';
import type { Counts } from './clients.ts';
import { applyFullLoad, applySteadyLoad, type Clients, type LoadOptions } from './load-generator.ts';
import type { ServerState } from './servers/measured-server.ts';
import type { MessageParts, RunningServer } from './running-server.ts';
import { MAX_WARM_UPS, warmUp } from './warm-up.ts';

/** The result of one scenario. */
export interface Measurement {
  readonly scenario: Scenario;
  /** Average size on the wire. */
  readonly bytesPerMessage: number;
  readonly messagesPerSecond: number;
  /** Messages per second of the server's CPU time. */
  readonly messagesPerCore: number;
  /** CPU time of the server for each event. */
  readonly cpuMsPerEvent: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Bytes, after garbage collection, without load. */
  readonly heapPerSubscriber: number;
  /** CPU utilization of the client process, 0 to 1. Near 1, the clients limit the messages per second. */
  readonly clientBusy: number;
  /** Watches open at the API server. */
  readonly watches: number;
  /** Requests to the API server from before the first subscription until after the last one has ended. */
  readonly requests: number;
}

interface MeasureOptions {
  readonly clients: Clients;
  readonly message: MessageParts;
  readonly measureMs: number;
}

/** Duration of a round at full load before a measurement. */
const WARM_UP_MS = 1_000;
/** Duration of steady load before it is measured: changes of the first second after full load need up to a fifth more. */
const SETTLE_MS = 3_000;
const POLL_INTERVAL_MS = 120;
const TIMEOUT_MS = 60_000;
const SAMPLES_OF_EACH_EVENT = 50;

/** Opens all subscriptions, applies the load, and closes them. */
export async function measure(scenario: Scenario, running: RunningServer, bench: MeasureOptions): Promise<Measurement> {
  const { server, cluster, url } = running;
  const { clients, message } = bench;
  const requestsBefore = cluster.simulator.requests.length;
  await server.request({ type: 'message', ...message });
  await loadCode(scenario, running, clients);
  const empty = await server.request<ServerState>({ type: 'state after collection' });
  await clients.request({ type: 'subscribe', ...scenario, url });
  await waitUntilIdle(running, clients, scenario.subscribers);
  const idle = await server.request<ServerState>({ type: 'state after collection' });
  const watches = cluster.simulator.openWatches;
  const rates = await ratesOf(scenario, running, bench);
  await clients.request({ type: 'disconnect' });
  await waitUntilIdle(running, clients, 0);
  return {
    scenario,
    ...rates,
    heapPerSubscriber: (idle.heapBytes - empty.heapBytes) / scenario.subscribers,
    watches,
    requests: cluster.simulator.requests.length - requestsBefore,
  };
}

/** Opens the subscriptions and closes them: V8 drops code in idle seconds, and what it loads again is not heap of subscribers. */
async function loadCode(scenario: Scenario, running: RunningServer, clients: Clients): Promise<void> {
  await clients.request({ type: 'subscribe', ...scenario, url: running.url });
  await waitUntilIdle(running, clients, scenario.subscribers);
  await clients.request({ type: 'disconnect' });
  await waitUntilIdle(running, clients, 0);
}

type Rates = Omit<Measurement, 'scenario' | 'heapPerSubscriber' | 'watches' | 'requests'>;

async function ratesOf(
  scenario: Scenario,
  running: RunningServer,
  { clients, measureMs }: MeasureOptions,
): Promise<Rates> {
  const { load } = scenario;
  const receivers = receiversOf(scenario);
  const applyLoad = load === 'full' ? applyFullLoad : applySteadyLoad;
  const sampleEvery = load === 'full' ? Math.ceil(receivers / SAMPLES_OF_EACH_EVENT) : 1;
  const loadOptions = { cluster: running.cluster, clients, sampleEvery };
  // V8 does not optimize the code at steady load, and needs up to seven seconds of full load with many subscribers.
  await warmUp([() => costOfEvent(running, loadOptions)], MAX_WARM_UPS);
  if (load === 'steady') await applySteadyLoad({ ...loadOptions, forMs: SETTLE_MS });
  const before = await sample(running, clients);
  const events = await applyLoad({ ...loadOptions, forMs: measureMs });
  const after = await sample(running, clients);
  const { messages, bytes, p50Ms, p99Ms } = after;
  if (messages !== events * receivers) throw new Error(`Expected ${events * receivers} messages, got ${messages}.`);
  const ms = after.at - before.at;
  const serverCpuMs = after.serverCpuMs - before.serverCpuMs;
  return {
    bytesPerMessage: bytes / messages,
    messagesPerSecond: (messages / ms) * 1_000,
    messagesPerCore: (messages / serverCpuMs) * 1_000,
    cpuMsPerEvent: serverCpuMs / events,
    p50Ms,
    p99Ms,
    clientBusy: (after.cpuMs - before.cpuMs) / ms,
  };
}

/** Returns the CPU time of the server for an event at full load. */
async function costOfEvent(running: RunningServer, loadOptions: Omit<LoadOptions, 'forMs'>): Promise<number> {
  const before = await sample(running, loadOptions.clients);
  const events = await applyFullLoad({ ...loadOptions, forMs: WARM_UP_MS });
  const after = await sample(running, loadOptions.clients);
  return (after.serverCpuMs - before.serverCpuMs) / events;
}

interface Sample extends Counts {
  readonly serverCpuMs: number;
  readonly subscribers: number;
  readonly at: number;
}

/** @throws {Error} if a client has lost its connection */
async function sample({ server }: RunningServer, clients: Clients): Promise<Sample> {
  const { cpuMs: serverCpuMs, subscribers } = await server.request<ServerState>({ type: 'state' });
  const counts = await clients.request<Counts>({ type: 'counts' });
  if (counts.failure !== undefined) throw new Error(counts.failure);
  return { ...counts, serverCpuMs, subscribers, at: performance.now() };
}

/** Waits until the server has this number of subscribers, and the clients receive nothing more. */
async function waitUntilIdle(running: RunningServer, clients: Clients, subscribers: number): Promise<void> {
  const startedAt = performance.now();
  let before: Sample | undefined;
  for (let isIdle = false; !isIdle;) {
    await delay(POLL_INTERVAL_MS);
    const now = await sample(running, clients);
    isIdle = now.subscribers === subscribers && before?.subscribers === subscribers && now.bytes === before.bytes;
    before = now;
    if (performance.now() - startedAt > TIMEOUT_MS)
      throw new Error(`Expected ${subscribers} idle subscribers within ${TIMEOUT_MS} ms, got ${now.subscribers}.`);
  }
}
