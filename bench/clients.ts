import type { Socket } from 'node:net';
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { handleRequests, notifyParent } from './worker-process.ts';
import { subscribeRaw, type Protocol } from './raw-client.ts';
import { TIMESTAMP_MARK, nowUs, readTimestampUs } from './timestamp.ts';
import { operationOf, type OperationOptions } from './cluster.ts';
import { receiversOf } from './scenarios.ts';

/** Requests to the worker that runs all subscribers. It only counts messages, so that it does not limit the throughput. */
export type ClientsRequest =
  | (OperationOptions & {
      readonly type: 'subscribe';
      readonly url: string;
      readonly protocol: Protocol;
      readonly subscribers: number;
    })
  /** Resets the counters. Every `sampleEvery`-th message is measured for its latency. */
  | { readonly type: 'count'; readonly sampleEvery: number }
  | { readonly type: 'counts' }
  | { readonly type: 'disconnect' };

/** Notification: the subscribers together have received as many messages as this number of events causes. */
export interface Acknowledged {
  readonly events: number;
}

export interface Counts {
  readonly messages: number;
  readonly bytes: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMs: number;
  readonly failure: string | undefined;
}

const BATCH = 50;
const US_PER_MS = 1_000;

let sockets: Socket[] = [];
/** Subscribers that receive each event. */
let receivers = 1;
let disconnecting = false;
let failure: string | undefined;
let [messages, bytes, acknowledged, nextAt] = [0, 0, 0, Number.POSITIVE_INFINITY];
let sampleEvery = 1;
let latency: RecordableHistogram = createHistogram();

handleRequests((request: ClientsRequest) => {
  switch (request.type) {
    case 'subscribe':
      return subscribeAll(request);
    case 'count':
      return startCounting(request.sampleEvery);
    case 'counts':
      return counts();
    case 'disconnect':
      return disconnect();
    default:
      throw new TypeError(`Unknown request ${JSON.stringify(request satisfies never)}`);
  }
});

async function subscribeAll(options: ClientsRequest & { readonly type: 'subscribe' }): Promise<void> {
  const { url, protocol, subscribers } = options;
  disconnecting = false;
  failure = undefined;
  receivers = receiversOf(options);
  for (let first = 0; first < subscribers; first += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, subscribers - first) }, (_, index) => first + index);
    const opened = numbers.map((number) => {
      const query = operationOf(options, number);
      return subscribeRaw({ url: new URL(url), protocol, query, onBytes: countMessages, onLost: fail });
    });
    sockets.push(...(await Promise.all(opened)));
  }
}

function startCounting(every: number): void {
  [messages, bytes, acknowledged, nextAt] = [0, 0, 0, receivers];
  sampleEvery = every;
  latency = createHistogram();
}

function countMessages(chunk: Buffer): void {
  bytes += chunk.length;
  let now = 0;
  for (let at = chunk.indexOf(TIMESTAMP_MARK); at !== -1; at = chunk.indexOf(TIMESTAMP_MARK, at + 1)) {
    messages += 1;
    if (messages % sampleEvery !== 0) continue;
    now ||= nowUs();
    const writtenAt = readTimestampUs(chunk, at);
    if (writtenAt !== undefined) latency.record(Math.max(1, now - writtenAt));
  }
  if (messages >= nextAt) acknowledge();
}

function acknowledge(): void {
  while (messages >= nextAt) {
    acknowledged += 1;
    nextAt += receivers;
  }
  notifyParent({ events: acknowledged } satisfies Acknowledged);
}

function counts(): Counts {
  const { user, system } = process.cpuUsage();
  const [p50Ms, p99Ms] = [latency.percentile(50) / US_PER_MS, latency.percentile(99) / US_PER_MS];
  return { messages, bytes, p50Ms, p99Ms, cpuMs: (user + system) / US_PER_MS, failure };
}

/** Resets the connections: closed ones would occupy their ports for a minute (TIME_WAIT). */
function disconnect(): void {
  disconnecting = true;
  nextAt = Number.POSITIVE_INFINITY;
  for (const socket of sockets) socket.resetAndDestroy();
  sockets = [];
}

function fail(error: Error): void {
  if (!disconnecting) failure ??= String(error);
}
