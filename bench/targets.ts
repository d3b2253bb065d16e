import { messageSizes, nameOf, TARGET_SUBSCRIBERS, type Scenario, type ServerVariant } from './scenarios.ts';
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
const KB = 1_000;

/** Evaluates each target. A target with several measurements is met if all of them meet it. */
export function evaluateTargets(measurements: readonly Measurement[]): TargetResult[] {
  const atFull = messageSizes.map((messageBytes) => scenarioOf('gateway', messageBytes, 'full'));
  const steady = [scenarioOf('gateway', 250, 'steady')];
  const ratio = { measurements, pick: (each: Measurement) => each.messagesPerCore };
  return [
    atLeast(0.7, 'of the messages per core of bare ws, corked', { ...ratio, scenarios: atFull, than: 'bare corked' }),
    atLeast(5, 'times the messages per core of execution per subscriber', {
      ...ratio,
      scenarios: atFull,
      than: 'per subscriber',
    }),
    atMost(3, 'times the p99 latency of bare ws at 50 events per second', {
      measurements,
      scenarios: steady,
      than: 'bare',
      pick: (each) => each.p99Ms,
    }),
    idleHeap(measurements, atFull),
    upstreamResult(measurements),
  ];
}

export function formatResult({ target, met, actual }: TargetResult): string {
  const word = met === undefined ? 'not measured' : met ? 'met' : 'MISSED';
  return `${word.padEnd(12)}  ${target}: ${actual}`;
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

interface Comparison {
  readonly measurements: readonly Measurement[];
  readonly scenarios: readonly Scenario[];
  readonly than: ServerVariant;
  readonly pick: (each: Measurement) => number;
}

function atLeast(wanted: number, what: string, comparison: Comparison): TargetResult {
  const ratios = ratiosOf(comparison);
  return resultOf(`at least ${wanted} ${what}`, ratios, (ratio) => ratio >= wanted);
}

function atMost(wanted: number, what: string, comparison: Comparison): TargetResult {
  const ratios = ratiosOf(comparison);
  return resultOf(`at most ${wanted} ${what}`, ratios, (ratio) => ratio <= wanted);
}

function resultOf(target: string, ratios: readonly Ratio[], holds: (ratio: number) => boolean): TargetResult {
  const actual = ratios.map(({ value, bytes }) => `${value.toFixed(2)} (${bytes} B)`).join(', ');
  return { target, met: ratios.length > 0 ? ratios.every(({ value }) => holds(value)) : undefined, actual };
}

interface Ratio {
  readonly bytes: number;
  readonly value: number;
}

function ratiosOf({ measurements, scenarios, than, pick }: Comparison): Ratio[] {
  return scenarios.flatMap((scenario) => {
    const own = measurements.find((each) => nameOf(each.scenario) === nameOf(scenario));
    const other = baselineOf(measurements, scenario, than);
    return own && other ? [{ bytes: scenario.messageBytes, value: pick(own) / pick(other) }] : [];
  });
}

function idleHeap(measurements: readonly Measurement[], scenarios: readonly Scenario[]): TargetResult {
  const excess = scenarios.flatMap((scenario) => {
    const own = measurements.find((each) => nameOf(each.scenario) === nameOf(scenario));
    const bare = baselineOf(measurements, scenario, 'bare');
    return own && bare ? [(own.heapPerSubscriber - bare.heapPerSubscriber) / KB] : [];
  });
  return {
    target: 'at most 12 kB of heap per idle subscriber over a bare socket',
    met: excess.length > 0 ? excess.every((each) => each <= 12) : undefined,
    actual: excess.map((each) => `${each.toFixed(1)} kB`).join(', '),
  };
}

function scenarioOf(variant: ServerVariant, messageBytes: Scenario['messageBytes'], load: Scenario['load']): Scenario {
  return {
    variant,
    protocol: 'graphql-ws',
    operations: 'same',
    messageBytes,
    subscribers: TARGET_SUBSCRIBERS,
    load,
  };
}
