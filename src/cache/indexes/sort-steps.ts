import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { ObjectField } from '../../kubernetes/object-field.ts';
import { compareSortKeys, type IndexedOrdering, type SortKey } from '../../kubernetes/ordering.ts';
import type { IndexEntry } from './index-entry.ts';

/** Entries that are sorted, or merged, in one step: some milliseconds. */
const STEP = 4_096;

/** An entry with the value of the field that it is sorted by. */
interface KeyedEntry<T extends KubernetesObject> {
  readonly entry: IndexEntry<T>;
  readonly key: SortKey;
}

/**
 * Sorts entries in steps, between which other work may run. Returns them in order. They are sorted by one field after the other, from the
 * last one, which is faster than comparing all fields.
 * @param sortedBy an order that the entries are in already, and which ends the ordering
 */
export function* sortInSteps<T extends KubernetesObject>(
  entries: readonly IndexEntry<T>[],
  { fields, directions }: IndexedOrdering<T>,
  sortedBy?: IndexedOrdering<T>,
): Generator<void, IndexEntry<T>[]> {
  let result = [...entries];
  for (let index = fields.length - (sortedBy?.fields.length ?? 0) - 1; index >= 0; index -= 1) {
    const field = fields[index];
    if (field) result = yield* sortByField(result, field, directions[index] ?? 1);
  }
  return result;
}

/** Sorts parts of the entries first, then merges pairs of sorted parts. Entries with the same value stay in their order. */
function* sortByField<T extends KubernetesObject>(
  entries: readonly IndexEntry<T>[],
  field: ObjectField<T, SortKey>,
  direction: 1 | -1,
): Generator<void, IndexEntry<T>[]> {
  const compare = (a: KeyedEntry<T>, b: KeyedEntry<T>) => compareSortKeys(a.key, b.key, direction);
  let runs: KeyedEntry<T>[][] = [];
  for (let from = 0; from < entries.length; from += STEP) {
    const part = entries.slice(from, from + STEP);
    runs.push(part.map((entry) => ({ entry, key: entry.read(field) })).sort(compare));
    yield;
  }
  while (runs.length > 1) {
    const merged: KeyedEntry<T>[][] = [];
    for (let index = 0; index < runs.length; index += 2)
      merged.push(yield* mergeInSteps(runs[index] ?? [], runs[index + 1] ?? [], compare));
    runs = merged;
  }
  return (runs[0] ?? []).map(({ entry }) => entry);
}

/** Of two equal items, that of the first run comes first. */
function* mergeInSteps<E>(a: E[], b: E[], compare: (a: E, b: E) => number): Generator<void, E[]> {
  const merged: E[] = [];
  let [fromA, fromB] = [0, 0];
  for (;;) {
    const [nextA, nextB] = [a[fromA], b[fromB]];
    if (nextA === undefined || nextB === undefined) break;
    if (compare(nextA, nextB) <= 0) {
      merged.push(nextA);
      fromA += 1;
    } else {
      merged.push(nextB);
      fromB += 1;
    }
    if (merged.length % STEP === 0) yield;
  }
  return merged.concat(a.slice(fromA), b.slice(fromB));
}
