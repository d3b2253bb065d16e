import type { Protocol } from './raw-client.ts';
import type { MessageBytes } from './cluster.ts';

const variants = ['gateway', 'bare', 'bare corked', 'per subscriber'] as const;
/** The servers under test: the gateway, bare `ws`, bare `ws` with corked writes, and execution per subscriber. */
export type ServerVariant = (typeof variants)[number];

/** The parameters of one measurement. */
export interface Scenario {
  readonly variant: ServerVariant;
  readonly protocol: Protocol;
  /** Whether all subscribers have the same operation, or each a different one. */
  readonly operations: 'same' | 'different';
  readonly messageBytes: MessageBytes;
  readonly subscribers: number;
  /** As fast as the clients read, or 50 events per second. */
  readonly load: 'full' | 'steady';
}

/** Number of subscribers at which the targets are evaluated. */
export const TARGET_SUBSCRIBERS = 1_000;
export const messageSizes: readonly MessageBytes[] = [250, 2_000];

const plain = { protocol: 'graphql-ws', operations: 'same' } as const;
const compared: readonly Pick<Scenario, 'variant' | 'protocol' | 'operations'>[] = [
  { variant: 'gateway', ...plain },
  { variant: 'bare corked', ...plain },
  { variant: 'per subscriber', ...plain },
];
const additional: readonly Pick<Scenario, 'variant' | 'protocol' | 'operations'>[] = [
  { variant: 'bare', ...plain },
  { variant: 'gateway', protocol: 'graphql-ws', operations: 'different' },
  { variant: 'gateway', protocol: 'sse', operations: 'same' },
  { variant: 'gateway', protocol: 'sse', operations: 'different' },
];

/**
 * Returns the scenarios in the order to measure them. Scenarios that are compared with each other are adjacent; those
 * that a target depends on are repeated in turn, because the load of the machine changes during a run.
 */
export function scenariosOf(options: { readonly quick: boolean; readonly only: RegExp | undefined }): Scenario[] {
  const { quick, only } = options;
  const counts = quick ? [1, TARGET_SUBSCRIBERS] : [1, 100, TARGET_SUBSCRIBERS, 5_000];
  const scenarios = counts.flatMap((subscribers) =>
    messageSizes.flatMap((messageBytes) => fullLoad({ subscribers, messageBytes, rounds: quick ? 1 : 3 })),
  );
  return [...scenarios, ...steadyLoad(quick ? 2 : 3)].filter((scenario) => !only || only.test(nameOf(scenario)));
}

/** Returns the name of a scenario, e.g. `gateway/graphql-ws/same/250/1000/full`. */
export function nameOf({ variant, protocol, operations, messageBytes, subscribers, load }: Scenario): string {
  return [variant, protocol, operations, messageBytes, subscribers, load].join('/');
}

function fullLoad(at: Pick<Scenario, 'subscribers' | 'messageBytes'> & { readonly rounds: number }): Scenario[] {
  const { subscribers, messageBytes, rounds } = at;
  const repeated = subscribers === TARGET_SUBSCRIBERS ? rounds : 1;
  const wanted = [...Array.from({ length: repeated }, () => compared).flat(), ...additional];
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
