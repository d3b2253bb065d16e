import { Multimap } from '../kubernetes/multimap.ts';
import { keyOf, type KubernetesObject, type ObjectName } from '../kubernetes/object.ts';
import type { IndexValues, Resource } from '../kubernetes/resource.ts';

/** Holds the current state of one object. The indexes refer to it, so that a new state changes them only where its values differ. */
interface Slot<T> {
  object: T;
}

/** The objects of a store, found by name, by namespace, by uid, and by the indexes that their resource declares. */
export class ObjectIndexes<T extends KubernetesObject> {
  readonly #slots = new Map<string, Slot<T>>();
  readonly #byUid = new Map<string, Slot<T>>();
  readonly #valuesOf: readonly (readonly [name: string, valuesOf: IndexValues<T>])[];
  readonly #indexes = new Map<string, Multimap<string, Slot<T>>>();
  readonly #indexedPartOf: Resource<T>['cache']['indexedPart'];

  constructor(resource: Resource<T>) {
    this.#valuesOf = [
      ['namespace', ({ metadata }) => (metadata.namespace === undefined ? [] : [metadata.namespace])],
      ...Object.entries(resource.cache.indexes),
    ];
    for (const [name] of this.#valuesOf) this.#indexes.set(name, new Multimap());
    this.#indexedPartOf = resource.cache.indexedPart;
  }

  get size(): number {
    return this.#slots.size;
  }

  get(name: ObjectName): T | undefined {
    return this.#slots.get(keyOf(name))?.object;
  }

  withUid(uid: string): T | undefined {
    return this.#byUid.get(uid)?.object;
  }

  /** Returns all objects. Objects may be removed while they are iterated. */
  all(): Iterable<T> {
    return this.#slots.values().map(({ object }) => object);
  }

  /**
   * Returns the objects that an index has under a value. Iterate before the next `await`: the result follows later changes.
   * @throws {TypeError} if there is no such index
   */
  find(name: string, value: string): Iterable<T> {
    const slots = this.#index(name).get(value);
    return slots ? Iterator.from(slots).map(({ object }) => object) : [];
  }

  /** Returns the number of objects that {@link find} returns. */
  count(name: string, value: string): number {
    return this.#index(name).count(value);
  }

  /** Adds an object, or replaces the earlier state of the one with its name. */
  set(object: T): void {
    const key = keyOf(object.metadata);
    const slot = this.#slots.get(key);
    if (slot) return this.#replace(slot, object);
    const added = { object };
    this.#slots.set(key, added);
    this.#byUid.set(object.metadata.uid, added);
    for (const [name, valuesOf] of this.#valuesOf)
      for (const value of valuesOf(object)) this.#index(name).add(value, added);
  }

  /** Removes the object with the name. */
  remove({ metadata }: T): void {
    const key = keyOf(metadata);
    const slot = this.#slots.get(key);
    if (!slot) return;
    this.#slots.delete(key);
    this.#deleteUid(slot);
    for (const [name, valuesOf] of this.#valuesOf)
      for (const value of valuesOf(slot.object)) this.#index(name).delete(value, slot);
  }

  clear(): void {
    this.#slots.clear();
    this.#byUid.clear();
    for (const index of this.#indexes.values()) index.clear();
  }

  #replace(slot: Slot<T>, object: T): void {
    const { object: previous } = slot;
    if (previous.metadata.uid !== object.metadata.uid) this.#deleteUid(slot);
    slot.object = object;
    this.#byUid.set(object.metadata.uid, slot);
    if (this.#indexedPartOf(previous) === this.#indexedPartOf(object)) return; // decoding keeps equal parts
    for (const [name, valuesOf] of this.#valuesOf) {
      const [before, after] = [valuesOf(previous), valuesOf(object)];
      if (areEqual(before, after)) continue;
      const index = this.#index(name);
      for (const value of before) index.delete(value, slot);
      for (const value of after) index.add(value, slot);
    }
  }

  #deleteUid(slot: Slot<T>): void {
    const { uid } = slot.object.metadata;
    if (this.#byUid.get(uid) === slot) this.#byUid.delete(uid);
  }

  #index(name: string): Multimap<string, Slot<T>> {
    const index = this.#indexes.get(name);
    if (index) return index;
    const known = [...this.#indexes.keys()].join(', ');
    throw new TypeError(`Expected one of the indexes ${known}; got ${JSON.stringify(name)}.`);
  }
}

function areEqual(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
