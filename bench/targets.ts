import {
  broadcasts,
  filterChange,
  nameOf,
  namespaceChange,
  steadyBroadcast,
  steadyChange,
  steadyFloor,
  type Scenario,
  type ServerVariant,
} from './scenarios.ts';
import type { Measurement } from './measure.ts';
import { baselineOf } from './table.ts';

interface TargetResult {
  readonly target: string;
  /** Undefined if a scenario that it compares was not measured. */
  readonly met: boolean | undefined;
  readonly actual: string;
}

/** Reopened watches and repeated access reviews depend on the duration, not on the number of subscribers. */
const MAX_PERIODIC_REQUESTS = 6;
/** Most CPU time of the gateway, relative to that of the reference implementation. */
const MAX_LOSS = 1.2;
const KB = 1_000;
const MIN_RATIO = { 'graphql-ws': 1, sse: 0.9 } as const;

/** Evaluates each target. */
export function evaluateTargets(measurements: readonly Measurement[]): TargetResult[] {
  return [
    changeAgainstFloor(measurements),
    changeCost(measurements, {
      scenario: namespaceChange,
      title: '1,000 subscribers of as many namespaces',
      mostMs: 1,
    }),
    changeCost(measurements, { scenario: filterChange, title: '1,000 subscribers with as many filters', mostMs: 1.8 }),
    ...broadcasts.map((scenario) => broadcastAgainstBare(measurements, scenario)),
    ...broadcasts
      .filter(({ protocol }) => protocol === 'graphql-ws')
      .map((scenario) => broadcastAgainstExecution(measurements, scenario)),
    latency(measurements),
    idleHeap(measurements),
    upstreamResult(measurements),
  ];
}

export function formatResult({ target, met, actual }: TargetResult): string {
  const word = met === undefined ? 'not measured' : met ? 'met' : 'MISSED';
  return `${word.padEnd(12)}  ${target}: ${actual}`;
}

/**
 * Returns each scenario in which the gateway needs more CPU time than the reference implementation. Compares the least of all rounds:
 * other work on the machine only adds to it.
 * @param measurements of all rounds
 */
export function lossesOf(measurements: readonly Measurement[]): readonly string[] {
  const leastMs = new Map<string, number>();
  for (const { scenario, cpuMsPerEvent } of measurements)
    leastMs.set(nameOf(scenario), Math.min(cpuMsPerEvent, leastMs.get(nameOf(scenario)) ?? Infinity));
  const scenarios = new Map(measurements.map(({ scenario }) => [nameOf(scenario), scenario]));
  return [...scenarios].flatMap(([name, scenario]) => {
    const [own, reference] = [leastMs.get(name), leastMs.get(nameOf({ ...scenario, variant: 'reference' }))];
    if (scenario.variant !== 'gateway' || !own || !reference || own <= MAX_LOSS * reference) return [];
    return [`${name}: ${format(own)} ms per event, reference ${format(reference)} ms`];
  });
}

/** Requests to the API server must not grow with the number of subscribers. */
export function upstreamResult(measurements: readonly Measurement[]): TargetResult {
  const gateway = measurements.filter(({ scenario }) => scenario.variant === 'gateway');
  const watches = new Set(gateway.map((each) => each.watches));
  const most = Math.max(0, ...gateway.map(({ requests }) => requests));
  const counts = gateway.map(({ scenario }) => scenario.subscribers);
  return {
    target: 'upstream watches and requests independent of the number of subscribers',
    met: gateway.length > 0 ? watches.size === 1 && most <= MAX_PERIODIC_REQUESTS : undefined,
    actual: `${[...watches].join(' or ')} watches, at most ${most} requests in a measurement of ${Math.min(...counts)} to ${Math.max(...counts)} subscribers`,
  };
}

function changeAgainstFloor(measurements: readonly Measurement[]): TargetResult {
  const own = find(measurements, steadyChange);
  const floor = find(measurements, steadyFloor);
  const target = 'one change, one subscriber: at most 1.8 times the CPU time of watch, parse and send';
  if (!own || !floor) return notMeasured(target);
  const ratio = own.cpuMsPerEvent / floor.cpuMsPerEvent;
  const actual = `${ratio.toFixed(2)} (${format(own.cpuMsPerEvent)} ms, floor ${format(floor.cpuMsPerEvent)} ms)`;
  return { target, met: ratio <= 1.8, actual };
}

interface CostGoal {
  readonly scenario: Scenario;
  readonly title: string;
  readonly mostMs: number;
}

function changeCost(measurements: readonly Measurement[], { scenario, title, mostMs }: CostGoal): TargetResult {
  const own = find(measurements, scenario);
  const target = `one change, ${title}: at most ${mostMs.toFixed(1)} ms of CPU time`;
  return own
    ? { target, met: own.cpuMsPerEvent <= mostMs, actual: `${format(own.cpuMsPerEvent)} ms` }
    : notMeasured(target);
}

function broadcastAgainstBare(measurements: readonly Measurement[], scenario: Scenario): TargetResult {
  const least = MIN_RATIO[scenario.protocol];
  const target = `1,000 subscribers over ${scenario.protocol}, ${scenario.messageBytes} B: at least ${least.toFixed(1)} of the messages per core of bare ws, corked`;
  const ratio = ratioOf(measurements, scenario, { than: 'bare corked', pick: (each) => each.messagesPerCore });
  return ratio === undefined ? notMeasured(target) : { target, met: ratio >= least, actual: ratio.toFixed(2) };
}

function broadcastAgainstExecution(measurements: readonly Measurement[], scenario: Scenario): TargetResult {
  const target = `1,000 subscribers, ${scenario.messageBytes} B: at least 5 times the messages per core of execution per subscriber`;
  const ratio = ratioOf(measurements, scenario, { than: 'per subscriber', pick: (each) => each.messagesPerCore });
  return ratio === undefined ? notMeasured(target) : { target, met: ratio >= 5, actual: ratio.toFixed(1) };
}

function latency(measurements: readonly Measurement[]): TargetResult {
  const target = '1,000 subscribers, 50 events per second: at most 3 times the p99 latency of bare ws';
  const ratio = ratioOf(measurements, steadyBroadcast, { than: 'bare', pick: (each) => each.p99Ms });
  return ratio === undefined ? notMeasured(target) : { target, met: ratio <= 3, actual: ratio.toFixed(2) };
}

function idleHeap(measurements: readonly Measurement[]): TargetResult {
  const target = 'at most 12 kB of heap per idle subscriber over a bare socket';
  const excess = broadcasts.flatMap((scenario) => {
    const own = find(measurements, scenario);
    const bare = scenario.protocol === 'graphql-ws' ? baselineOf(measurements, scenario, 'bare') : undefined;
    return own && bare ? [(own.heapPerSubscriber - bare.heapPerSubscriber) / KB] : [];
  });
  if (excess.length === 0) return notMeasured(target);
  return {
    target,
    met: excess.every((each) => each <= 12),
    actual: excess.map((each) => `${each.toFixed(1)} kB`).join(', '),
  };
}

interface Comparison {
  readonly than: ServerVariant;
  readonly pick: (each: Measurement) => number;
}

function ratioOf(
  measurements: readonly Measurement[],
  scenario: Scenario,
  { than, pick }: Comparison,
): number | undefined {
  const own = find(measurements, scenario);
  const other = baselineOf(measurements, scenario, than);
  return own && other ? pick(own) / pick(other) : undefined;
}

function find(measurements: readonly Measurement[], scenario: Scenario): Measurement | undefined {
  return measurements.find((each) => nameOf(each.scenario) === nameOf(scenario));
}

function notMeasured(target: string): TargetResult {
  return { target, met: undefined, actual: '' };
}

function format(ms: number): string {
  return ms.toFixed(3);
}
