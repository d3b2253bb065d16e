import type { KubernetesObject } from '../kubernetes/object.ts';
import type { ObjectField } from '../kubernetes/object-field.ts';
import type { EntryChanges, IndexEntry } from './index-entry.ts';

type Counts<V> = Map<V, number>;

/** Number of objects with each value of a field. Read it in one turn of the event loop: it follows later changes. */
export interface ValueCounts<V> {
  /** Values without objects are left out. */
  readonly all: ReadonlyMap<V, number>;
  /** As {@link all}, of one namespace. */
  in(namespace: string): ReadonlyMap<V, number>;
}

/** A change takes constant time. */
export class FieldCounts<T extends KubernetesObject, V> implements ValueCounts<V> {
  readonly #field: ObjectField<T, V>;
  readonly #all: Counts<V> = new Map();
  readonly #byNamespace = new Map<string, Counts<V>>();

  constructor(entries: Iterable<IndexEntry<T>>, field: ObjectField<T, V>) {
    this.#field = field;
    for (const entry of entries) this.#add(entry, 1);
  }

  get all(): ReadonlyMap<V, number> {
    return this.#all;
  }

  in(namespace: string): ReadonlyMap<V, number> {
    return this.#byNamespace.get(namespace) ?? new Map<V, number>();
  }

  apply({ removed, added }: EntryChanges<T>): void {
    for (const entry of removed) this.#add(entry, -1);
    for (const entry of added) this.#add(entry, 1);
  }

  #add(entry: IndexEntry<T>, difference: 1 | -1): void {
    const value = entry.read(this.#field);
    const counts = this.#byNamespace.get(entry.namespace) ?? new Map<V, number>();
    addTo(this.#all, value, difference);
    addTo(counts, value, difference);
    if (counts.size > 0) this.#byNamespace.set(entry.namespace, counts);
    else this.#byNamespace.delete(entry.namespace);
  }
}

function addTo<V>(counts: Counts<V>, value: V, difference: number): void {
  const count = (counts.get(value) ?? 0) + difference;
  if (count === 0) counts.delete(value);
  else counts.set(value, count);
}
