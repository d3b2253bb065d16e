import type { Protocol } from './raw-client.ts';
import type { ClusterLayout, MessageBytes, Operations } from './cluster.ts';

/**
 * The servers under test: the gateway; the gateway with `EXECUTION=reference`; the floor, which only watches, parses and sends;
 * bare `ws`, with and without corked writes; and execution per subscriber.
 */
export type ServerVariant = 'gateway' | 'reference' | 'floor' | 'bare' | 'bare corked' | 'per subscriber';

/** The parameters of one measurement. */
export interface Scenario {
  readonly variant: ServerVariant;
  readonly protocol: Protocol;
  readonly operations: Operations;
  readonly messageBytes: MessageBytes;
  readonly subscribers: number;
  /** As fast as the clients read, or 50 events per second. */
  readonly load: 'full' | 'steady';
}

interface ScenarioOptions {
  readonly quick: boolean;
  /** Whether only the gateway and the reference implementation are measured. */
  readonly check: boolean;
  readonly only: RegExp | undefined;
}

/** Number of subscribers at which the goals are evaluated. */
const MANY_SUBSCRIBERS = 1_000;

const plain = { protocol: 'graphql-ws', operations: 'same', messageBytes: 250 } as const;

export const steadyFloor: Scenario = { ...plain, variant: 'floor', subscribers: 1, load: 'steady' };
export const steadyChange: Scenario = { ...steadyFloor, variant: 'gateway' };
const manyChanges: Scenario = { ...steadyChange, subscribers: MANY_SUBSCRIBERS };
export const namespaceChange: Scenario = { ...manyChanges, operations: 'by namespace' };
export const filterChange: Scenario = { ...manyChanges, operations: 'by filter' };
const broadcast: Scenario = { ...manyChanges, load: 'full' };
export const broadcasts: readonly Scenario[] = [
  broadcast,
  { ...broadcast, messageBytes: 2_000 },
  { ...broadcast, protocol: 'sse' },
  { ...broadcast, protocol: 'sse', messageBytes: 2_000 },
];
/** All subscribers receive all events, 50 in a second: for latencies. */
export const steadyBroadcast: Scenario = manyChanges;

/**
 * Returns the scenarios in the order to measure them. Scenarios that are compared with each other are adjacent and measured in turns,
 * because the load of the machine changes during a run.
 */
export function scenariosOf({ quick, check, only }: ScenarioOptions): Scenario[] {
  const scenarios = check ? rounds(3, ofGateway.flatMap(withReference)) : comparisons(quick);
  return scenarios.filter((scenario) => !only || only.test(nameOf(scenario)));
}

const changes = [steadyChange, namespaceChange, filterChange];
const differentOperations: Scenario = { ...broadcast, operations: 'different' };
const ofGateway = [...changes, ...broadcasts, steadyBroadcast, differentOperations];

function comparisons(quick: boolean): Scenario[] {
  return [
    ...rounds(quick ? 2 : 5, [steadyFloor, ...changes]),
    ...rounds(quick ? 2 : 3, [...broadcastsOf(250), ...broadcastsOf(2_000)]),
    ...comparedWith('per subscriber'),
    ...comparedWith('bare'),
    ...rounds(quick ? 1 : 2, [steadyBroadcast, { ...steadyBroadcast, variant: 'bare' }]),
    differentOperations,
  ];
}

/** Returns the name of a scenario, e.g. `gateway/graphql-ws/same/250/1000/full`. */
export function nameOf({ variant, protocol, operations, messageBytes, subscribers, load }: Scenario): string {
  return [variant, protocol, operations, messageBytes, subscribers, load].join('/');
}

/** Returns the number of subscribers that receive each event. */
export function receiversOf({ operations, subscribers }: Pick<Scenario, 'operations' | 'subscribers'>): number {
  return operations === 'by namespace' || operations === 'by filter' ? 1 : subscribers;
}

/** Returns the workspaces that a scenario needs. */
export function layoutOf({ operations }: Scenario): ClusterLayout {
  return operations === 'by namespace' || operations === 'by filter' ? 'many' : 'few';
}

function rounds(count: number, scenarios: readonly Scenario[]): Scenario[] {
  return Array.from({ length: count }, () => scenarios).flat();
}

/** Returns the scenarios of another server that {@link broadcasts} are compared with, which has no Server-Sent Events. */
function comparedWith(variant: ServerVariant): Scenario[] {
  return broadcasts.filter(({ protocol }) => protocol === 'graphql-ws').map((scenario) => ({ ...scenario, variant }));
}

/** Returns the broadcasts of messages of one size, next to the server that all of them are compared with. */
function broadcastsOf(bytes: MessageBytes): Scenario[] {
  return [...broadcasts, ...comparedWith('bare corked')].filter(({ messageBytes }) => messageBytes === bytes);
}

function withReference(scenario: Scenario): Scenario[] {
  return [scenario, { ...scenario, variant: 'reference' }];
}
