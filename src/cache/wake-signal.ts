import type { Clock } from './clock.ts';

/** Wakes a sleeping loop. If called while the loop is awake, its next sleep returns at once. */
export class WakeSignal {
  #isWoken = false;
  #sleep = new AbortController();

  wake(): void {
    this.#isWoken = true;
    this.#sleep.abort();
  }

  /** Forgets earlier calls of {@link wake}. To be called before the work that they ask for. */
  clear(): void {
    this.#isWoken = false;
    this.#sleep = new AbortController();
  }

  /** Resolves after the given milliseconds, when woken, or when the signal aborts. */
  async sleep(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
    if (!this.#isWoken) await clock.sleep(ms, AbortSignal.any([signal, this.#sleep.signal]));
  }
}
