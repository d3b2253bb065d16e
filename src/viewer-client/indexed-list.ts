import type { IndexedSet } from '../cache/indexes/entry-set.ts';
import type { IndexedObject } from '../cache/indexes/index-entry.ts';
import type { SortedStore } from '../cache/indexes/sorted-index.ts';
import type { SortedObjects } from '../cache/indexes/sorted-run.ts';
import type { BuildCharges, FoundObjects, StoreIndexes } from '../cache/indexes/store-indexes.ts';
import type { FieldValues, ObjectField } from '../kubernetes/object-field.ts';
import { weightOf, type FieldCondition } from '../kubernetes/object-filter.ts';
import type { IndexedOrdering } from '../kubernetes/ordering.ts';
import { mergePage, type Range } from './merged-page.ts';
import { increment, type ObjectList, type Page, type PageRange } from './object-list.ts';

export interface IndexedListOptions<T> {
  readonly indexes: StoreIndexes<T>;
  readonly ordering: IndexedOrdering<T>;
  /** Namespaces of the list. Undefined: all. */
  readonly namespaces: string | ReadonlySet<string> | undefined;
  readonly conditions: readonly FieldCondition<T>[];
  /** Returns the number of objects in all namespaces or in one. */
  readonly countIn: (namespace?: string) => number;
  /** Called with a number of objects that are read, or will be; those that a filter examines count by its weight. May throw to refuse it. */
  readonly onRead: (count: number) => void;
  readonly builds: BuildCharges;
  /**
   * Whether there may be objects that the viewer must not know of. Then `onRead` gets the objects of pages and, once, all objects
   * that a filter may examine: the number of examined ones would disclose how many others there are.
   */
  readonly isPartial: boolean;
}

/** If at most this part of all objects is in a list, or {@link FEW}, they are sorted for a page instead of finding them in order. */
const SORTED_PART = 1 / 32;
const FEW = 500;

/** Returns whether a part of all objects is so small that reading it is faster than reading an index of all. */
export function isSmallPart(part: number, all: number): boolean {
  return part <= Math.max(FEW, all * SORTED_PART);
}

/** Comparisons of a merge, at most: some ten microseconds. */
const MAX_COMPARISONS = 512;
/** Objects of other namespaces that a merge must save for each comparison. */
const SAVED_PER_COMPARISON = 16;

/** Entries of a page, and the range of the index that they are from. */
interface Walk<T> {
  readonly entries: readonly IndexedObject<T>[];
  readonly range: Range;
}

/**
 * A list of objects that a store has indexes of. Without conditions, a page and the counts take the same time whatever the
 * number of objects. With conditions that an index of terms covers, or in a few namespaces, the time depends on the number of
 * objects which are found. With others, objects are examined in order until the page is full.
 */
export class IndexedList<T> implements ObjectList<T> {
  readonly #options: IndexedListOptions<T>;
  /** The one namespace of the list. */
  readonly #namespace: string | undefined;
  readonly #visible: ReadonlySet<string> | undefined;
  #size: number | undefined;
  #candidates: FoundObjects<T> | undefined;
  #matching: IndexedSet<T> | undefined;
  #few: SortedObjects<T> | undefined;
  #isCharged = false;
  readonly #weight: number;

  constructor(options: IndexedListOptions<T>) {
    this.#options = options;
    const { namespaces, conditions } = options;
    this.#weight = weightOf(conditions);
    if (typeof namespaces === 'string') this.#namespace = namespaces;
    else this.#visible = namespaces;
  }

  get all(): readonly T[] {
    return [...this.#matches()].map(({ object }) => object);
  }

  get values(): Iterable<FieldValues<T>> {
    return this.#matches();
  }

  get count(): number {
    return this.#options.conditions.length === 0 ? this.#countAll() : this.#matches().size;
  }

  countBy<V>(field: ObjectField<T, V>): ReadonlyMap<V, number> {
    const { conditions, indexes, builds } = this.#options;
    const counts = new Map<V, number>();
    if (conditions.length > 0) {
      for (const entry of this.#matches()) increment(counts, entry.read(field), 1);
      return counts;
    }
    const counted = indexes.counts(field, builds);
    if (this.#namespace !== undefined) return counted.in(this.#namespace);
    if (!this.#visible) return counted.all;
    for (const namespace of this.#visible)
      for (const [value, count] of counted.in(namespace)) increment(counts, value, count);
    return counts;
  }

  page(range: PageRange): Page<T> {
    const { indexes, ordering, conditions, builds } = this.#options;
    const sorted = indexes.sorted(ordering, this.#namespace, builds);
    if (conditions.length === 0) {
      if (!this.#visible) return this.#wholePage(this.#inNamespace(sorted), range);
      if (this.#areFew()) return this.#wholePage(sorted.among(this.#visible), range);
      if (this.#areMerged(this.#visible, range)) return this.#mergedPage(sorted, this.#visible, range);
    } else if (this.#areFew()) {
      return this.#wholePage((this.#few ??= sorted.select(this.#matches())), range);
    }
    return this.#examinedPage(this.#inNamespace(sorted), range);
  }

  #inNamespace(sorted: SortedStore<T>): SortedObjects<T> {
    return this.#namespace === undefined ? sorted : sorted.in(this.#namespace);
  }

  /** Returns a page of objects that are all in the list. */
  #wholePage(sorted: SortedObjects<T>, range: PageRange): Page<T> {
    const { entries, range: paged } = slice(sorted, partOf(sorted, range), range);
    this.#options.onRead(entries.length);
    return {
      items: entries.map(({ object }) => object),
      hasNextPage: paged.to < sorted.entries.length,
      hasPreviousPage: paged.from > 0,
    };
  }

  /** Returns whether merging the objects of some namespaces takes little time, and saves passing over many of others. */
  #areMerged(namespaces: ReadonlySet<string>, { first, last }: PageRange): boolean {
    const all = this.#countAll();
    const comparisons = namespaces.size + Math.min(first, last, all) * Math.log2(namespaces.size + 1);
    const saved = this.#options.countIn() - all;
    return comparisons <= MAX_COMPARISONS && comparisons * SAVED_PER_COMPARISON <= saved;
  }

  /** Returns a page of all objects of some namespaces. */
  #mergedPage(sorted: SortedStore<T>, namespaces: ReadonlySet<string>, range: PageRange): Page<T> {
    const lists = Array.from(namespaces, (namespace) => sorted.in(namespace));
    const { entries, parts } = mergePage(
      lists.map((list) => ({ list, part: partOf(list, range) })),
      {
        compare: (a, b) => sorted.compare(a, b),
        limit: Math.min(range.first, range.last),
        isBackward: range.last !== Infinity,
      },
    );
    this.#options.onRead(entries.length);
    return {
      items: entries.map(({ object }) => object),
      hasNextPage: parts.some(({ to }, index) => to < (lists[index]?.entries.length ?? 0)),
      hasPreviousPage: parts.some(({ from }) => from > 0),
    };
  }

  /** Returns a page of objects that are in the list if they are accepted. */
  #examinedPage(sorted: SortedObjects<T>, range: PageRange): Page<T> {
    const end = sorted.entries.length;
    const walk = this.#walk(sorted, partOf(sorted, range), range);
    if (walk.range.from === 0 && walk.range.to === end) this.#matching ??= this.#options.indexes.setOf(walk.entries);
    const has = (rest: Range) => this.#hasMatch(sorted, rest);
    return {
      items: walk.entries.map(({ object }) => object),
      get hasNextPage() {
        return has({ from: walk.range.to, to: end });
      },
      get hasPreviousPage() {
        return has({ from: 0, to: walk.range.from });
      },
    };
  }

  /** Returns whether the list has so few objects that sorting them is faster than examining all. */
  #areFew(): boolean {
    const found = this.#matching?.size ?? this.#found()?.candidates;
    if (found === undefined && !this.#visible) return false;
    return isSmallPart(Math.min(found ?? Infinity, this.#countAll()), this.#options.countIn());
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
    this.#examined(Math.abs(index - (isBackward ? to - 1 : from)), found.length);
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
    this.#examined(Math.max(index - from, 0), 0);
    return index < to;
  }

  /** Charges for entries of an index, of which some are on the page. */
  #examined(count: number, paged: number): void {
    const { conditions, isPartial, onRead } = this.#options;
    if (isPartial && conditions.length > 0) this.#chargeAll();
    onRead(isPartial ? paged : count * this.#weight);
  }

  /** Charges, once, for all objects that the list may examine. */
  #chargeAll(): void {
    if (this.#isCharged) return;
    this.#isCharged = true;
    this.#options.onRead(this.#countAll() * this.#weight);
  }

  #predicate(): (entry: IndexedObject<T>) => boolean {
    const matching = this.#matching;
    if (matching) return (entry) => matching.has(entry);
    const visible = this.#visible;
    const namespace = this.#namespace;
    const { conditions } = this.#options;
    const [only, ...others] = conditions;
    if (only && others.length === 0 && !visible && namespace === undefined) return only; // the most frequent case
    return (entry) =>
      (namespace === undefined || entry.namespace === namespace) &&
      (!visible || visible.has(entry.namespace)) &&
      conditions.every((isMet) => isMet(entry));
  }

  /** Returns the number of objects in the namespaces of the list. */
  #countAll(): number {
    const { countIn } = this.#options;
    if (!this.#visible) return countIn(this.#namespace);
    if (this.#size !== undefined) return this.#size;
    let size = 0;
    for (const namespace of this.#visible) size += countIn(namespace);
    return (this.#size = size);
  }

  /** All entries that match, in no particular order. */
  #matches(): IndexedSet<T> {
    return (this.#matching ??= this.#findMatching());
  }

  #findMatching(): IndexedSet<T> {
    const { conditions, indexes, isPartial, onRead } = this.#options;
    const found = this.#found();
    const inNamespaces = this.#countAll();
    if (isPartial) this.#chargeAll();
    if (found && found.candidates < inNamespaces) {
      if (!isPartial) onRead(found.candidates * this.#weight);
      const isWhole = this.#namespace === undefined && !this.#visible && conditions.every(({ query }) => query);
      return found.where(this.#predicate(), isWhole);
    }
    if (!isPartial) onRead(inNamespaces * this.#weight);
    return indexes.where(this.#visible ?? [this.#namespace], this.#predicate());
  }

  /** Returns the objects that indexes of terms find. Undefined if no condition has terms. */
  #found(): FoundObjects<T> | undefined {
    const { conditions, indexes, builds } = this.#options;
    const queries = conditions.flatMap(({ query }) => query ?? []);
    if (queries.length === 0) return undefined;
    return (this.#candidates ??= indexes.find(queries, builds));
  }
}

/** Returns the part of a list that a page may be from. */
function partOf<T>(sorted: SortedObjects<T>, { after, before }: PageRange): Range {
  return {
    from: after ? sorted.after(after) : 0,
    to: before ? sorted.notBefore(before) : sorted.entries.length,
  };
}

function slice<T>({ entries }: SortedObjects<T>, range: Range, { first, last }: PageRange): Walk<T> {
  const to = Math.min(range.to, range.from + first);
  const from = Math.max(range.from, to - last);
  return { entries: entries.slice(from, to), range: { from, to } };
}
