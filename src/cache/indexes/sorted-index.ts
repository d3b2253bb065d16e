import { LRUCache } from 'lru-cache';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { namespaceField } from '../../kubernetes/object-field.ts';
import type { IndexedOrdering, Position } from '../../kubernetes/ordering.ts';
import type { IndexedSet } from './entry-set.ts';
import type { EntryChanges, IndexedObject, IndexEntry } from './index-entry.ts';
import { compareEntries, SortedRun, type SortedObjects } from './sorted-run.ts';

/** The objects of a store, or of one namespace, in order. */
export interface SortedStore<T> extends SortedObjects<T> {
  /** Returns the objects of a namespace in this order. */
  in(namespace: string): SortedObjects<T>;
  /**
   * Returns the objects of some namespaces in this order. They are merged when the set is first given, and kept: give the same set again.
   */
  among(namespaces: ReadonlySet<string>): SortedObjects<T>;
  /** Returns some of the objects in this order. */
  select(objects: IndexedSet<T>): SortedObjects<T>;
  /** Comparator of two objects. */
  compare(a: IndexedObject<T>, b: IndexedObject<T>): number;
}

/** If more than this part of the entries changes, they are merged at once instead of one by one. */
const MERGED_PART = 1 / 64;
/** Comparisons that take the time of numbering one entry. */
const COMPARISONS_PER_RANK = 1 / 4;
/** Sets of namespaces whose objects are kept in order. They have at most as many entries as the index, or this number. */
const MAX_SETS = 64;
const MIN_SET_ENTRIES = 1_000;

/**
 * The objects of a store, or of one namespace of it, in one total order. A position is found by binary search. A change
 * moves the entries after it, which takes microseconds for tens of thousands. Those of each namespace are in a list of their own, once
 * it has been read, so that a viewer of some namespaces reads no others; and so are those of a set of namespaces.
 *
 * Memory: at most 24 bytes for each entry, and 4 for its rank.
 */
export class SortedIndex<T extends KubernetesObject> implements SortedStore<T> {
  readonly #ordering: IndexedOrdering<T>;
  readonly #namespace: string | undefined;
  #run: SortedRun<T, IndexEntry<T>>;
  /** Undefined until the first namespace is read, and after many changes. */
  #byNamespace: Map<string, SortedRun<T, IndexEntry<T>>> | undefined;
  /** Entries of sets of namespaces. Undefined until the first set is read, and after many changes. */
  #bySet: LRUCache<ReadonlySet<string>, SortedRun<T, IndexEntry<T>>> | undefined;
  /** Index of each entry, by its position in the store. Undefined until enough comparisons were made, and after a change. */
  #ranks: Uint32Array | undefined;
  /** Comparisons since the last change that ranks would have saved. */
  #comparisons = 0;

  /**
   * @param entries in order
   * @param namespace the one that all entries are in. Undefined: the index has all entries of the store
   */
  constructor(entries: IndexEntry<T>[], ordering: IndexedOrdering<T>, namespace?: string) {
    this.#ordering = ordering;
    this.#namespace = namespace;
    this.#run = new SortedRun(entries, ordering);
  }

  get entries(): readonly IndexEntry<T>[] {
    return this.#run.entries;
  }

  apply({ removed, added }: EntryChanges<T>): void {
    const leaving = this.#own(removed);
    const joining = this.#own(added);
    if (leaving.length + joining.length === 0) return;
    this.#ranks = undefined;
    this.#comparisons = 0;
    if (leaving.length + joining.length > this.entries.length * MERGED_PART + 1) return this.#merge(removed, joining);
    for (const entry of leaving) {
      this.#run.remove(entry);
      for (const run of this.#setsWith(entry)) run.remove(entry);
      const own = this.#byNamespace?.get(entry.namespace);
      own?.remove(entry);
      if (own?.entries.length === 0) this.#byNamespace?.delete(entry.namespace);
    }
    for (const entry of joining) {
      this.#run.insert(entry);
      for (const run of this.#setsWith(entry)) run.insert(entry);
      if (this.#byNamespace) runIn(this.#byNamespace, entry.namespace, this.#ordering).insert(entry);
    }
  }

  after(position: Position): number {
    return this.#run.after(position);
  }

  notBefore(position: Position): number {
    return this.#run.notBefore(position);
  }

  in(namespace: string): SortedRun<T, IndexEntry<T>> {
    if (namespace === this.#namespace) return this.#run;
    this.#byNamespace ??= this.#divided();
    return this.#byNamespace.get(namespace) ?? new SortedRun([], this.#ordering);
  }

  among(namespaces: ReadonlySet<string>): SortedObjects<T> {
    this.#bySet ??= new LRUCache({
      max: MAX_SETS,
      maxSize: Math.max(this.entries.length, MIN_SET_ENTRIES),
      sizeCalculation: ({ entries }) => entries.length + 1,
    });
    let run = this.#bySet.get(namespaces);
    if (!run) {
      const entries = Array.from(namespaces, (namespace) => this.in(namespace).entries).flat();
      run = new SortedRun(
        entries.sort((a, b) => this.compare(a, b)),
        this.#ordering,
      );
      this.#bySet.set(namespaces, run);
    }
    return run;
  }

  select(objects: IndexedSet<T>): SortedObjects<T> {
    const entries = [...objects];
    this.#comparisons += entries.length * Math.log2(entries.length + 1);
    if (this.#comparisons > this.entries.length * COMPARISONS_PER_RANK) this.#ranks ??= ranksOf(this.entries);
    const ranks = this.#ranks;
    if (ranks) entries.sort((a, b) => (ranks[a.position] ?? 0) - (ranks[b.position] ?? 0));
    else entries.sort((a, b) => this.compare(a, b));
    return new SortedRun(entries, this.#ordering);
  }

  compare(a: IndexedObject<T>, b: IndexedObject<T>): number {
    return compareEntries(a, b, this.#ordering);
  }

  /** Returns the kept entries of the sets that have the namespace of an entry. */
  *#setsWith({ namespace }: IndexEntry<T>): Generator<SortedRun<T, IndexEntry<T>>> {
    for (const [namespaces, run] of this.#bySet?.entries() ?? []) if (namespaces.has(namespace)) yield run;
  }

  #own(entries: ReadonlySet<IndexEntry<T>>): readonly IndexEntry<T>[] {
    const all = [...entries];
    return this.#namespace === undefined ? all : all.filter(({ namespace }) => namespace === this.#namespace);
  }

  /** Finds the place of each joining entry by binary search: comparing all entries takes longer. */
  #merge(removed: ReadonlySet<IndexEntry<T>>, joining: readonly IndexEntry<T>[]): void {
    const staying = new SortedRun(
      this.entries.filter((entry) => !removed.has(entry)),
      this.#ordering,
    );
    const entries: IndexEntry<T>[] = [];
    let from = 0;
    for (const entry of joining.toSorted((a, b) => this.compare(a, b))) {
      const to = staying.placeOf(entry);
      for (const other of staying.entries.slice(from, to)) entries.push(other);
      entries.push(entry);
      from = to;
    }
    this.#byNamespace = undefined;
    this.#bySet = undefined;
    this.#run = new SortedRun(entries.concat(staying.entries.slice(from)), this.#ordering);
  }

  #divided(): Map<string, SortedRun<T, IndexEntry<T>>> {
    const runs = new Map<string, SortedRun<T, IndexEntry<T>>>();
    for (const entry of this.entries) runIn(runs, entry.namespace, this.#ordering).entries.push(entry);
    return runs;
  }
}

/** Returns the run of a namespace. Adds an empty one if there is none. */
function runIn<T extends KubernetesObject>(
  runs: Map<string, SortedRun<T, IndexEntry<T>>>,
  namespace: string,
  ordering: IndexedOrdering<T>,
): SortedRun<T, IndexEntry<T>> {
  let run = runs.get(namespace);
  if (!run) runs.set(namespace, (run = new SortedRun([], ordering)));
  return run;
}

/** Returns a text that is equal for equal orders only. */
export function orderKeyOf<T>({ fields, directions }: IndexedOrdering<T>): string {
  return fields.map(({ id }, index) => `${directions[index] === -1 ? '-' : '+'}${id}`).join('');
}

/** Returns whether the objects of each namespace are next to each other in an order. */
export function isByNamespace<T extends KubernetesObject>({ fields: [first] }: IndexedOrdering<T>): boolean {
  return first?.id === namespaceField.id;
}

/** Returns whether an ordering ends with the fields and directions of another one. */
export function endsWith<T>({ fields, directions }: IndexedOrdering<T>, end: IndexedOrdering<T>): boolean {
  const start = fields.length - end.fields.length;
  return end.fields.every(
    (field, index) => fields[start + index]?.id === field.id && directions[start + index] === end.directions[index],
  );
}

function ranksOf<T>(entries: readonly IndexedObject<T>[]): Uint32Array {
  const length = entries.reduce((most, { position }) => Math.max(most, position + 1), 0);
  const ranks = new Uint32Array(length);
  for (const [rank, { position }] of entries.entries()) ranks[position] = rank;
  return ranks;
}
