import { LRUCache } from 'lru-cache';

export interface TtlCacheOptions {
  /** Maximum number of values. The least recently used one is evicted. */
  readonly maxEntries: number;
  /** Time, after its TTL, for which the last value replaces one that cannot be loaded. 0 by default. */
  readonly graceMs?: number;
  /** Returns the time in milliseconds; must be monotonic. `performance.now` by default. */
  readonly now?: () => number;
}

/** A loaded value and its time to live, counted from the start of the load. */
export interface Loaded<V> {
  readonly value: V;
  readonly ttlMs: number;
}

export interface TtlCacheGetOptions {
  /** Values whose load started before this time of the cache's clock are not accepted. */
  readonly notBefore?: number | undefined;
  /** Returns whether the last value may replace one that failed to load with this error. By default it always may. */
  readonly servesStale?: (error: unknown) => boolean;
}

interface Entry<V> {
  readonly value: V;
  readonly startedAt: number;
  readonly expiresAt: number;
}

interface PendingLoad<V> {
  readonly value: Promise<V>;
  readonly startedAt: number;
}

/**
 * Cache of values that are loaded on demand and expire. Concurrent gets of a key share one load. Failed loads are not
 * cached. Memory is bounded by `maxEntries`, plus one pending load for each key that callers wait for.
 */
export class TtlCache<V> {
  readonly #entries: LRUCache<string, Entry<V>>;
  readonly #pending = new Map<string, PendingLoad<V>>();
  readonly #graceMs: number;
  readonly #now: () => number;

  constructor({ maxEntries, graceMs = 0, now = () => performance.now() }: TtlCacheOptions) {
    // A size of 1 for each entry, as `max` would allocate room for all entries at once.
    this.#entries = new LRUCache({ maxSize: maxEntries, sizeCalculation: () => 1, ttlResolution: 0, perf: { now } });
    this.#graceMs = graceMs;
    this.#now = now;
  }

  /**
   * Returns the cached value of a key, or else the one that `load` returns. Rejects with the error of `load`, unless the
   * last value is within its grace and `servesStale` accepts the error.
   */
  async get(
    key: string,
    load: () => Promise<Loaded<V>>,
    { notBefore = -Infinity, servesStale = () => true }: TtlCacheGetOptions = {},
  ): Promise<V> {
    const entry = this.#entries.get(key);
    if (entry && entry.startedAt >= notBefore && this.#now() < entry.expiresAt) return entry.value;
    try {
      return await this.#load(key, load, notBefore);
    } catch (error) {
      if (entry && this.#now() < entry.expiresAt + this.#graceMs && servesStale(error)) return entry.value;
      throw error;
    }
  }

  #load(key: string, load: () => Promise<Loaded<V>>, notBefore: number): Promise<V> {
    const pending = this.#pending.get(key);
    if (pending && pending.startedAt >= notBefore) return pending.value;
    const startedAt = this.#now();
    const started = { value: this.#store(key, load, startedAt), startedAt };
    this.#pending.set(key, started);
    const forget = () => void (this.#pending.get(key) === started && this.#pending.delete(key));
    started.value.then(forget, forget);
    return started.value;
  }

  async #store(key: string, load: () => Promise<Loaded<V>>, startedAt: number): Promise<V> {
    const { value, ttlMs } = await load();
    const current = this.#entries.peek(key);
    // A load that started earlier may end later; it must not replace the newer value.
    if (ttlMs <= 0 || (current && current.startedAt > startedAt)) return value;
    const entry = { value, startedAt, expiresAt: startedAt + ttlMs };
    this.#entries.set(key, entry, { ttl: Math.ceil(ttlMs + this.#graceMs), start: startedAt });
    return value;
  }
}
