import type { Protocol } from './raw-client.ts';
import type { MessageBytes } from './cluster.ts';

export const variants = ['gateway', 'bare', 'bare corked', 'per subscriber'] as const;
/** What is measured: the gateway, bare `ws`, bare `ws` with joined writes, and execution per subscriber. */
export type ServerVariant = (typeof variants)[number];

/** One measurement. */
export interface Scenario {
  readonly variant: ServerVariant;
  readonly protocol: Protocol;
  /** Whether all subscribers have the same operation, or no two of them. */
  readonly operations: 'same' | 'different';
  readonly messageBytes: MessageBytes;
  readonly subscribers: number;
  /** As fast as the clients read, or 50 events per second. */
  readonly load: 'full' | 'steady';
}

/** Where the targets are measured. */
export const TARGET_SUBSCRIBERS = 1_000;
export const messageSizes: readonly MessageBytes[] = [250, 2_000];

const plain = { protocol: 'graphql-ws', operations: 'same' } as const;
const compared: readonly Pick<Scenario, 'variant' | 'protocol' | 'operations'>[] = [
  { variant: 'gateway', ...plain },
  { variant: 'bare corked', ...plain },
  { variant: 'per subscriber', ...plain },
];
const others: readonly Pick<Scenario, 'variant' | 'protocol' | 'operations'>[] = [
  { variant: 'bare', ...plain },
  { variant: 'gateway', protocol: 'graphql-ws', operations: 'different' },
  { variant: 'gateway', protocol: 'sse', operations: 'same' },
  { variant: 'gateway', protocol: 'sse', operations: 'different' },
];

/**
 * The measurements in their order: what is compared lies side by side, and where a target depends on it, is measured
 * several times in turn.
 */
export function scenariosOf(options: { readonly quick: boolean; readonly only: RegExp | undefined }): Scenario[] {
  const { quick, only } = options;
  const counts = quick ? [1, TARGET_SUBSCRIBERS] : [1, 100, TARGET_SUBSCRIBERS, 5_000];
  const scenarios = counts.flatMap((subscribers) =>
    messageSizes.flatMap((messageBytes) => fullLoad({ subscribers, messageBytes, rounds: quick ? 1 : 3 })),
  );
  return [...scenarios, ...steadyLoad(quick ? 2 : 3)].filter((scenario) => !only || only.test(nameOf(scenario)));
}

/** E.g. `gateway/graphql-ws/same/250/1000/full`. */
export function nameOf({ variant, protocol, operations, messageBytes, subscribers, load }: Scenario): string {
  return [variant, protocol, operations, messageBytes, subscribers, load].join('/');
}

function fullLoad(at: Pick<Scenario, 'subscribers' | 'messageBytes'> & { readonly rounds: number }): Scenario[] {
  const { subscribers, messageBytes, rounds } = at;
  const repeated = subscribers === TARGET_SUBSCRIBERS ? rounds : 1;
  const wanted = [...Array.from({ length: repeated }, () => compared).flat(), ...others];
  return wanted
    .filter(({ operations }) => subscribers > 1 || operations === 'same')
    .map((scenario) => ({ ...scenario, subscribers, messageBytes, load: 'full' }));
}

function steadyLoad(rounds: number): Scenario[] {
  return Array.from({ length: rounds }, (): Scenario[] => [
    { variant: 'gateway', ...plain, messageBytes: 250, subscribers: TARGET_SUBSCRIBERS, load: 'steady' },
    { variant: 'bare', ...plain, messageBytes: 250, subscribers: TARGET_SUBSCRIBERS, load: 'steady' },
  ]).flat();
}
