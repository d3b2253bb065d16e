import { LRUCache } from 'lru-cache';
import type { ObjectField } from '../../kubernetes/object-field.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { ObjectTerms, TermQuery } from '../../kubernetes/object-terms.ts';
import { byNamespaceAndName, type IndexedOrdering } from '../../kubernetes/ordering.ts';
import { EntryChangeLog } from './entry-change-log.ts';
import { EntrySet, setBit, type PositionBits } from './entry-set.ts';
import { FieldCounts } from './field-counts.ts';
import { FieldSlots, IndexEntry, type EntryChanges, type IndexedObject, type ObjectIndex } from './index-entry.ts';
import { SharedBuilds } from './shared-builds.ts';
import { sortInSteps } from './sort-steps.ts';
import { endsWith, isByNamespace, orderKeyOf, SortedIndex } from './sorted-index.ts';
import type { BuildCharges, FoundObjects, IndexDefinition, IndexSelection, StoreIndexes } from './store-indexes.ts';
import { TermIndex } from './term-index.ts';

type Index<T extends KubernetesObject> = SortedIndex<T> | ObjectIndex<T>;

/** An index, and the number of changes that it has. */
interface Kept<I> {
  readonly index: I;
  appliedChanges: number;
}

/** Indexes by the ordering or the field that they are of. The least recently used are discarded. */
type KeptIndexes<K extends {}, I> = LRUCache<K, Kept<I>>;

interface ListedObjects<T> {
  readonly size: number;
  count(namespace: string): number;
  list(namespace?: string): Iterable<T>;
}

/** Entries of all sorted indexes of one store. An entry takes at most 20 bytes. */
const MAX_SORTED_ENTRIES = 2_000_000;
/** Added to the entries of an index, so that the number of empty indexes is bounded too. */
const INDEX_ENTRIES = 64;
/** Fields that are counted; the schema has fewer. */
const MAX_COUNTED_FIELDS = 16;
/** Indexes that kinds define. */
const MAX_DEFINED_INDEXES = 32;
/** Objects whose fields are read between two pauses. */
const READ_AT_ONCE = 32;
/** Objects that are added to an index between two pauses. Their fields have been read. */
const ADDED_AT_ONCE = 256;
/** Terms that objects are found by: those of their texts and of their labels. */
const MAX_TERM_INDEXES = 2;
/** Changes that are kept for indexes which were not read since; as many as there are objects, if these are more. */
const MIN_PENDING_CHANGES = 1_000;
/** If an index lacks the changes of more than this part of the objects, it is built again, which takes less time. */
const REBUILT_PART = 1 / 4;
/** If it lacks more than this part, it is rather built again in steps, because changes are applied in one. */
const STEPPED_PART = 1 / 16;

/**
 * Sorted indexes, counts and terms of the objects of one store. They are built when they are first read. A later change is noted at
 * once, in constant time for all of them together, and applied to an index when that is read next: an index that is
 * not read costs nothing but the notes. One that falls too far behind is discarded; it is cheaper to build again.
 *
 * Memory: an entry of about 200 bytes for each object, with the values of the fields that were read; at most 128 bytes for the terms of its
 * texts, and as much for those of its labels; 8 to 28 bytes in each order, of at most 2,000,000 objects in all orders; and as many noted
 * changes as there are objects, or 1,000.
 */
export class EntryIndexes<T extends KubernetesObject> implements StoreIndexes<T> {
  readonly #objects: ListedObjects<T>;
  readonly #slots = new FieldSlots();
  /** Undefined until an index is read. */
  #entries: Map<T, IndexEntry<T>> | undefined;
  /** The entries by position, and the positions without one. */
  #entryAt: (IndexEntry<T> | undefined)[] = [];
  #freePositions: number[] = [];
  readonly #changes = new EntryChangeLog<T>();
  readonly #sorted: KeptIndexes<string, SortedIndex<T>> = new LRUCache({
    maxSize: MAX_SORTED_ENTRIES,
    sizeCalculation: ({ index }) => index.entries.length + INDEX_ENTRIES,
  });
  readonly #terms: KeptIndexes<ObjectTerms<T>, TermIndex<T>> = new LRUCache({ max: MAX_TERM_INDEXES });
  readonly #counts: KeptIndexes<ObjectField<T, unknown>, FieldCounts<T, unknown>> = new LRUCache({
    max: MAX_COUNTED_FIELDS,
  });

  readonly #defined: KeptIndexes<string, ObjectIndex<T>> = new LRUCache({ max: MAX_DEFINED_INDEXES });
  readonly #builds = new SharedBuilds();

  constructor(objects: ListedObjects<T>) {
    this.#objects = objects;
  }

  /** Notes a change of the store. */
  note(removed: T | undefined, added: T | undefined): void {
    if (!this.#entries) return;
    const before = removed && this.#entries.get(removed);
    if (before) this.#removeEntry(before);
    this.#changes.add({ removed: before, added: added && this.#addEntry(added, this.#entries) });
    if (this.#changes.length > Math.max(MIN_PENDING_CHANGES, this.#entries.size)) this.#forgetChanges();
  }

  /** Discards all indexes. */
  clear(): void {
    this.#entries = undefined;
    this.#entryAt = [];
    this.#freePositions = [];
    this.#changes.clear();
    this.#sorted.clear();
    this.#terms.clear();
    this.#counts.clear();
    this.#defined.clear();
    this.#builds.clear();
  }

  refresh(object: T, fields: readonly ObjectField<T, unknown>[]): void {
    if (this.#entries?.get(object)?.isOutdated(fields)) this.note(object, object);
  }

  *prepare({ ordering, namespace, queries = [], definitions = [] }: IndexSelection<T>, charges: BuildCharges) {
    const order = ordering && this.#keyOf(ordering, namespace);
    const missing = [
      ...(order && this.#isMissing(this.#sorted, order.key) ? (ordering?.fields ?? []) : []),
      ...queries.flatMap(({ of }) => (this.#isMissing(this.#terms, of) ? of.fields : [])),
      ...definitions.flatMap(({ key, fields }) => (this.#isMissing(this.#defined, key) ? fields : [])),
    ].filter(({ isKept }) => isKept);
    if (missing.length > 0) yield* this.#readAll(missing, order?.only);
    if (ordering) yield* this.#prepareSorted(ordering, namespace, charges);
    for (const { of } of queries) yield* this.#prepareFilled(this.#terms, of, () => new TermIndex(of), charges);
    for (const { key, create } of definitions) yield* this.#prepareFilled(this.#defined, key, create, charges);
  }

  sorted(ordering: IndexedOrdering<T>, namespace: string | undefined, { onSort }: BuildCharges): SortedIndex<T> {
    const { key, only } = this.#keyOf(ordering, namespace);
    return this.#upToDate(this.#sorted, key, () => {
      onSort(this.#sizeOf(only));
      return resultOf(this.#sortSteps(ordering, only));
    });
  }

  counts<V>(field: ObjectField<T, V>, { onRead }: BuildCharges): FieldCounts<T, V> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the counts of a field are of its values
    const counts = this.#counts as KeptIndexes<ObjectField<T, V>, FieldCounts<T, V>>;
    return this.#upToDate(counts, field, () => {
      onRead(this.#objects.size);
      return resultOf(this.#fillSteps(new FieldCounts(field)));
    });
  }

  defined<I extends ObjectIndex<T>>({ key, create }: IndexDefinition<T, I>, { onRead }: BuildCharges): I {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a key belongs to one definition
    return this.#upToDate(this.#defined, key, () => {
      onRead(this.#objects.size);
      return resultOf(this.#fillSteps(create()));
    }) as I;
  }

  find(queries: readonly TermQuery<T>[], charges: BuildCharges): FoundObjects<T> {
    const found = queries.map(({ of, clauses }) => this.#termsOf(of, charges).find(clauses));
    const candidates = this.#intersectionOf(found.map((each) => each.candidates));
    const certain = found.map((each) => each.certain);
    return {
      candidates: candidates.size,
      where: (accepts, isWhole) => candidates.where(accepts, isWhole ? this.#intersectionOf(certain) : undefined),
    };
  }

  where(namespaces: Iterable<string | undefined>, accepts: (object: IndexedObject<T>) => boolean): EntrySet<T> {
    const all = this.#allEntries;
    const bits = new Uint32Array(Math.ceil(this.#entryAt.length / 32));
    for (const namespace of namespaces)
      for (const entry of namespace === undefined ? all.values() : this.entries(namespace))
        if (accepts(entry)) setBit(bits, entry.position);
    return new EntrySet(bits, this.#entryAt);
  }

  setOf(objects: Iterable<IndexedObject<T>>): EntrySet<T> {
    const bits = new Uint32Array(Math.ceil(this.#entryAt.length / 32));
    for (const { position } of objects) setBit(bits, position);
    return new EntrySet(bits, this.#entryAt);
  }

  /** Returns the entries of all namespaces or of one, in no particular order. */
  entries(namespace?: string): Iterable<IndexEntry<T>> {
    const entries = this.#allEntries;
    if (namespace === undefined) return entries.values();
    const objects = [...this.#objects.list(namespace)];
    return objects.map((object) => entries.get(object)).filter((entry) => entry !== undefined);
  }

  get #allEntries(): ReadonlyMap<T, IndexEntry<T>> {
    if (this.#entries) return this.#entries;
    this.#entries = new Map();
    for (const object of this.#objects.list()) this.#addEntry(object, this.#entries);
    return this.#entries;
  }

  #addEntry(object: T, entries: Map<T, IndexEntry<T>>): IndexEntry<T> {
    const entry = new IndexEntry(object, this.#freePositions.pop() ?? this.#entryAt.length, this.#slots);
    this.#entryAt[entry.position] = entry;
    entries.set(object, entry);
    return entry;
  }

  #removeEntry({ object, position }: IndexEntry<T>): void {
    this.#entryAt[position] = undefined;
    this.#freePositions.push(position);
    this.#entries?.delete(object);
  }

  #termsOf(terms: ObjectTerms<T>, { onRead }: BuildCharges): TermIndex<T> {
    return this.#upToDate(this.#terms, terms, () => {
      onRead(this.#objects.size);
      return resultOf(this.#fillSteps(new TermIndex(terms)));
    });
  }

  /** Builds the index of an order in steps, if it is missing. */
  *#prepareSorted(
    ordering: IndexedOrdering<T>,
    namespace: string | undefined,
    { onSort }: BuildCharges,
  ): Generator<void> {
    const { key, only } = this.#keyOf(ordering, namespace);
    if (!this.#isMissing(this.#sorted, key)) return;
    const end = only === undefined ? endOf(ordering) : undefined;
    if (end) yield* this.#prepareSorted(end, undefined, FREE);
    yield* this.#builds.steps(`order ${key}`, () => {
      onSort(this.#sizeOf(only));
      return this.#build(this.#sorted, key, this.#sortSteps(ordering, only));
    });
  }

  /** Builds an index in steps, if it is missing. */
  *#prepareFilled<K extends {}, I extends ObjectIndex<T>>(
    indexes: KeptIndexes<K, I>,
    key: K,
    create: () => I,
    { onRead }: BuildCharges,
  ): Generator<void> {
    if (!this.#isMissing(indexes, key)) return;
    yield* this.#builds.steps(key, () => {
      onRead(this.#objects.size);
      return this.#build(indexes, key, this.#fillSteps(create()));
    });
  }

  /** Keeps the index that some steps return. Changes during the steps are applied when it is read. */
  *#build<K extends {}, I extends Index<T>>(
    indexes: KeptIndexes<K, I>,
    key: K,
    steps: Generator<void, I>,
  ): Generator<void> {
    const entries = this.#allEntries;
    const appliedChanges = this.#changes.count;
    const index = yield* steps; // they begin now
    const isCurrent = entries === this.#entries && appliedChanges >= this.#changes.forgotten;
    if (isCurrent && appliedChanges > (indexes.peek(key)?.appliedChanges ?? -1))
      indexes.set(key, { index, appliedChanges });
  }

  *#sortSteps(ordering: IndexedOrdering<T>, only: string | undefined): Generator<void, SortedIndex<T>> {
    const sortedBy = only === undefined ? endOf(ordering) : undefined;
    const entries = sortedBy ? this.sorted(sortedBy, undefined, FREE).entries : [...this.entries(only)];
    return new SortedIndex(yield* sortInSteps(entries, ordering, sortedBy), ordering, only);
  }

  *#fillSteps<I extends ObjectIndex<T>>(index: I): Generator<void, I> {
    for (const [count, entry] of [...this.entries()].entries()) {
      index.add(entry);
      if (count % ADDED_AT_ONCE === 0) yield;
    }
    return index;
  }

  #sizeOf(namespace: string | undefined): number {
    return namespace === undefined ? this.#objects.size : this.#objects.count(namespace);
  }

  /** @returns the key of the index of an order, and its namespace, unless it has the objects of all */
  #keyOf(ordering: IndexedOrdering<T>, namespace: string | undefined): { key: string; only: string | undefined } {
    const only = isByNamespace(ordering) ? undefined : namespace;
    return { key: only === undefined ? orderKeyOf(ordering) : `${orderKeyOf(ordering)} in ${only}`, only };
  }

  /** Returns whether an index is to be built in steps before it is read. */
  #isMissing<K extends {}, I>(indexes: KeptIndexes<K, I>, key: K): boolean {
    const kept = indexes.peek(key);
    return !kept || this.#changes.count - kept.appliedChanges > this.#mostChanges(STEPPED_PART);
  }

  /** Reads fields of all objects, or of those in a namespace. */
  *#readAll(fields: readonly ObjectField<T, unknown>[], namespace: string | undefined): Generator<void> {
    let count = 0;
    for (const entry of this.entries(namespace)) {
      for (const field of fields) entry.read(field);
      count += 1;
      if (count % READ_AT_ONCE === 0) yield;
    }
  }

  #intersectionOf([first, ...others]: readonly PositionBits[]): EntrySet<T> {
    const bits = first ?? new Uint32Array(0);
    return new EntrySet(
      others.reduce((all, other) => all.map((word, index) => word & (other[index] ?? 0)), bits),
      this.#entryAt,
    );
  }

  /** Returns the index of a key with all changes. Builds it if there is none. */
  #upToDate<K extends {}, I extends Index<T>>(indexes: KeptIndexes<K, I>, key: K, build: () => I): I {
    const kept = indexes.get(key);
    if (kept?.appliedChanges === this.#changes.count) return kept.index;
    const changes = kept && this.#changes.after(kept.appliedChanges);
    if (changes && changes.removed.size + changes.added.size <= this.#mostChanges(REBUILT_PART)) {
      applyTo(kept.index, changes);
      kept.appliedChanges = this.#changes.count;
      return kept.index;
    }
    const index = build();
    indexes.set(key, { index, appliedChanges: this.#changes.count });
    return index;
  }

  /** Returns the number of changes that are a part of the objects, or of a thousand if these are fewer. */
  #mostChanges(part: number): number {
    return Math.max(MIN_PENDING_CHANGES, this.#objects.size) * part;
  }

  /** Discards the indexes that lack more than half of the noted changes, and then the changes that all others have. */
  #forgetChanges(): void {
    this.#builds.clear(); // one that was abandoned would retain objects
    const oldest = this.#changes.forgotten + this.#changes.length / 2;
    const kept = [
      ...discardOlder(this.#sorted, oldest),
      ...discardOlder(this.#counts, oldest),
      ...discardOlder(this.#terms, oldest),
      ...discardOlder(this.#defined, oldest),
    ];
    if (kept.length === 0) return this.clear();
    this.#changes.forget(Math.min(...kept.map(({ appliedChanges }) => appliedChanges)));
  }
}

/** Takes all steps at once. */
function resultOf<I>(steps: Generator<void, I>): I {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

const FREE: BuildCharges = { onRead: () => undefined, onSort: () => undefined };

/** Returns the order by namespace and name if it ends another order, as it ends most. */
function endOf<T extends KubernetesObject>(ordering: IndexedOrdering<T>): IndexedOrdering<T> | undefined {
  const end = byNamespaceAndName;
  return ordering.fields.length > end.fields.length && endsWith(ordering, end) ? end : undefined;
}

/** Discards the indexes with fewer changes. Returns the others. */
function discardOlder<K extends {}, I>(indexes: KeptIndexes<K, I>, minChanges: number): Iterable<Kept<I>> {
  for (const [key, { appliedChanges }] of Array.from(indexes.entries()))
    if (appliedChanges < minChanges) indexes.delete(key);
  return indexes.values();
}

function applyTo<T extends KubernetesObject>(index: Index<T>, changes: EntryChanges<T>): void {
  if (index instanceof SortedIndex) return index.apply(changes);
  for (const entry of changes.removed) index.remove(entry); // first, as an added entry may have the position of a removed one
  for (const entry of changes.added) index.add(entry);
}
