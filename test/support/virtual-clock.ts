import type { Clock, Timer } from '../../src/cache/clock.ts';
import { ManualTimers } from './manual-timers.ts';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** Waits shorter than this take no time: how long to wait after a failure is not what these tests are about. */
const SHORT_MS = 1_000;

/** A clock on which time passes only as it is told to, and a wait lasts until its time has come. Chance always falls on 0. */
export class VirtualClock implements Clock {
  readonly #sleepers = new Set<Sleeper>();
  readonly #timers = new ManualTimers();
  #now = Date.parse('2030-01-01T00:00:00Z');

  now(): number {
    return this.#now;
  }

  random(): number {
    return 0;
  }

  /** How many wait for their time to come. */
  get waiting(): number {
    return this.#sleepers.size;
  }

  /** Lets so much time pass. */
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
