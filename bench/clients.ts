import type { Socket } from 'node:net';
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { answerParent, tellParent } from './child.ts';
import { subscribeRaw, type Transport } from './raw-client.ts';
import { MARK, nowUs, readStampUs } from './stamp.ts';
import { operationOf, type FrameBytes } from './world.ts';

/** The process that all subscribers live in: it counts what they get, and does little else. */
export type ClientsQuestion =
  | {
      readonly type: 'subscribe';
      readonly url: string;
      readonly transport: Transport;
      readonly operations: 'same' | 'different';
      readonly frameBytes: FrameBytes;
      readonly subscribers: number;
    }
  /** Starts to count anew. Every frame whose number is divisible by `sampleEvery` is looked at for its latency. */
  | { readonly type: 'count'; readonly sampleEvery: number }
  | { readonly type: 'counts' }
  | { readonly type: 'leave' };

/** Told when the subscribers together have got as many frames as so many events make. */
export interface Acknowledged {
  readonly events: number;
}

export interface Counts {
  readonly frames: number;
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
let [frames, bytes, acknowledged, nextAt] = [0, 0, 0, Number.POSITIVE_INFINITY];
let sampleEvery = 1;
let latency: RecordableHistogram = createHistogram();

answerParent((question: ClientsQuestion) => {
  switch (question.type) {
    case 'subscribe':
      return subscribeAll(question);
    case 'count':
      return startCounting(question.sampleEvery);
    case 'counts':
      return counts();
    case 'leave':
      return leave();
    default:
      throw new TypeError(`Unknown question ${JSON.stringify(question satisfies never)}`);
  }
});

async function subscribeAll(wanted: ClientsQuestion & { readonly type: 'subscribe' }): Promise<void> {
  const { url, transport, operations, frameBytes, subscribers } = wanted;
  leaving = false;
  problem = undefined;
  for (let first = 0; first < subscribers; first += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, subscribers - first) }, (_, index) => first + index);
    const opened = numbers.map((number) => {
      const query = operationOf(frameBytes, operations === 'same' ? 0 : number);
      return subscribeRaw({ url: new URL(url), transport, query, onBytes: take, onLost: lose });
    });
    sockets.push(...(await Promise.all(opened)));
  }
}

function startCounting(every: number): void {
  [frames, bytes, acknowledged, nextAt] = [0, 0, 0, sockets.length];
  sampleEvery = every;
  latency = createHistogram();
}

function take(chunk: Buffer): void {
  bytes += chunk.length;
  let now = 0;
  for (let at = chunk.indexOf(MARK); at !== -1; at = chunk.indexOf(MARK, at + 1)) {
    frames += 1;
    if (frames % sampleEvery !== 0) continue;
    now ||= nowUs();
    const writtenAt = readStampUs(chunk, at);
    if (writtenAt !== undefined) latency.record(Math.max(1, now - writtenAt));
  }
  if (frames >= nextAt) acknowledge();
}

function acknowledge(): void {
  while (frames >= nextAt) {
    acknowledged += 1;
    nextAt += sockets.length;
  }
  tellParent({ events: acknowledged } satisfies Acknowledged);
}

function counts(): Counts {
  const { user, system } = process.cpuUsage();
  const [p50Ms, p99Ms] = [latency.percentile(50) / US_PER_MS, latency.percentile(99) / US_PER_MS];
  return { frames, bytes, p50Ms, p99Ms, cpuMs: (user + system) / US_PER_MS, problem };
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
