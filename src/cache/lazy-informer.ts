import type { Clock } from './clock.ts';
import type { Informer } from './informer.ts';

interface LazyInformerOptions {
  readonly clock: Clock;
  /** The reflector stops after this time without a reader or event handler; at least one second. */
  readonly idleMs: number;
  /** Runs the reflector until the signal aborts; resolves when nothing of it runs any more. */
  readonly reflect: (signal: AbortSignal) => Promise<void>;
}

/** Time that readers wait for the first list, counted from the start of the reflector. */
const SYNC_TIMEOUT_MS = 5_000;
const MIN_IDLE_MS = 1_000;

/**
 * Runs an informer's reflector from the first reader until the resource has been idle for a while, and again from the next
 * reader. A resource is idle while no call waits in {@link ensureSynced} and its store has no event handlers. When the
 * reflector stops, the store is emptied; versions stay valid.
 */
export class LazyInformer {
  readonly #informer: Informer;
  readonly #options: LazyInformerOptions;
  readonly #idleMs: number;
  /** Runs that have not ended yet; stopped ones may still be ending. */
  readonly #running = new Set<Promise<unknown>>();
  /** Ends the current run. Undefined while there is none. */
  #stopping: AbortController | undefined;
  #isStopped = false;
  #startedAt = 0;
  #lastUsedAt = 0;
  #waiters = 0;

  constructor(informer: Informer, options: LazyInformerOptions) {
    this.#informer = informer;
    this.#options = options;
    this.#idleMs = Math.max(options.idleMs, MIN_IDLE_MS);
  }

  /**
   * Starts the reflector unless it runs, and postpones its stop. Resolves when the store has been read once; when it is known why it
   * cannot be read; 5 s after the start; or when the signal aborts. Undefined if nothing of that has to be waited for. Never rejects.
   */
  ensureSynced(cancellation?: Pick<AbortController, 'signal'>): Promise<void> | undefined {
    this.markUsed();
    if (!this.#stopping) this.#start();
    const { attempted } = this.#informer;
    const timeoutMs = this.#startedAt + SYNC_TIMEOUT_MS - this.#lastUsedAt;
    if (!attempted || attempted.aborted || timeoutMs <= 0) return undefined;
    return this.#wait(timeoutMs, attempted, cancellation?.signal);
  }

  async #wait(timeoutMs: number, attempted: AbortSignal, signal: AbortSignal | undefined): Promise<void> {
    this.#waiters += 1;
    await this.#options.clock.sleep(timeoutMs, signal ? AbortSignal.any([attempted, signal]) : attempted);
    this.#waiters -= 1;
    this.markUsed();
  }

  /** Whether a call waits in {@link ensureSynced}, or the store has event handlers. */
  get isInUse(): boolean {
    return this.#waiters > 0 || this.#informer.store.hasEventHandlers;
  }

  /** Time of the last read or removal of the last event handler, of the cache's clock. */
  get lastUsedAt(): number {
    return this.#lastUsedAt;
  }

  /** Postpones the stop of the reflector. */
  markUsed(): void {
    this.#lastUsedAt = this.#options.clock.now();
  }

  /** Stops for good. Resolves when nothing runs any more. */
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
      const leftMs = this.isInUse ? this.#idleMs : this.#lastUsedAt + this.#idleMs - clock.now();
      if (leftMs <= 0) return this.#stopReflector();
      await clock.sleep(leftMs, signal);
    }
  }

  /** Empties the store synchronously. The next reader starts a new run, without a wait for the end of this one. */
  #stopReflector(): void {
    this.#stopping?.abort();
    this.#stopping = undefined;
    this.#informer.stop();
  }
}
