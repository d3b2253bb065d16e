import { LRUCache } from 'lru-cache';

export interface TtlCacheOptions<V = unknown> {
  /** Maximum number of values. The least recently used ones are evicted. */
  readonly maxEntries: number;
  /** Maximum size of keys and values together. By default 512 bytes for each of the maximum number of values. */
  readonly maxBytes?: number;
  /** Returns the approximate size of a value in bytes. By default 0, for values of a few bytes. */
  readonly sizeOf?: (value: V) => number;
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

/** A value, and when its load started. */
export interface LoadedAt<V> {
  readonly value: V;
  readonly startedAt: number;
}

interface TtlCacheGetOptions<V = unknown> {
  /** Values whose load started before this time of the cache's clock are not accepted. */
  readonly notBefore?: number | undefined;
  /**
   * Returns whether the last value may replace one that failed to load with this error. By default it always may.
   * @param last the last value, and when its load started
   */
  readonly servesStale?: (error: unknown, last: LoadedAt<V>) => boolean;
  /** Ends the wait for a load: the get rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Loads a value. The signal aborts when no caller waits for it any more. An error that it throws at once, instead of
 * returning a promise, is for its caller only.
 */
type Load<V> = (abandoned: AbortSignal) => Promise<Loaded<V>>;

interface Entry<V> extends LoadedAt<V> {
  readonly expiresAt: number;
}

interface PendingLoad<V> {
  readonly value: Promise<V>;
  readonly startedAt: number;
  readonly abandoned: AbortController;
  /** Results for the callers that can leave, by their signal. */
  readonly waiting: Map<AbortSignal, Promise<V>>;
  /** Whether a caller without a signal waits too. */
  isKept: boolean;
}

const BYTES_PER_ENTRY = 512;
/** Size of an entry without the text of its key and its value. */
const ENTRY_BYTES = 200;

/**
 * Cache of values that are loaded on demand and expire. Concurrent gets of a key share one load. Failed loads are not
 * cached. Memory is bounded by `maxEntries` and `maxBytes`, plus one pending load for each key that callers wait for.
 */
export class TtlCache<V> {
  readonly #entries: LRUCache<string, Entry<V>>;
  readonly #pending = new Map<string, PendingLoad<V>>();
  readonly #graceMs: number;
  readonly #now: () => number;

  constructor(options: TtlCacheOptions<V>) {
    const { maxEntries, maxBytes = maxEntries * BYTES_PER_ENTRY, sizeOf, graceMs = 0, now } = options;
    // Each entry has at least its share of the size, as `max` would allocate room for all entries at once.
    const minBytes = Math.max(1, Math.floor(maxBytes / maxEntries));
    this.#entries = new LRUCache({
      maxSize: minBytes * maxEntries,
      sizeCalculation: ({ value }, key) => Math.max(minBytes, ENTRY_BYTES + 2 * key.length + (sizeOf?.(value) ?? 0)),
      ttlResolution: 0,
      perf: { now: now ?? (() => performance.now()) },
    });
    this.#graceMs = graceMs;
    this.#now = now ?? (() => performance.now());
  }

  /**
   * Returns the cached value of a key, or else the one that `load` returns. Rejects with the error of `load`, unless the
   * last value is within its grace and `servesStale` accepts the error.
   */
  async get(
    key: string,
    load: Load<V>,
    { notBefore = -Infinity, servesStale = () => true, signal }: TtlCacheGetOptions<V> = {},
  ): Promise<V> {
    const entry = this.#entries.get(key);
    if (entry && this.#isFresh(entry, notBefore)) return entry.value;
    try {
      signal?.throwIfAborted();
      return await this.#join(key, this.#load(key, load, notBefore), signal);
    } catch (error) {
      if (entry && this.#now() < entry.expiresAt + this.#graceMs && servesStale(error, entry)) return entry.value;
      throw error;
    }
  }

  /** Returns the cached value of a key within its TTL, which {@link get} would return. Undefined if it would load one. */
  getFresh(key: string, notBefore = -Infinity): V | undefined {
    const entry = this.#entries.get(key);
    return entry && this.#isFresh(entry, notBefore) ? entry.value : undefined;
  }

  /**
   * Returns the last value of a key within its TTL and grace. Undefined if there is none.
   * @param accepts returns whether to return the value
   */
  getStale(key: string, accepts: (last: LoadedAt<V>) => boolean = () => true): V | undefined {
    const entry = this.#entries.peek(key);
    const isServed = entry && this.#now() < entry.expiresAt + this.#graceMs && accepts(entry);
    return isServed ? entry.value : undefined;
  }

  #isFresh({ startedAt, expiresAt }: Entry<V>, notBefore: number): boolean {
    return startedAt >= notBefore && this.#now() < expiresAt;
  }

  #load(key: string, load: Load<V>, notBefore: number): PendingLoad<V> {
    const pending = this.#pending.get(key);
    if (pending && pending.startedAt >= notBefore) return pending;
    const startedAt = this.#now();
    const abandoned = new AbortController();
    const value = this.#store(key, load(abandoned.signal), startedAt);
    const started = { value, startedAt, abandoned, waiting: new Map<AbortSignal, Promise<V>>(), isKept: false };
    this.#pending.set(key, started);
    const forget = () => this.#forget(key, started);
    value.then(forget, forget);
    return started;
  }

  #forget(key: string, load: PendingLoad<V>): void {
    if (this.#pending.get(key) === load) this.#pending.delete(key);
  }

  /** Callers with the same signal share one listener, as a signal compares each new listener with all others. */
  #join(key: string, load: PendingLoad<V>, signal: AbortSignal | undefined): Promise<V> {
    if (!signal) {
      load.isKept = true;
      return load.value;
    }
    const joined = load.waiting.get(signal) ?? this.#waitFor(key, load, signal);
    load.waiting.set(signal, joined);
    return joined;
  }

  async #waitFor(key: string, load: PendingLoad<V>, signal: AbortSignal): Promise<V> {
    const left = Promise.withResolvers<never>();
    const leave = () => {
      left.reject(signal.reason);
      load.waiting.delete(signal);
      if (load.isKept || load.waiting.size > 0) return;
      this.#forget(key, load);
      load.abandoned.abort(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await Promise.race([load.value, left.promise]);
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  async #store(key: string, loading: Promise<Loaded<V>>, startedAt: number): Promise<V> {
    const { value, ttlMs } = await loading;
    const current = this.#entries.peek(key);
    // A load that started earlier may end later; it must not replace the newer value.
    if (ttlMs <= 0 || (current && current.startedAt > startedAt)) return value;
    const entry = { value, startedAt, expiresAt: startedAt + ttlMs };
    this.#entries.set(key, entry, { ttl: Math.ceil(ttlMs + this.#graceMs), start: startedAt });
    return value;
  }
}
