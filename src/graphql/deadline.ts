import { failure } from './errors.ts';

/**
 * Time limit of one request. Its signal aborts when the time has passed or the client has left; access reviews and reads end
 * with it. A write that was sent does not: see {@link Writer}. Aborts at the latest when it is disposed of; holds a timer until then.
 */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #aborted = Promise.withResolvers<never>();
  #timer: NodeJS.Timeout | undefined;

  /** @param milliseconds time that the request may take, from now on */
  constructor(milliseconds: number) {
    this.#aborted.promise.catch(() => undefined); // there may be nothing to wait for
    this.restart(milliseconds);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Replaces the time limit by one that starts now. */
  restart(milliseconds: number): void {
    this.remove();
    if (!this.signal.aborted) this.#timer = setTimeout(() => this.#abort(timedOut()), milliseconds);
  }

  /** Removes the time limit: only the client ends the request then. For subscriptions. */
  remove(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Must be called when the request has been answered. Ends whatever of it is still in progress. */
  end(): void {
    this.remove();
    this.#controller.abort(ANSWERED);
  }

  /** Must be called when the client has disconnected, or has cancelled the request. */
  cancel(): void {
    this.remove();
    this.#abort(failure('TIMEOUT', 'The client cancelled the request.'));
  }

  /**
   * Returns the result, or rejects when the signal aborts: with TIMEOUT if the time has passed. An error that the abort
   * caused in the result does not count.
   */
  async race<R>(result: Promise<R>): Promise<R> {
    try {
      return await Promise.race([result, this.#aborted.promise]);
    } finally {
      this.signal.throwIfAborted();
    }
  }

  /** Must be called when the client has taken the answer, unless it has disconnected before. */
  [Symbol.dispose](): void {
    this.cancel();
  }

  #abort(reason: Error): void {
    this.#aborted.reject(reason);
    this.#controller.abort(reason);
  }
}

/** Reason of the abort after the answer. Nothing waits for it, and an error for each request would be a tenth of a small one. */
const ANSWERED = new Error('The request has been answered.');

/** Name of the setting in the message, because the administrator may raise it. */
function timedOut(): Error {
  return failure(
    'TIMEOUT',
    'The request took longer than REQUEST_TIMEOUT_SECONDS, or with waitFor longer than its timeoutSeconds and 5 seconds, and was cancelled. A mutation may or may not have happened: read the object before you repeat it.',
    { http: { status: 504 } },
  );
}
