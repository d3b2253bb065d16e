import type { Clock, Timer } from './clock.ts';

/** Wait before the first list, so that the causes of a burst share it. */
const FIRST_WAIT_MS = 1_000;
const MIN_INTERVAL_MS = 10_000;
const MAX_INTERVAL_MS = 600_000;

/**
 * Spreads the lists that are due because the store may be wrong, and not because the list or watch itself failed: after an
 * event that could not be decoded, or an error that repeats. The first one waits a second. Further ones have an interval of
 * ten seconds, which doubles up to ten minutes while such lists are requested within twice the interval.
 */
export class RelistSchedule {
  readonly #clock: Clock;
  #intervalMs = MIN_INTERVAL_MS;
  #lastAt = Number.NEGATIVE_INFINITY;
  /** Time of the list that is due. Undefined if none is. */
  #dueAt: number | undefined;
  #watch: WatchUntilRelist | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns the milliseconds until the next list, which the caller starts. */
  reserve(): number {
    const now = this.#clock.now();
    const isFirst = now - this.#lastAt > 2 * this.#intervalMs;
    const at = Math.max(now + FIRST_WAIT_MS, isFirst ? now : this.#lastAt + this.#intervalMs);
    this.#intervalMs = isFirst ? MIN_INTERVAL_MS : Math.min(2 * this.#intervalMs, MAX_INTERVAL_MS);
    this.#lastAt = at;
    return at - now;
  }

  /** Requests a list. The watch in progress, or the next one, ends when it is due. */
  request(): void {
    if (this.#dueAt !== undefined) return;
    this.#dueAt = this.#clock.now() + this.reserve();
    this.#watch?.endAt(this.#dueAt);
  }

  /** Forgets the request. To be called when a list starts. */
  clear(): void {
    this.#dueAt = undefined;
  }

  /** Returns the handle of a watch, which ends when a requested list is due. To be disposed when the watch has ended. */
  startWatch(): WatchUntilRelist {
    this.#watch = new WatchUntilRelist(this.#clock);
    if (this.#dueAt !== undefined) this.#watch.endAt(this.#dueAt);
    return this.#watch;
  }
}

class WatchUntilRelist implements Disposable {
  readonly #clock: Clock;
  readonly #due = new AbortController();
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Aborts when the list is due. */
  get signal(): AbortSignal {
    return this.#due.signal;
  }

  endAt(time: number): void {
    this.#timer = this.#clock.startTimer(time - this.#clock.now(), () => this.#due.abort());
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }
}
