import type { Clock, Timer } from '../../src/cache/clock.ts';
import { ManualTimers } from './manual-timers.ts';

/** Wall time at the start of the clock. */
const START = Date.parse('2030-01-01T00:00:00Z');

/** A clock on which sleeping takes no time, except for the durations that are held until {@link pass}. Random numbers are 0. */
export class ManualClock implements Clock {
  /** Duration of each sleep in milliseconds, in order, without the held ones. */
  readonly slept: number[] = [];
  readonly #held: ReadonlySet<number>;
  readonly #passes = new Set<() => void>();
  readonly #timers = new ManualTimers();
  #now = 0;

  /** @param held sleeps of exactly one of these durations last until {@link pass} or their signal */
  constructor(...held: readonly number[]) {
    this.#held = new Set(held);
  }

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return START + this.#now;
  }

  random(): number {
    return 0;
  }

  /** Moves the clock, ends the held sleeps and expires the timers that are due. */
  pass(ms: number): void {
    this.#now += ms;
    for (const end of this.#passes) end();
    this.#passes.clear();
    this.#timers.fire(this.#now);
  }

  startTimer(ms: number, onExpired: () => void): Timer {
    return this.#timers.start(() => this.#now + ms, onExpired);
  }

  /** Whether a held sleep waits for {@link pass}. */
  get isHolding(): boolean {
    return this.#passes.size > 0;
  }

  /** Milliseconds until each started timer expires, in no particular order. */
  get timers(): readonly number[] {
    return this.#timers.due().map((due) => due - this.#now);
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.#held.has(ms)) {
      this.#passes.add(resolve);
      signal.addEventListener('abort', () => {
        this.#passes.delete(resolve);
        resolve();
      });
      return promise;
    }
    this.slept.push(ms);
    // A loop of sleeps must not starve the event loop.
    setImmediate(resolve);
    return promise;
  }
}
