import { setTimeout as delay } from 'node:timers/promises';

/** A write, for the log. */
export interface SentWrite {
  readonly verb: string;
  /** Plural name of the resource. */
  readonly resource: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  /** Name of the user. */
  readonly viewer: string;
}

/**
 * Called with the outcome of a write whose request is over.
 * @param error undefined if the write has happened
 */
type OnAbandoned = (write: SentWrite, error: unknown) => void;

/**
 * The writes of all viewers that the API server has not answered yet. They are never cancelled, because a cancelled write may
 * still happen. Bounded by the requests in flight and the 65 s that a write may take.
 */
export class SentWrites {
  readonly #pending = new Set<Promise<unknown>>();
  readonly #onAbandoned: OnAbandoned;

  constructor(onAbandoned: OnAbandoned) {
    this.#onAbandoned = onAbandoned;
  }

  /**
   * Sends a write and returns its result. If its request is over before there is one, the outcome goes to the log.
   * @param signal signal of the request. If it has aborted already, the write is not sent
   */
  async send<R>(write: SentWrite, signal: AbortSignal, send: (signal: AbortSignal) => Promise<R>): Promise<R> {
    signal.throwIfAborted();
    const result = send(new AbortController().signal);
    this.#pending.add(result);
    try {
      const value = await result;
      if (signal.aborted) this.#onAbandoned(write, undefined);
      return value;
    } catch (error) {
      if (signal.aborted) this.#onAbandoned(write, error);
      throw error;
    } finally {
      this.#pending.delete(result);
    }
  }

  /** Waits until all writes have an outcome, for at most this time. */
  async drain(milliseconds: number): Promise<void> {
    if (this.#pending.size === 0) return;
    const waiting = new AbortController();
    const timeout = delay(milliseconds, undefined, { signal: waiting.signal }).catch(() => undefined);
    await Promise.race([Promise.allSettled(this.#pending), timeout]);
    waiting.abort();
  }
}
