import type { ObjectField } from '../../kubernetes/object-field.ts';
import type { TermQuery } from '../../kubernetes/object-terms.ts';
import type { IndexedOrdering } from '../../kubernetes/ordering.ts';
import type { IndexedSet } from './entry-set.ts';
import type { ValueCounts } from './field-counts.ts';
import type { IndexedObject, ObjectIndex } from './index-entry.ts';
import type { SortedStore } from './sorted-index.ts';

/** Called before an index is built, with the number of objects to read or to sort. May throw to refuse it. */
export interface BuildCharges {
  readonly onRead: (count: number) => void;
  readonly onSort: (count: number) => void;
}

/** An index that a kind defines. */
export interface IndexDefinition<T, I extends ObjectIndex<T>> {
  /** Identifies the index, with all that it depends on. */
  readonly key: string;
  /** Kept fields that it reads. */
  readonly fields: readonly ObjectField<T, unknown>[];
  /** Creates an index without objects. */
  readonly create: () => I;
}

/** Indexes that a list reads. */
export interface IndexSelection<T> {
  readonly ordering?: IndexedOrdering<T> | undefined;
  /** The namespace of the list. Undefined: all, or several. */
  readonly namespace?: string | undefined;
  readonly queries?: readonly TermQuery<T>[];
  readonly definitions?: readonly IndexDefinition<T, ObjectIndex<T>>[];
}

/** Objects that may meet a condition. */
export interface FoundObjects<T> {
  /** Upper limit of the number of objects that meet it. */
  readonly candidates: number;
  /**
   * Returns the candidates that a predicate accepts.
   * @param isWhole whether the predicate is the condition and nothing else, so that objects which are known to meet it need not be examined
   */
  where(accepts: (object: IndexedObject<T>) => boolean, isWhole: boolean): IndexedSet<T>;
}

/** Indexes of one store. */
export interface StoreIndexes<T> {
  /**
   * Returns the objects in an order. If a namespace is given, it may have the objects of that namespace only: `in`
   * finds them in either case.
   */
  sorted(ordering: IndexedOrdering<T>, namespace: string | undefined, charges: BuildCharges): SortedStore<T>;
  /** Returns the number of objects with each value of a field. */
  counts<V>(field: ObjectField<T, V>, charges: BuildCharges): ValueCounts<V>;
  /** Returns the objects that may meet all of some queries, of which there is at least one. */
  find(queries: readonly TermQuery<T>[], charges: BuildCharges): FoundObjects<T>;
  /** Returns the index of a definition. */
  defined<I extends ObjectIndex<T>>(definition: IndexDefinition<T, I>, charges: BuildCharges): I;
  /**
   * Builds the indexes that a list will read, step by step: the caller may let other work run between two steps. Without it they are
   * built when they are read, at once. Ends without a step if they are built.
   */
  prepare(selection: IndexSelection<T>, charges: BuildCharges): Iterable<void>;
  /** Derives fields of an object again that were read before it, or what they are derived from, changed. */
  refresh(object: T, fields: readonly ObjectField<T, unknown>[]): void;
  /** Returns the objects of some namespaces, or of all if one is undefined, that a predicate accepts. */
  where(namespaces: Iterable<string | undefined>, accepts: (object: IndexedObject<T>) => boolean): IndexedSet<T>;
  /** Returns a set of objects that are in the indexes. */
  setOf(objects: Iterable<IndexedObject<T>>): IndexedSet<T>;
}
