import type { Clock, Timer } from '../../src/cache/clock.ts';
import { ManualTimers } from './manual-timers.ts';

/** A clock on which waiting takes no time, except what is to wait until it is passed. Chance always falls on 0. */
export class OwnedClock implements Clock {
  /** How long each wait was asked to be, in milliseconds, in order; those that were held back are not among them. */
  readonly slept: number[] = [];
  readonly #held: ReadonlySet<number>;
  readonly #passes = new Set<() => void>();
  readonly #timers = new ManualTimers();
  #now = Date.parse('2030-01-01T00:00:00Z');

  /** @param held waits of exactly so many milliseconds last until {@link pass} or their signal */
  constructor(...held: readonly number[]) {
    this.#held = new Set(held);
  }

  now(): number {
    return this.#now;
  }

  random(): number {
    return 0;
  }

  /** Lets so much time pass, and ends the waits that are held. */
  pass(ms: number): void {
    this.#now += ms;
    for (const end of this.#passes) end();
    this.#passes.clear();
    this.#timers.fire(this.#now);
  }

  startTimer(ms: number, onExpired: () => void): Timer {
    return this.#timers.start(() => this.#now + ms, onExpired);
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
      signal.addEventListener('abort', () => resolve());
      return promise;
    }
    this.slept.push(ms);
    // Whoever loops over waits must not keep everybody else from their turn.
    setImmediate(resolve);
    return promise;
  }
}
