import { frameSizes, nameOf, TARGET_SUBSCRIBERS, type Cell, type Subject } from './cells.ts';
import type { Measured } from './measure.ts';
import { counterpart } from './table.ts';

interface Verdict {
  readonly target: string;
  /** Undefined where what it compares was not measured. */
  readonly reached: boolean | undefined;
  readonly found: string;
}

/** Re-opening a watch, and asking for access again, come with time and not with subscribers. */
const REQUESTS_THAT_TIME_BRINGS = 6;
const KB = 1_000;

/** What has become of each target: the worst of its measurements counts. */
export function verdictsOf(measured: readonly Measured[]): Verdict[] {
  const atFull = frameSizes.map((frameBytes) => cellOf('gateway', frameBytes, 'full'));
  const steady = [cellOf('gateway', 250, 'steady')];
  const ratio = { measured, pick: (each: Measured) => each.framesPerCore };
  return [
    atLeast(0.7, 'of the messages per core of bare ws, corked', { ...ratio, cells: atFull, than: 'bare corked' }),
    atLeast(5, 'times the messages per core of execution per subscriber', {
      ...ratio,
      cells: atFull,
      than: 'per subscriber',
    }),
    atMost(3, 'times the p99 latency of bare ws at 50 events per second', {
      measured,
      cells: steady,
      than: 'bare',
      pick: (each) => each.p99Ms,
    }),
    idleHeap(measured, atFull),
    upstream(measured),
  ];
}

export function describeVerdict({ target, reached, found }: Verdict): string {
  const word = reached === undefined ? 'not measured' : reached ? 'reached' : 'MISSED';
  return `${word.padEnd(12)}  ${target}: ${found}`;
}

/** The gateway may ask the API server for something now and then, but not once per subscriber. */
export function upstream(measured: readonly Measured[]): Verdict {
  const gateway = measured.filter(({ cell }) => cell.subject === 'gateway');
  const watches = new Set(gateway.map((each) => each.watches));
  const most = Math.max(0, ...gateway.map(({ requests }) => requests));
  const counts = gateway.map(({ cell }) => cell.subscribers);
  return {
    target: 'upstream watches and requests independent of the number of subscribers',
    reached: gateway.length > 0 ? watches.size === 1 && most <= REQUESTS_THAT_TIME_BRINGS : undefined,
    found: `${[...watches].join(' or ')} watches, at most ${most} requests in a measurement of ${Math.min(...counts)} to ${Math.max(...counts)} subscribers`,
  };
}

interface Comparison {
  readonly measured: readonly Measured[];
  readonly cells: readonly Cell[];
  readonly than: Subject;
  readonly pick: (each: Measured) => number;
}

function atLeast(wanted: number, what: string, comparison: Comparison): Verdict {
  const ratios = ratiosOf(comparison);
  return verdictOf(`at least ${wanted} ${what}`, ratios, (ratio) => ratio >= wanted);
}

function atMost(wanted: number, what: string, comparison: Comparison): Verdict {
  const ratios = ratiosOf(comparison);
  return verdictOf(`at most ${wanted} ${what}`, ratios, (ratio) => ratio <= wanted);
}

function verdictOf(target: string, ratios: readonly Ratio[], holds: (ratio: number) => boolean): Verdict {
  const found = ratios.map(({ value, bytes }) => `${value.toFixed(2)} (${bytes} B)`).join(', ');
  return { target, reached: ratios.length > 0 ? ratios.every(({ value }) => holds(value)) : undefined, found };
}

interface Ratio {
  readonly bytes: number;
  readonly value: number;
}

function ratiosOf({ measured, cells, than, pick }: Comparison): Ratio[] {
  return cells.flatMap((cell) => {
    const own = measured.find((each) => nameOf(each.cell) === nameOf(cell));
    const other = counterpart(measured, cell, than);
    return own && other ? [{ bytes: cell.frameBytes, value: pick(own) / pick(other) }] : [];
  });
}

function idleHeap(measured: readonly Measured[], cells: readonly Cell[]): Verdict {
  const excess = cells.flatMap((cell) => {
    const own = measured.find((each) => nameOf(each.cell) === nameOf(cell));
    const bare = counterpart(measured, cell, 'bare');
    return own && bare ? [(own.heapPerSubscriber - bare.heapPerSubscriber) / KB] : [];
  });
  return {
    target: 'at most 12 kB of heap per idle subscriber over a bare socket',
    reached: excess.length > 0 ? excess.every((each) => each <= 12) : undefined,
    found: excess.map((each) => `${each.toFixed(1)} kB`).join(', '),
  };
}

function cellOf(subject: Subject, frameBytes: Cell['frameBytes'], load: Cell['load']): Cell {
  return {
    subject,
    transport: 'graphql-ws',
    operations: 'same',
    frameBytes,
    subscribers: TARGET_SUBSCRIBERS,
    load,
  };
}
