import type { Socket } from 'node:net';
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { handleRequests, notifyParent } from './worker-process.ts';
import { subscribeRaw, type Protocol } from './raw-client.ts';
import { MARK, nowUs, readTimestampUs } from './timestamp.ts';
import { operationOf, type MessageBytes } from './cluster.ts';

/** The process that all subscribers live in: it counts what they get, and does little else. */
export type ClientsRequest =
  | {
      readonly type: 'subscribe';
      readonly url: string;
      readonly protocol: Protocol;
      readonly operations: 'same' | 'different';
      readonly messageBytes: MessageBytes;
      readonly subscribers: number;
    }
  /** Starts to count anew. Every frame whose number is divisible by `sampleEvery` is looked at for its latency. */
  | { readonly type: 'count'; readonly sampleEvery: number }
  | { readonly type: 'counts' }
  | { readonly type: 'leave' };

/** Told when the subscribers together have got as many messages as so many events make. */
export interface Acknowledged {
  readonly events: number;
}

export interface Counts {
  readonly messages: number;
  readonly bytes: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMs: number;
  readonly problem: string | undefined;
}

const AT_ONCE = 50;
const US_PER_MS = 1_000;

let sockets: Socket[] = [];
let leaving = false;
let problem: string | undefined;
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
    case 'leave':
      return leave();
    default:
      throw new TypeError(`Unknown request ${JSON.stringify(request satisfies never)}`);
  }
});

async function subscribeAll(wanted: ClientsRequest & { readonly type: 'subscribe' }): Promise<void> {
  const { url, protocol, operations, messageBytes, subscribers } = wanted;
  leaving = false;
  problem = undefined;
  for (let first = 0; first < subscribers; first += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, subscribers - first) }, (_, index) => first + index);
    const opened = numbers.map((number) => {
      const query = operationOf(messageBytes, operations === 'same' ? 0 : number);
      return subscribeRaw({ url: new URL(url), protocol, query, onBytes: take, onLost: lose });
    });
    sockets.push(...(await Promise.all(opened)));
  }
}

function startCounting(every: number): void {
  [messages, bytes, acknowledged, nextAt] = [0, 0, 0, sockets.length];
  sampleEvery = every;
  latency = createHistogram();
}

function take(chunk: Buffer): void {
  bytes += chunk.length;
  let now = 0;
  for (let at = chunk.indexOf(MARK); at !== -1; at = chunk.indexOf(MARK, at + 1)) {
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
    nextAt += sockets.length;
  }
  notifyParent({ events: acknowledged } satisfies Acknowledged);
}

function counts(): Counts {
  const { user, system } = process.cpuUsage();
  const [p50Ms, p99Ms] = [latency.percentile(50) / US_PER_MS, latency.percentile(99) / US_PER_MS];
  return { messages, bytes, p50Ms, p99Ms, cpuMs: (user + system) / US_PER_MS, problem };
}

/** Resets the connections, so that no port stays occupied for a minute. */
function leave(): void {
  leaving = true;
  nextAt = Number.POSITIVE_INFINITY;
  for (const socket of sockets) socket.resetAndDestroy();
  sockets = [];
}

function lose(error: Error): void {
  if (!leaving) problem ??= String(error);
}
