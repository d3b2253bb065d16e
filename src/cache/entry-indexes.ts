import { LRUCache } from 'lru-cache';
import type { ObjectField } from '../kubernetes/object-field.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { FieldCounts, type ValueCounts } from './field-counts.ts';
import { FieldSlots, IndexEntry, type EntryChanges, type IndexedObject } from './index-entry.ts';
import { TextIndex, type TextSearch } from './text-index.ts';
import { isByNamespace, SortedIndex, type IndexedOrdering, type SortedObjects } from './sorted-index.ts';

/** Called before an index is built, with the number of objects to read or to sort. May throw to refuse it. */
export interface BuildCharges {
  readonly onRead: (count: number) => void;
  readonly onSort: (count: number) => void;
}

interface Index<T extends KubernetesObject> {
  apply(changes: EntryChanges<T>): void;
}

/** An index, and the number of changes that it has. */
interface Kept<I> {
  readonly index: I;
  appliedChanges: number;
}

/** Indexes by the ordering or the field that they are of. The least recently used are discarded. */
type KeptIndexes<K extends {}, I> = LRUCache<K, Kept<I>>;

interface EntryChange<T extends KubernetesObject> {
  readonly removed: IndexEntry<T> | undefined;
  readonly added: IndexEntry<T> | undefined;
}

interface ListedObjects<T> {
  readonly size: number;
  list(namespace?: string): Iterable<T>;
}

/** Entries of all sorted indexes of one store. An entry takes 8 bytes. */
const MAX_SORTED_ENTRIES = 2_000_000;
/** Added to the entries of an index, so that the number of empty indexes is bounded too. */
const INDEX_ENTRIES = 64;
/** Fields that are counted; the schema has fewer. */
const MAX_COUNTED_FIELDS = 16;
/** Fields whose texts are searched; the schema has one of each kind. */
const MAX_SEARCHED_FIELDS = 2;
/** Changes that are kept for indexes which were not read since; as many as there are objects, if these are more. */
const MIN_PENDING_CHANGES = 1_000;

/** Indexes of one store. */
export interface StoreIndexes<T> {
  /**
   * Returns the objects in an order. If a namespace is given, it may have the objects of that namespace only: `rangeOf`
   * finds them in either case.
   */
  sorted(ordering: IndexedOrdering<T>, namespace: string | undefined, charges: BuildCharges): SortedObjects<T>;
  /** Returns the number of objects with each value of a field. */
  counts<V>(field: ObjectField<T, V>, charges: BuildCharges): ValueCounts<V>;
  /** Returns the search of the texts of all objects. */
  texts(field: ObjectField<T, string>, charges: BuildCharges): TextSearch<IndexedObject<T>>;
  /** Returns the objects of all namespaces or of one, in no particular order. */
  entries(namespace?: string): Iterable<IndexedObject<T>>;
}

/**
 * Sorted indexes and counts of the objects of one store. They are built when they are first read. A later change is noted at
 * once, in constant time for all of them together, and applied to an index when that is read next: an index that is
 * not read costs nothing but the notes. One that falls too far behind is discarded; it is cheaper to build again.
 *
 * Memory: the searched texts twice; an entry of about 200 bytes for each object, with the values of the fields that were read; 8 bytes for each object in
 * each order, of at most 2,000,000 in all orders; and as many noted changes as there are objects, or 1,000.
 */
export class EntryIndexes<T extends KubernetesObject> implements StoreIndexes<T> {
  readonly #objects: ListedObjects<T>;
  readonly #slots = new FieldSlots();
  /** Undefined until an index is read. */
  #entries: Map<T, IndexEntry<T>> | undefined;
  #changes: EntryChange<T>[] = [];
  /** Number of changes that are no longer in the list. */
  #forgottenChanges = 0;
  readonly #sorted: KeptIndexes<string, SortedIndex<T>> = new LRUCache({
    maxSize: MAX_SORTED_ENTRIES,
    sizeCalculation: ({ index }) => index.entries.length + INDEX_ENTRIES,
  });
  readonly #texts: KeptIndexes<ObjectField<T, string>, TextIndex<T>> = new LRUCache({ max: MAX_SEARCHED_FIELDS });
  readonly #counts: KeptIndexes<ObjectField<T, unknown>, FieldCounts<T, unknown>> = new LRUCache({
    max: MAX_COUNTED_FIELDS,
  });

  constructor(objects: ListedObjects<T>) {
    this.#objects = objects;
  }

  /** Notes a change of the store. */
  note(removed: T | undefined, added: T | undefined): void {
    if (!this.#entries) return;
    const change = { removed: removed && this.#entries.get(removed), added: added && this.#entryFor(added) };
    if (removed) this.#entries.delete(removed);
    if (change.added) this.#entries.set(change.added.object, change.added);
    this.#changes.push(change);
    if (this.#changes.length > Math.max(MIN_PENDING_CHANGES, this.#entries.size)) this.#forgetChanges();
  }

  /** Discards all indexes. */
  clear(): void {
    this.#entries = undefined;
    this.#changes = [];
    this.#forgottenChanges = 0;
    this.#sorted.clear();
    this.#texts.clear();
    this.#counts.clear();
  }

  sorted(ordering: IndexedOrdering<T>, namespace: string | undefined, { onSort }: BuildCharges): SortedIndex<T> {
    const only = isByNamespace(ordering) ? undefined : namespace;
    const key = only === undefined ? ordering.name : `${ordering.name} in ${only}`;
    return this.#upToDate(this.#sorted, key, () => {
      const entries = [...this.entries(only)];
      onSort(entries.length);
      return new SortedIndex(entries, ordering, only);
    });
  }

  counts<V>(field: ObjectField<T, V>, { onRead }: BuildCharges): FieldCounts<T, V> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the counts of a field are of its values
    const counts = this.#counts as KeptIndexes<ObjectField<T, V>, FieldCounts<T, V>>;
    return this.#upToDate(counts, field, () => {
      onRead(this.#objects.size);
      return new FieldCounts(this.entries(), field);
    });
  }

  texts(field: ObjectField<T, string>, { onRead }: BuildCharges): TextIndex<T> {
    return this.#upToDate(this.#texts, field, () => {
      onRead(this.#objects.size);
      return new TextIndex(this.entries(), field);
    });
  }

  entries(namespace?: string): Iterable<IndexEntry<T>> {
    const entries = (this.#entries ??= new Map(
      [...this.#objects.list()].map((object) => [object, this.#entryFor(object)]),
    ));
    if (namespace === undefined) return entries.values();
    const objects = [...this.#objects.list(namespace)];
    return objects.map((object) => entries.get(object)).filter((entry) => entry !== undefined);
  }

  get #changeCount(): number {
    return this.#forgottenChanges + this.#changes.length;
  }

  #entryFor(object: T): IndexEntry<T> {
    return new IndexEntry(object, this.#slots);
  }

  /** Returns the index of a key with all changes. Builds it if there is none. */
  #upToDate<K extends {}, I extends Index<T>>(indexes: KeptIndexes<K, I>, key: K, build: () => I): I {
    const kept = indexes.get(key);
    if (!kept) {
      const index = build();
      indexes.set(key, { index, appliedChanges: this.#changeCount });
      return index;
    }
    if (kept.appliedChanges < this.#changeCount) {
      kept.index.apply(netChanges(this.#changes.slice(kept.appliedChanges - this.#forgottenChanges)));
      kept.appliedChanges = this.#changeCount;
    }
    return kept.index;
  }

  /** Discards the indexes that lack more than half of the noted changes, and then the changes that all others have. */
  #forgetChanges(): void {
    const oldest = this.#forgottenChanges + this.#changes.length / 2;
    const kept = [
      ...discardOlder(this.#sorted, oldest),
      ...discardOlder(this.#counts, oldest),
      ...discardOlder(this.#texts, oldest),
    ];
    if (kept.length === 0) return this.clear();
    const needed = Math.min(...kept.map(({ appliedChanges }) => appliedChanges));
    this.#changes = this.#changes.slice(needed - this.#forgottenChanges);
    this.#forgottenChanges = needed;
  }
}

/** Discards the indexes with fewer changes. Returns the others. */
function discardOlder<K extends {}, I>(indexes: KeptIndexes<K, I>, minChanges: number): Iterable<Kept<I>> {
  for (const [key, { appliedChanges }] of Array.from(indexes.entries()))
    if (appliedChanges < minChanges) indexes.delete(key);
  return indexes.values();
}

function netChanges<T extends KubernetesObject>(changes: readonly EntryChange<T>[]): EntryChanges<T> {
  const removed = new Set<IndexEntry<T>>();
  const added = new Set<IndexEntry<T>>();
  for (const change of changes) {
    if (change.removed && !added.delete(change.removed)) removed.add(change.removed);
    if (change.added) added.add(change.added);
  }
  return { removed, added };
}
