import type { StoreIndexes } from '../cache/entry-indexes.ts';
import type { IndexedObject } from '../cache/index-entry.ts';
import type { IndexedOrdering, Range, SortedObjects } from '../cache/sorted-index.ts';
import type { FieldCondition, ObjectField } from '../kubernetes/object-field.ts';
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

export interface IndexedListOptions<T> {
  readonly indexes: StoreIndexes<T>;
  readonly ordering: IndexedOrdering<T>;
  /** Namespaces of the list. Undefined: all. */
  readonly namespaces: string | ReadonlySet<string> | undefined;
  readonly conditions: readonly FieldCondition<T>[];
  /** Returns the number of objects in all namespaces or in one. */
  readonly countIn: (namespace?: string) => number;
  /** Called with a number of objects that are read, or will be. May throw to refuse it. */
  readonly onRead: (count: number) => void;
  /** Called with the number of objects before an index of them is built. May throw to refuse it. */
  readonly onSort: (count: number) => void;
}

/** If a search has at most this part of all objects, they are sorted for a page. */
const SORTED_PART = 1 / 32;

/** Entries of a page, and the range of the index that they are from. */
interface Walk<T> {
  readonly entries: readonly IndexedObject<T>[];
  readonly range: Range;
}

/**
 * A list of objects that a store has indexes of. Without conditions, a page and the counts take the same time whatever the
 * number of objects. With conditions, objects are examined in order until the page is full.
 */
export class IndexedList<T> implements ObjectList<T> {
  readonly #options: IndexedListOptions<T>;
  /** The one namespace of the list. */
  readonly #namespace: string | undefined;
  readonly #visible: ReadonlySet<string> | undefined;
  #matching: readonly IndexedObject<T>[] | undefined;
  #plain: PlainList<T> | undefined;

  constructor(options: IndexedListOptions<T>) {
    this.#options = options;
    const { namespaces } = options;
    if (typeof namespaces === 'string') this.#namespace = namespaces;
    else this.#visible = namespaces;
  }

  get all(): readonly T[] {
    return this.#matches().map(({ object }) => object);
  }

  get count(): number {
    return this.#options.conditions.length === 0 ? this.#countAll() : this.#matches().length;
  }

  countBy<V>(field: ObjectField<T, V>): ReadonlyMap<V, number> {
    const { conditions, indexes } = this.#options;
    const counts = new Map<V, number>();
    if (conditions.length > 0) {
      for (const entry of this.#matches()) increment(counts, entry.read(field), 1);
      return counts;
    }
    const counted = indexes.counts(field, this.#options);
    if (this.#namespace !== undefined) return counted.in(this.#namespace);
    if (!this.#visible) return counted.all;
    for (const namespace of this.#visible)
      for (const [value, count] of counted.in(namespace)) increment(counts, value, count);
    return counts;
  }

  page(range: PageRange): Page<T> {
    const found = this.#found();
    if (!found) return this.#indexedPage(range);
    const { ordering, onSort } = this.#options;
    this.#plain ??= new PlainList(() => found.map(({ object }) => object), ordering, onSort);
    return this.#plain.page(range);
  }

  /** Returns the matches, in no particular order, if a search has few of them: these are sorted faster than all are examined. */
  #found(): readonly IndexedObject<T>[] | undefined {
    const { conditions, countIn } = this.#options;
    if (this.#namespace !== undefined || !conditions.some(({ contains }) => contains)) return undefined;
    const matches = this.#matches();
    return matches.length <= countIn() * SORTED_PART ? matches : undefined;
  }

  #indexedPage(range: PageRange): Page<T> {
    const { indexes, ordering, conditions, onRead } = this.#options;
    const sorted = indexes.sorted(ordering, this.#namespace, this.#options);
    const all = this.#rangeOf(sorted);
    const within = (index: number) => Math.min(Math.max(index, all.from), all.to);
    const from = range.after ? within(sorted.after(range.after)) : all.from;
    const to = range.before ? within(sorted.notBefore(range.before)) : all.to;
    const isWhole = conditions.length === 0 && !this.#visible;
    const walk = isWhole ? slice(sorted, { from, to }, range) : this.#walk(sorted, { from, to }, range);
    if (isWhole) onRead(walk.entries.length);
    else if (walk.range.from === all.from && walk.range.to === all.to) this.#matching = walk.entries;
    const has = (rest: Range) => (isWhole ? rest.from < rest.to : this.#hasMatch(sorted, rest));
    return {
      items: walk.entries.map(({ object }) => object),
      get hasNextPage() {
        return has({ from: walk.range.to, to: all.to });
      },
      get hasPreviousPage() {
        return has({ from: all.from, to: walk.range.from });
      },
    };
  }

  #rangeOf(sorted: SortedObjects<T>): Range {
    const range = this.#namespace === undefined ? undefined : sorted.rangeOf(this.#namespace);
    return range ?? { from: 0, to: sorted.entries.length };
  }

  /** Examines the entries of a range from its start, or from its end if there is a `last`, until the page is full. */
  #walk({ entries }: SortedObjects<T>, { from, to }: Range, { first, last }: PageRange): Walk<T> {
    const found: IndexedObject<T>[] = [];
    const accepts = this.#predicate();
    const isBackward = last !== Infinity;
    const limit = Math.min(first, last);
    const step = isBackward ? -1 : 1;
    let index = isBackward ? to - 1 : from;
    for (; index >= from && index < to && found.length < limit; index += step) {
      const entry = entries[index];
      if (entry && accepts(entry)) found.push(entry);
    }
    this.#options.onRead(Math.abs(index - (isBackward ? to - 1 : from)));
    const isFull = found.length === limit;
    if (isBackward) return { entries: found.toReversed(), range: { from: isFull ? index + 1 : from, to } };
    return { entries: found, range: { from, to: isFull ? index : to } };
  }

  #hasMatch({ entries }: SortedObjects<T>, { from, to }: Range): boolean {
    const accepts = this.#predicate();
    let index = from;
    for (; index < to; index += 1) {
      const entry = entries[index];
      if (entry && accepts(entry)) break;
    }
    this.#options.onRead(Math.max(index - from, 0));
    return index < to;
  }

  #predicate(): (entry: IndexedObject<T>) => boolean {
    const visible = this.#visible;
    const { conditions } = this.#options;
    const [only, ...others] = conditions;
    if (only && others.length === 0 && !visible) return only; // the most frequent case
    return (entry) => (!visible || visible.has(entry.namespace)) && conditions.every((isMet) => isMet(entry));
  }

  #countAll(): number {
    const { countIn } = this.#options;
    if (!this.#visible) return countIn(this.#namespace);
    let count = 0;
    for (const namespace of this.#visible) count += countIn(namespace);
    return count;
  }

  /** All entries that match, in no particular order. */
  #matches(): readonly IndexedObject<T>[] {
    if (this.#matching) return this.#matching;
    this.#options.onRead(this.#countAll());
    const accepts = this.#predicate();
    const matching: IndexedObject<T>[] = [];
    for (const entries of this.#candidates()) for (const entry of entries) if (accepts(entry)) matching.push(entry);
    return (this.#matching = matching);
  }

  /** Returns entries among which are all that match, in no particular order. */
  #candidates(): readonly Iterable<IndexedObject<T>>[] {
    const { indexes, conditions } = this.#options;
    if (this.#namespace !== undefined) return [indexes.entries(this.#namespace)];
    const contains = conditions.find((condition) => condition.contains)?.contains;
    if (contains) return [indexes.texts(contains.field, this.#options).candidates(contains.text)];
    return this.#visible ? [...this.#visible].map((namespace) => indexes.entries(namespace)) : [indexes.entries()];
  }
}

function slice<T>({ entries }: SortedObjects<T>, range: Range, { first, last }: PageRange): Walk<T> {
  const to = Math.min(range.to, range.from + first);
  const from = Math.max(range.from, to - last);
  return { entries: entries.slice(from, to), range: { from, to } };
}

function increment<V>(counts: Map<V, number>, value: V, count: number): void {
  counts.set(value, (counts.get(value) ?? 0) + count);
}
