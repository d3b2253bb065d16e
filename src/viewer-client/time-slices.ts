import { setImmediate as nextTurn } from 'node:timers/promises';

/** Time after which long work lets other work of the event loop run. */
const SLICE_MS = 8;

/** Divides long work into slices of 8 ms, each in a turn of the event loop of its own. */
export class TimeSlices {
  #end = performance.now() + SLICE_MS;
  #turns: Promise<void> = Promise.resolve();

  /** Whether the current slice has taken its time. */
  get isOver(): boolean {
    return performance.now() >= this.#end;
  }

  /** Starts a slice now: the event loop has done other work since the last one. */
  restart(): void {
    this.#end = performance.now() + SLICE_MS;
  }

  /** Resolves in a later turn of the event loop, with a new slice. Concurrent calls get turns one after the other. */
  async next(): Promise<void> {
    this.#turns = this.#nextTurn(this.#turns);
    await this.#turns;
  }

  async #nextTurn(earlier: Promise<void>): Promise<void> {
    await earlier;
    await nextTurn();
    this.restart();
  }
}
