import type { Clock } from './clock.ts';
import type { KeptResource } from './kept-resource.ts';

export interface WatchOnDemandOptions {
  readonly clock: Clock;
  /** Without a reader for so long, it stops. */
  readonly idleMs: number;
  /** Keeps the copy equal to what the API server has, until the signal ends it. */
  readonly reflect: (signal: AbortSignal) => Promise<void>;
}

/** How long the first readers wait for the copy, counted from the start of the watch. */
const PATIENCE_MS = 5_000;
const SHORTEST_IDLE_MS = 1_000;

/** Keeps a copy from its first reader until nobody has read it, or followed it, for a while; and again from the next one. */
export class WatchOnDemand {
  readonly #kept: KeptResource;
  readonly #options: WatchOnDemandOptions;
  readonly #idleMs: number;
  /** Those that were told to stop may still be ending. */
  readonly #running = new Set<Promise<unknown>>();
  #stopping: AbortController | undefined;
  #isEnded = false;
  #begunAt = 0;
  #usedAt = 0;
  #waiting = 0;

  constructor(kept: KeptResource, options: WatchOnDemandOptions) {
    this.#kept = kept;
    this.#options = options;
    this.#idleMs = Math.max(options.idleMs, SHORTEST_IDLE_MS);
  }

  /**
   * There is a reader. Resolves when the copy has been read once, or it is known why it cannot be, or after a while, or
   * when the signal aborts: at once, usually.
   */
  async use(signal?: AbortSignal): Promise<void> {
    this.touch();
    if (!this.#stopping) this.#begin();
    const { answered } = this.#kept;
    const patienceMs = this.#begunAt + PATIENCE_MS - this.#usedAt;
    if (!answered || answered.aborted || patienceMs <= 0) return;
    this.#waiting += 1;
    await this.#options.clock.sleep(patienceMs, signal ? AbortSignal.any([answered, signal]) : answered);
    this.#waiting -= 1;
    this.touch();
  }

  /** It is of use now. */
  touch(): void {
    this.#usedAt = this.#options.clock.now();
  }

  /** Stops for good. Resolves when nothing of it runs any more. */
  async end(): Promise<void> {
    this.#isEnded = true;
    this.#stop();
    await Promise.all(this.#running);
  }

  #begin(): void {
    if (this.#isEnded) return;
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.#begunAt = this.#usedAt;
    this.#kept.begin(stopping.signal);
    const running = Promise.all([this.#options.reflect(stopping.signal), this.#stopWhenIdle(stopping.signal)]);
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
  }

  async #stopWhenIdle(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      const isInUse = this.#waiting > 0 || this.#kept.store.isFollowed;
      const leftMs = isInUse ? this.#idleMs : this.#usedAt + this.#idleMs - clock.now();
      if (leftMs <= 0) return this.#stop();
      await clock.sleep(leftMs, signal);
    }
  }

  /** What it has kept is gone in this very turn; a reader that comes now begins anew, and does not wait for the old watch to end. */
  #stop(): void {
    this.#stopping?.abort();
    this.#stopping = undefined;
    this.#kept.end();
  }
}
