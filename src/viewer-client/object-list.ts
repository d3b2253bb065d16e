import { derivedValues, type FieldValues, type ObjectField } from '../kubernetes/object-field.ts';
import { comparePositions, inOrder, type OrderedItem, type Ordering, type Position } from '../kubernetes/ordering.ts';

/** Part of a list in order. `first` and `last` are limits, which may be infinite. */
export interface PageRange {
  /** The page starts after this position. */
  readonly after?: Position | undefined;
  /** The page ends before this position. */
  readonly before?: Position | undefined;
  readonly first: number;
  readonly last: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/**
 * A list of objects that is evaluated when a part of it is read, and only as far as that part needs. Read all parts in one turn
 * of the event loop: they are of the moment when they are read.
 */
export interface ObjectList<T> {
  /** All items, in no particular order. */
  readonly all: readonly T[];
  /** The fields of all items, in no particular order. */
  readonly values: Iterable<FieldValues<T>>;
  /** Number of items. */
  readonly count: number;
  /** Returns the number of items with each value of a field; values without items are left out. */
  countBy<V>(field: ObjectField<T, V>): ReadonlyMap<V, number>;
  page(range: PageRange): Page<T>;
}

/** A list of items that are in no index: it is sorted when a page is read. */
export class PlainList<T> implements ObjectList<T> {
  readonly #list: () => readonly T[];
  readonly #ordering: Ordering<T>;
  readonly #onSort: (count: number) => void;
  #all: readonly T[] | undefined;
  #ordered: readonly OrderedItem<T>[] | undefined;

  /**
   * @param list called once, when a part of the list is first read
   * @param onSort called with the number of items before they are sorted; may throw to refuse it
   */
  constructor(list: () => readonly T[], ordering: Ordering<T>, onSort: (count: number) => void) {
    this.#list = list;
    this.#ordering = ordering;
    this.#onSort = onSort;
  }

  get all(): readonly T[] {
    this.#all ??= this.#list();
    return this.#all;
  }

  get values(): Iterable<FieldValues<T>> {
    return this.all.map((item) => derivedValues(item));
  }

  get count(): number {
    return this.all.length;
  }

  countBy<V>(field: ObjectField<T, V>): ReadonlyMap<V, number> {
    const counts = new Map<V, number>();
    for (const item of this.all) increment(counts, field.of(item), 1);
    return counts;
  }

  page({ after, before, first, last }: PageRange): Page<T> {
    if (!this.#ordered) this.#onSort(this.all.length);
    const ordered = (this.#ordered ??= inOrder(this.all, this.#ordering));
    const compare = (position: Position, other: Position) => comparePositions(this.#ordering, position, other);
    let start = after ? ordered.findIndex(({ position }) => compare(position, after) > 0) : 0;
    if (start === -1) start = ordered.length;
    let end = before ? ordered.findIndex(({ position }) => compare(position, before) >= 0) : ordered.length;
    if (end === -1) end = ordered.length;
    end = Math.min(end, start + first);
    start = Math.max(start, end - last);
    return {
      items: ordered.slice(start, end).map(({ item }) => item),
      hasNextPage: end < ordered.length,
      hasPreviousPage: start > 0,
    };
  }
}

/** Adds to the count of a value. */
export function increment<V>(counts: Map<V, number>, value: V, count: number): void {
  counts.set(value, (counts.get(value) ?? 0) + count);
}
