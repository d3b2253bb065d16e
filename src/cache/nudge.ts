import type { Clock } from './clock.ts';

/** Lets a wait be cut short by who needs what comes after it; also one that is yet to begin. */
export class Nudge {
  #isWanted = false;
  #cut = new AbortController();

  give(): void {
    this.#isWanted = true;
    this.#cut.abort();
  }

  /** What is wanted is about to be done: only who comes later cuts the next wait. */
  heed(): void {
    this.#isWanted = false;
    this.#cut = new AbortController();
  }

  async sleep(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
    if (!this.#isWanted) await clock.sleep(ms, AbortSignal.any([signal, this.#cut.signal]));
  }
}
