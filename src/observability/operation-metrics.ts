import { limitNames } from '../graphql/exceeded-limit.ts';
import { CLIENT_CLOSED_REQUEST, type OperationRecord } from '../graphql/operation-record.ts';
import { Histogram } from './histogram.ts';

/** Names that are counted on their own, besides those that are given. Further ones are counted as `other`. */
const MAX_ADDED_NAMES = 100;
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Counts of one operation name and type. */
interface OperationCounts {
  readonly operation: string;
  readonly type: string;
  /** Number of ended operations by code. */
  readonly byCode: Map<string, number>;
  readonly seconds: Histogram;
}

/**
 * Counters of ended requests and operations. Recording allocates nothing for a known operation. The names of operations are
 * bounded: those that are given, and the first ones of successful operations; clients cannot add codes, which are those of
 * `ErrorCode`, HTTP statuses and close codes of the gateway.
 */
export class OperationMetrics {
  readonly #known: Set<string>;
  readonly #maxNames: number;
  /** By type, then by name. */
  readonly #counts = new Map<string, Map<string, OperationCounts>>();
  /** Number of refused operations by limit. */
  readonly #limits = new Map<string, number>(limitNames.map((name) => [name, 0]));

  /** @param names names of operations that are counted on their own from the start */
  constructor(names: readonly string[]) {
    this.#known = new Set(names);
    this.#maxNames = this.#known.size + MAX_ADDED_NAMES;
  }

  record(record: OperationRecord): void {
    const { type = 'none', errors } = record;
    const counts = this.#countsOf(type, this.#nameOf(record));
    const code = codeOf(record);
    counts.byCode.set(code, (counts.byCode.get(code) ?? 0) + 1);
    if (type !== 'subscription') counts.seconds.observe((performance.now() - record.startedAt) / 1_000);
    for (const { extensions } of errors) this.#countLimit(extensions['limit']);
  }

  /** Returns the counts of all operations. */
  operations(): readonly OperationCounts[] {
    return [...this.#counts.values()].flatMap((byName) => [...byName.values()]);
  }

  limits(): ReadonlyMap<string, number> {
    return this.#limits;
  }

  #nameOf({ type, operationName, errors }: OperationRecord): string {
    if (type === undefined) return 'none';
    if (operationName === '') return 'anonymous';
    if (this.#known.has(operationName)) return operationName;
    if (errors.length > 0 || this.#known.size >= this.#maxNames) return 'other';
    this.#known.add(operationName);
    return operationName;
  }

  #countsOf(type: string, operation: string): OperationCounts {
    const byName = this.#counts.get(type) ?? new Map<string, OperationCounts>();
    const found = byName.get(operation);
    if (found) return found;
    const counts = { operation, type, byCode: new Map<string, number>(), seconds: new Histogram(DURATION_BUCKETS) };
    byName.set(operation, counts);
    this.#counts.set(type, byName);
    return counts;
  }

  #countLimit(limit: unknown): void {
    if (typeof limit !== 'object' || limit === null || !('name' in limit) || typeof limit.name !== 'string') return;
    this.#limits.set(limit.name, (this.#limits.get(limit.name) ?? 0) + 1);
  }
}

/** A client that has left is not counted as TIMEOUT, which has an alert. */
function codeOf({ codes: [code], status, closeCode }: OperationRecord): string {
  if (code !== undefined && status !== CLIENT_CLOSED_REQUEST) return code;
  if (closeCode !== undefined) return `CLOSE_${closeCode}`;
  return status !== undefined && status >= 400 ? `HTTP_${status}` : 'OK';
}
