import type { Transport } from './raw-client.ts';
import type { FrameBytes } from './world.ts';

export const subjects = ['gateway', 'bare', 'bare corked', 'per subscriber'] as const;
/** What is measured: the gateway, bare `ws`, bare `ws` with joined writes, and execution per subscriber. */
export type Subject = (typeof subjects)[number];

/** One measurement. */
export interface Cell {
  readonly subject: Subject;
  readonly transport: Transport;
  /** Whether all subscribers have the same operation, or no two of them. */
  readonly operations: 'same' | 'different';
  readonly frameBytes: FrameBytes;
  readonly subscribers: number;
  /** As fast as the clients read, or 50 events per second. */
  readonly load: 'full' | 'steady';
}

/** Where the targets are measured. */
export const TARGET_SUBSCRIBERS = 1_000;
export const frameSizes: readonly FrameBytes[] = [250, 2_000];

const plain = { transport: 'graphql-ws', operations: 'same' } as const;
const compared: readonly Pick<Cell, 'subject' | 'transport' | 'operations'>[] = [
  { subject: 'gateway', ...plain },
  { subject: 'bare corked', ...plain },
  { subject: 'per subscriber', ...plain },
];
const others: readonly Pick<Cell, 'subject' | 'transport' | 'operations'>[] = [
  { subject: 'bare', ...plain },
  { subject: 'gateway', transport: 'graphql-ws', operations: 'different' },
  { subject: 'gateway', transport: 'sse', operations: 'same' },
  { subject: 'gateway', transport: 'sse', operations: 'different' },
];

/**
 * The measurements in their order: what is compared lies side by side, and where a target depends on it, is measured
 * several times in turn.
 */
export function cellsOf(options: { readonly quick: boolean; readonly only: RegExp | undefined }): Cell[] {
  const { quick, only } = options;
  const counts = quick ? [1, TARGET_SUBSCRIBERS] : [1, 100, TARGET_SUBSCRIBERS, 5_000];
  const cells = counts.flatMap((subscribers) =>
    frameSizes.flatMap((frameBytes) => fullLoad({ subscribers, frameBytes, rounds: quick ? 1 : 3 })),
  );
  return [...cells, ...steadyLoad(quick ? 2 : 3)].filter((cell) => !only || only.test(nameOf(cell)));
}

/** E.g. `gateway/graphql-ws/same/250/1000/full`. */
export function nameOf({ subject, transport, operations, frameBytes, subscribers, load }: Cell): string {
  return [subject, transport, operations, frameBytes, subscribers, load].join('/');
}

function fullLoad(at: Pick<Cell, 'subscribers' | 'frameBytes'> & { readonly rounds: number }): Cell[] {
  const { subscribers, frameBytes, rounds } = at;
  const repeated = subscribers === TARGET_SUBSCRIBERS ? rounds : 1;
  const wanted = [...Array.from({ length: repeated }, () => compared).flat(), ...others];
  return wanted
    .filter(({ operations }) => subscribers > 1 || operations === 'same')
    .map((cell) => ({ ...cell, subscribers, frameBytes, load: 'full' }));
}

function steadyLoad(rounds: number): Cell[] {
  return Array.from({ length: rounds }, (): Cell[] => [
    { subject: 'gateway', ...plain, frameBytes: 250, subscribers: TARGET_SUBSCRIBERS, load: 'steady' },
    { subject: 'bare', ...plain, frameBytes: 250, subscribers: TARGET_SUBSCRIBERS, load: 'steady' },
  ]).flat();
}
