/** Summary of many durations. */
interface Durations {
  readonly count: number;
  readonly totalMs: number;
  readonly maxMs: number;
  /** Number of durations up to each bound of {@link LAG_BOUNDS_MS}, and of longer ones. */
  readonly buckets: readonly number[];
}

/** Upper bounds of the buckets of durations, ascending. Lags are of whole seconds. */
export const LAG_BOUNDS_MS = [1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000];

/** Counters of one resource's lists and watches since the process started. */
export interface WatchStatistics {
  readonly events: number;
  readonly bookmarks: number;
  /** Objects and lines from the API server that could not be decoded. */
  readonly malformed: number;
  /** Number of lists by cause; `start` is the first one after each start of the reflector. */
  readonly lists: Readonly<Record<string, number>>;
  /** Number of failed lists and watches by cause. */
  readonly failures: Readonly<Record<string, number>>;
  /** Time from the API server's write to its event, for objects whose `managedFields` have times; these are whole seconds. */
  readonly lag: Durations;
}

/** The mutable form of {@link WatchStatistics}. */
export class WatchCounters {
  #events = 0;
  #bookmarks = 0;
  #malformed = 0;
  readonly #lists: Record<string, number> = {};
  readonly #failures: Record<string, number> = {};
  readonly #lag = new DurationCounter();

  event(lagMs: number | undefined): void {
    this.#events += 1;
    if (lagMs !== undefined) this.#lag.add(lagMs);
  }

  bookmark(): void {
    this.#bookmarks += 1;
  }

  /** Returns the new total. */
  malformed(): number {
    this.#malformed += 1;
    return this.#malformed;
  }

  list(cause: string): void {
    this.#lists[cause] = (this.#lists[cause] ?? 0) + 1;
  }

  failure(cause: string): void {
    this.#failures[cause] = (this.#failures[cause] ?? 0) + 1;
  }

  read(): WatchStatistics {
    return {
      events: this.#events,
      bookmarks: this.#bookmarks,
      malformed: this.#malformed,
      lists: { ...this.#lists },
      failures: { ...this.#failures },
      lag: this.#lag.read(),
    };
  }
}

/** The mutable form of {@link Durations}. */
class DurationCounter {
  #count = 0;
  #totalMs = 0;
  #maxMs = 0;
  readonly #buckets = [...LAG_BOUNDS_MS, Infinity].map(() => 0);

  add(ms: number): void {
    const index = LAG_BOUNDS_MS.findIndex((bound) => ms <= bound);
    const bucket = index === -1 ? LAG_BOUNDS_MS.length : index;
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.#count += 1;
    this.#totalMs += ms;
    this.#maxMs = Math.max(this.#maxMs, ms);
  }

  read(): Durations {
    return { count: this.#count, totalMs: this.#totalMs, maxMs: this.#maxMs, buckets: [...this.#buckets] };
  }
}
