import { nameOf, type Scenario, type ServerVariant } from './scenarios.ts';
import type { Measurement } from './measure.ts';

/** Combines the repeated measurements of a scenario to one, with the medians of the rates. */
export function medians(measurements: readonly Measurement[]): Measurement[] {
  const groups = Map.groupBy(measurements, ({ scenario }) => nameOf(scenario));
  return [...groups.values()].map((rounds) => {
    const medianOf = (pick: (each: Measurement) => number) => median(rounds.map(pick));
    const [first] = rounds;
    if (!first) throw new TypeError('Expected a group with at least one measurement.');
    return {
      scenario: first.scenario,
      bytesPerMessage: medianOf((each) => each.bytesPerMessage),
      messagesPerSecond: medianOf((each) => each.messagesPerSecond),
      messagesPerCore: medianOf((each) => each.messagesPerCore),
      cpuMsPerEvent: medianOf((each) => each.cpuMsPerEvent),
      p50Ms: medianOf((each) => each.p50Ms),
      p99Ms: medianOf((each) => each.p99Ms),
      heapPerSubscriber: medianOf((each) => each.heapPerSubscriber),
      clientBusy: medianOf((each) => each.clientBusy),
      watches: Math.max(...rounds.map((each) => each.watches)),
      requests: Math.max(...rounds.map((each) => each.requests)),
    };
  });
}

/** Returns the measurement of another server with the same load, over graphql-ws and with equal operations. */
export function baselineOf(
  all: readonly Measurement[],
  scenario: Scenario,
  variant: ServerVariant,
): Measurement | undefined {
  const wanted = nameOf({ ...scenario, variant, protocol: 'graphql-ws', operations: 'same' });
  return all.find((each) => nameOf(each.scenario) === wanted);
}

const columns = [
  ['server', 'protocol', 'operations', 'load'],
  ['bytes', 'subscribers', 'ms/event', 'msg/s', 'msg/s/core', '/ corked', 'p50 ms', 'p99 ms', 'heap', 'clients'],
] as const;

/** Returns one row per scenario, with right-aligned numbers. */
export function formatTable(measurements: readonly Measurement[]): string {
  const rows = [columns.flat(), ...measurements.map((each) => rowOf(each, measurements))];
  const widths = columns.flat().map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const texts = columns[0].length;
  return rows
    .map((row) =>
      row.map((text, column) => text[column < texts ? 'padEnd' : 'padStart'](widths[column] ?? 0)).join('  '),
    )
    .join('\n');
}

function rowOf(each: Measurement, all: readonly Measurement[]): string[] {
  const { scenario } = each;
  const corked = baselineOf(all, scenario, 'bare corked');
  return [
    scenario.variant,
    scenario.protocol,
    scenario.operations,
    scenario.load,
    each.bytesPerMessage.toFixed(0),
    String(scenario.subscribers),
    each.cpuMsPerEvent.toFixed(3),
    formatInteger(each.messagesPerSecond),
    formatInteger(each.messagesPerCore),
    corked ? (each.messagesPerCore / corked.messagesPerCore).toFixed(2) : '',
    each.p50Ms.toFixed(1),
    each.p99Ms.toFixed(1),
    scenario.subscribers > 1 ? formatInteger(each.heapPerSubscriber) : '',
    `${(each.clientBusy * 100).toFixed(0)} %`,
  ];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

function formatInteger(value: number): string {
  return Math.round(value).toLocaleString('en');
}
