import { Multimap } from '../kubernetes/multimap.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { IndexValues, Resource } from '../kubernetes/resource.ts';

/** Finds objects by namespace, by uid, and by the indexes that their resource declares. */
export class ObjectIndexes<T extends KubernetesObject> {
  readonly #valuesOf: Readonly<Record<string, IndexValues<T>>>;
  readonly #objects = new Map<string, Multimap<string, T>>();

  constructor(resource: Resource<T>) {
    this.#valuesOf = {
      namespace: ({ metadata }) => (metadata.namespace === undefined ? [] : [metadata.namespace]),
      uid: ({ metadata }) => [metadata.uid],
      ...resource.cache.indexes,
    };
    for (const name of Object.keys(this.#valuesOf)) this.#objects.set(name, new Multimap());
  }

  /**
   * Returns the objects that an index has under a value. Iterate before the next `await`: the result follows later changes.
   * @throws {TypeError} if there is no such index
   */
  find(name: string, value: string): Iterable<T> {
    return this.#index(name).get(value) ?? [];
  }

  /** Returns the number of objects that {@link find} returns. */
  count(name: string, value: string): number {
    return this.#index(name).get(value)?.size ?? 0;
  }

  /** Returns every index and value that finds the object. */
  *entriesOf(object: T): Iterable<readonly [index: string, value: string]> {
    for (const [name, valuesOf] of Object.entries(this.#valuesOf))
      for (const value of valuesOf(object)) yield [name, value];
  }

  add(object: T): void {
    for (const [name, value] of this.entriesOf(object)) this.#index(name).add(value, object);
  }

  remove(object: T): void {
    for (const [name, value] of this.entriesOf(object)) this.#index(name).delete(value, object);
  }

  clear(): void {
    for (const index of this.#objects.values()) index.clear();
  }

  #index(name: string): Multimap<string, T> {
    const index = this.#objects.get(name);
    if (index) return index;
    const known = [...this.#objects.keys()].join(', ');
    throw new TypeError(`Expected one of the indexes ${known}; got ${JSON.stringify(name)}.`);
  }
}
