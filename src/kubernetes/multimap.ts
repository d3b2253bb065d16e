/** Distinguishes several values of a key from a single value, which may be a Set itself. */
class Values<V> extends Set<V> {}

/** Sets of values by key. The last value of a key removes the key. A single value is stored without a set, which would take 200 bytes. */
export class Multimap<K, V extends {}> {
  readonly #entries = new Map<K, V | Values<V>>();

  /** Number of keys. */
  get size(): number {
    return this.#entries.size;
  }

  /** Returns the values of a key. Iterate before the next `await`: the result may follow later changes. */
  get(key: K): Iterable<V> | undefined {
    const entry = this.#entries.get(key);
    if (entry instanceof Values) return entry;
    return entry === undefined ? undefined : [entry];
  }

  /** Returns the number of values of a key. */
  count(key: K): number {
    const entry = this.#entries.get(key);
    if (entry instanceof Values) return entry.size;
    return entry === undefined ? 0 : 1;
  }

  add(key: K, value: V): void {
    const entry = this.#entries.get(key);
    if (entry instanceof Values) entry.add(value);
    else if (entry === undefined) this.#entries.set(key, value);
    else if (entry !== value) this.#entries.set(key, new Values([entry, value]));
  }

  delete(key: K, value: V): void {
    const entry = this.#entries.get(key);
    if (entry === value) this.#entries.delete(key);
    else if (entry instanceof Values && entry.delete(value) && entry.size === 0) this.#entries.delete(key);
  }

  /** Removes all values of a key. */
  deleteKey(key: K): void {
    this.#entries.delete(key);
  }

  /** Removes all values. */
  clear(): void {
    this.#entries.clear();
  }
}
