import { nameOf, type Cell, type Subject } from './cells.ts';
import type { Measured } from './measure.ts';

/** The measurements of one cell, however often it was measured: the medians. */
export function summarise(measured: readonly Measured[]): Measured[] {
  const groups = Map.groupBy(measured, ({ cell }) => nameOf(cell));
  return [...groups.values()].map((rounds) => {
    const middle = (pick: (each: Measured) => number) => median(rounds.map(pick));
    const [first] = rounds;
    if (!first) throw new TypeError('A group has no members.');
    return {
      cell: first.cell,
      bytesPerFrame: middle((each) => each.bytesPerFrame),
      framesPerSecond: middle((each) => each.framesPerSecond),
      framesPerCore: middle((each) => each.framesPerCore),
      p50Ms: middle((each) => each.p50Ms),
      p99Ms: middle((each) => each.p99Ms),
      heapPerSubscriber: middle((each) => each.heapPerSubscriber),
      clientBusy: middle((each) => each.clientBusy),
      watches: Math.max(...rounds.map((each) => each.watches)),
      requests: Math.max(...rounds.map((each) => each.requests)),
    };
  });
}

/** The measurement of another server under the same circumstances. */
export function counterpart(all: readonly Measured[], cell: Cell, subject: Subject): Measured | undefined {
  const wanted = nameOf({ ...cell, subject, transport: 'graphql-ws', operations: 'same' });
  return all.find((each) => nameOf(each.cell) === wanted);
}

const columns = [
  ['server', 'transport', 'operations', 'load'],
  ['bytes', 'readers', 'msg/s', 'msg/s/core', '/ corked', 'p50 ms', 'p99 ms', 'heap', 'clients', 'watches', 'requests'],
] as const;

/** One row per cell; numbers to the right. */
export function tableOf(measured: readonly Measured[]): string {
  const rows = [columns.flat(), ...measured.map((each) => rowOf(each, measured))];
  const widths = columns.flat().map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const texts = columns[0].length;
  return rows
    .map((row) =>
      row.map((text, column) => text[column < texts ? 'padEnd' : 'padStart'](widths[column] ?? 0)).join('  '),
    )
    .join('\n');
}

function rowOf(each: Measured, all: readonly Measured[]): string[] {
  const { cell } = each;
  const corked = counterpart(all, cell, 'bare corked');
  return [
    cell.subject,
    cell.transport,
    cell.operations,
    cell.load,
    each.bytesPerFrame.toFixed(0),
    String(cell.subscribers),
    whole(each.framesPerSecond),
    whole(each.framesPerCore),
    corked ? (each.framesPerCore / corked.framesPerCore).toFixed(2) : '',
    each.p50Ms.toFixed(1),
    each.p99Ms.toFixed(1),
    cell.subscribers > 1 ? whole(each.heapPerSubscriber) : '',
    `${(each.clientBusy * 100).toFixed(0)} %`,
    String(each.watches),
    String(each.requests),
  ];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}
