/** Of many durations, what a monitoring system needs. */
export interface Durations {
  readonly count: number;
  readonly totalMs: number;
  readonly maxMs: number;
}

/** What has happened to the watch of one resource since the process began. */
export interface WatchStatistics {
  readonly events: number;
  readonly bookmarks: number;
  /** What the API server sent and could not be read. */
  readonly malformed: number;
  /** How often everything was listed, by what made it necessary; `start` is the first time after each start of the watch. */
  readonly lists: Readonly<Record<string, number>>;
  /** How often a watch or list failed, by cause. */
  readonly failures: Readonly<Record<string, number>>;
  /** From the API server's write to our receipt, for objects that tell: their managers note whole seconds. */
  readonly lag: Durations;
}

/** Counts up, and can be read at any time. */
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

/** Sums durations up. */
export class DurationCounter {
  #count = 0;
  #totalMs = 0;
  #maxMs = 0;

  add(ms: number): void {
    this.#count += 1;
    this.#totalMs += ms;
    this.#maxMs = Math.max(this.#maxMs, ms);
  }

  read(): Durations {
    return { count: this.#count, totalMs: this.#totalMs, maxMs: this.#maxMs };
  }
}
