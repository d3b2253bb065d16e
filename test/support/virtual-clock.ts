import type { Clock, Timer } from '../../src/cache/clock.ts';
import { ManualTimers } from './manual-timers.ts';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** Sleeps shorter than this take no time, so that backoff and jitter do not matter. */
const SHORT_MS = 1_000;

/** Wall time at the start of the clock. */
const START = Date.parse('2030-01-01T00:00:00Z');

/** A clock that only {@link pass} moves. Random numbers are 0. */
export class VirtualClock implements Clock {
  readonly #sleepers = new Set<Sleeper>();
  readonly #timers = new ManualTimers();
  #now = 0;

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return START + this.#now;
  }

  random(): number {
    return 0;
  }

  /** Number of pending sleeps. */
  get waiting(): number {
    return this.#sleepers.size;
  }

  /** Moves the clock, and ends the sleeps and timers that are due. */
  pass(ms: number): void {
    this.#now += ms;
    for (const sleeper of this.#sleepers) if (sleeper.until <= this.#now) sleeper.wake();
    this.#timers.fire(this.#now);
  }

  startTimer(ms: number, onExpired: () => void): Timer {
    return this.#timers.start(() => this.#now + ms, onExpired);
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    if (ms < SHORT_MS) {
      setImmediate(resolve);
      return promise;
    }
    const sleeper: Sleeper = {
      until: this.#now + ms,
      wake: () => {
        this.#sleepers.delete(sleeper);
        signal.removeEventListener('abort', sleeper.wake);
        resolve();
      },
    };
    this.#sleepers.add(sleeper);
    signal.addEventListener('abort', sleeper.wake);
    return promise;
  }
}
