import { compareSortKeys, type IndexedOrdering, type Position } from '../../kubernetes/ordering.ts';
import type { IndexedObject } from './index-entry.ts';

/** Objects in order. Read them in one turn of the event loop: they follow later changes. */
export interface SortedObjects<T> {
  readonly entries: readonly IndexedObject<T>[];
  /** Returns the index of the first entry after a position. A shorter position is compared with its own elements only. */
  after(position: Position): number;
  /** Returns the index of the first entry that is not before a position. */
  notBefore(position: Position): number;
}

/** Entries in an order, which are found by binary search. */
export class SortedRun<T, E extends IndexedObject<T>> implements SortedObjects<T> {
  readonly entries: E[];
  readonly #ordering: IndexedOrdering<T>;

  /** @param entries in order */
  constructor(entries: E[], ordering: IndexedOrdering<T>) {
    this.entries = entries;
    this.#ordering = ordering;
  }

  after(position: Position): number {
    return this.#search((entry) => this.#compareTo(entry, position) <= 0);
  }

  notBefore(position: Position): number {
    return this.#search((entry) => this.#compareTo(entry, position) < 0);
  }

  insert(entry: E): void {
    this.entries.splice(this.placeOf(entry), 0, entry);
  }

  remove(entry: E): void {
    const index = this.placeOf(entry);
    if (this.entries[index] !== entry)
      throw new TypeError(
        `Expected a total order of objects, got ${this.#ordering.name}: an object is not at its position.`,
      );
    this.entries.splice(index, 1);
  }

  /** Returns the index of the first entry that is not before another one. */
  placeOf(entry: E): number {
    return this.#search((other) => compareEntries(other, entry, this.#ordering) < 0);
  }

  /** Returns the number of entries before the first one that does not meet a condition. */
  #search(isBefore: (entry: E) => boolean): number {
    let from = 0;
    let to = this.entries.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const entry = this.entries[middle];
      if (entry && isBefore(entry)) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  #compareTo(entry: E, position: Position): number {
    const { fields, directions } = this.#ordering;
    for (const [index, key] of position.entries()) {
      const field = fields[index];
      const order = field ? compareSortKeys(entry.read(field), key, directions[index] ?? 1) : 0;
      if (order !== 0) return order;
    }
    return 0;
  }
}

/** Comparator of entries in an ordering. */
export function compareEntries<T>(
  a: IndexedObject<T>,
  b: IndexedObject<T>,
  { fields, directions }: IndexedOrdering<T>,
): number {
  for (let index = 0; index < fields.length; index += 1) {
    const field = fields[index];
    const order = field ? compareSortKeys(a.read(field), b.read(field), directions[index] ?? 1) : 0;
    if (order !== 0) return order;
  }
  return 0;
}
