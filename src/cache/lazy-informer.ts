import type { Clock } from './clock.ts';
import type { Informer } from './informer.ts';

export interface LazyInformerOptions {
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
export class LazyInformer {
  readonly #informer: Informer;
  readonly #options: LazyInformerOptions;
  readonly #idleMs: number;
  /** Those that were told to stop may still be ending. */
  readonly #running = new Set<Promise<unknown>>();
  #stopping: AbortController | undefined;
  #isStopped = false;
  #startedAt = 0;
  #lastUsedAt = 0;
  #waiters = 0;

  constructor(informer: Informer, options: LazyInformerOptions) {
    this.#informer = informer;
    this.#options = options;
    this.#idleMs = Math.max(options.idleMs, SHORTEST_IDLE_MS);
  }

  /**
   * There is a reader. Resolves when the copy has been read once, or it is known why it cannot be, or after a while, or
   * when the signal aborts: at once, usually.
   */
  async ensureSynced(signal?: AbortSignal): Promise<void> {
    this.markUsed();
    if (!this.#stopping) this.#start();
    const { attempted } = this.#informer;
    const patienceMs = this.#startedAt + PATIENCE_MS - this.#lastUsedAt;
    if (!attempted || attempted.aborted || patienceMs <= 0) return;
    this.#waiters += 1;
    await this.#options.clock.sleep(patienceMs, signal ? AbortSignal.any([attempted, signal]) : attempted);
    this.#waiters -= 1;
    this.markUsed();
  }

  /** It is of use now. */
  markUsed(): void {
    this.#lastUsedAt = this.#options.clock.now();
  }

  /** Stops for good. Resolves when nothing of it runs any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopReflector();
    await Promise.all(this.#running);
  }

  #start(): void {
    if (this.#isStopped) return;
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.#startedAt = this.#lastUsedAt;
    this.#informer.start(stopping.signal);
    const running = Promise.all([this.#options.reflect(stopping.signal), this.#stopWhenIdle(stopping.signal)]);
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
  }

  async #stopWhenIdle(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      const isInUse = this.#waiters > 0 || this.#informer.store.hasEventHandlers;
      const leftMs = isInUse ? this.#idleMs : this.#lastUsedAt + this.#idleMs - clock.now();
      if (leftMs <= 0) return this.#stopReflector();
      await clock.sleep(leftMs, signal);
    }
  }

  /** What it has kept is gone in this very turn; a reader that comes now begins anew, and does not wait for the old watch to end. */
  #stopReflector(): void {
    this.#stopping?.abort();
    this.#stopping = undefined;
    this.#informer.stop();
  }
}
