import type { ObjectField } from '../../kubernetes/object-field.ts';
import type { IndexedObject, ObjectIndex } from './index-entry.ts';

type Counts<V> = Map<V, number>;

/** Number of objects with each value of a field. Read it in one turn of the event loop: it follows later changes. */
export interface ValueCounts<V> {
  /** Values without objects are left out. */
  readonly all: ReadonlyMap<V, number>;
  /** As {@link all}, of one namespace. */
  in(namespace: string): ReadonlyMap<V, number>;
}

/** A change takes constant time. */
export class FieldCounts<T, V> implements ObjectIndex<T>, ValueCounts<V> {
  readonly #field: ObjectField<T, V>;
  readonly #all: Counts<V> = new Map();
  readonly #byNamespace = new Map<string, Counts<V>>();

  constructor(field: ObjectField<T, V>) {
    this.#field = field;
  }

  get all(): ReadonlyMap<V, number> {
    return this.#all;
  }

  in(namespace: string): ReadonlyMap<V, number> {
    return this.#byNamespace.get(namespace) ?? new Map<V, number>();
  }

  add(entry: IndexedObject<T>): void {
    this.#count(entry, 1);
  }

  remove(entry: IndexedObject<T>): void {
    this.#count(entry, -1);
  }

  #count(entry: IndexedObject<T>, difference: 1 | -1): void {
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
