import type { Clock } from './clock.ts';

/** Lets a wait be cut short by who needs what comes after it; also one that is yet to begin. */
export class WakeSignal {
  #isAwake = false;
  #interrupt = new AbortController();

  wake(): void {
    this.#isAwake = true;
    this.#interrupt.abort();
  }

  /** What is wanted is about to be done: only who comes later cuts the next wait. */
  clear(): void {
    this.#isAwake = false;
    this.#interrupt = new AbortController();
  }

  async sleep(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
    if (!this.#isAwake) await clock.sleep(ms, AbortSignal.any([signal, this.#interrupt.signal]));
  }
}
