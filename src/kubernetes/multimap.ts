/** Sets of values by key. No set is empty: the last value of a key removes the key. */
export class Multimap<K, V> {
  readonly #sets = new Map<K, Set<V>>();

  /** Number of keys. */
  get size(): number {
    return this.#sets.size;
  }

  /** Returns the values of a key. Iterate before the next `await`: the result follows later changes. */
  get(key: K): ReadonlySet<V> | undefined {
    return this.#sets.get(key);
  }

  add(key: K, value: V): void {
    const values = this.#sets.get(key);
    if (values) values.add(value);
    else this.#sets.set(key, new Set([value]));
  }

  delete(key: K, value: V): void {
    const values = this.#sets.get(key);
    if (values?.delete(value) && values.size === 0) this.#sets.delete(key);
  }

  /** Removes all values of a key. */
  deleteKey(key: K): void {
    this.#sets.delete(key);
  }

  /** Removes all values. */
  clear(): void {
    this.#sets.clear();
  }
}
