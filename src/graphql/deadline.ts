import { failure } from './errors.ts';

/**
 * Time limit of one request. Its signal aborts when the time has passed or the client has left; access reviews and reads end
 * with it. A write that was sent does not: see {@link Writer}. Aborts at the latest when it is disposed of. Holds a timer from the first
 * use of its signal, or the first race, until then: most requests need none.
 */
export class Deadline implements Disposable {
  /** Created by the first use of the signal: most requests have been answered before. */
  #controller: AbortController | undefined;
  /** Why the request is over. Undefined until it is. */
  #reason: Error | undefined;
  /** See {@link onOver}. */
  #handlers: (() => void)[] | undefined;
  /** Rejects the races in progress. */
  #races: Set<(reason: Error) => void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Time of `performance.now` at which the limit passes. */
  #endsAt = Infinity;

  /** @param milliseconds time that the request may take, from now on */
  constructor(milliseconds: number) {
    this.restart(milliseconds);
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    this.#startTimer();
    if (this.#reason) this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }

  /** Whether the request is over: its signal has aborted, or would have. */
  get isOver(): boolean {
    return this.#reason !== undefined || (!this.#timer && performance.now() >= this.#endsAt);
  }

  /**
   * Calls a handler when the request is over, at once if it is already. Unlike a listener of the signal, it takes no `AbortController`,
   * whose creation and end would be a twentieth of a large answer.
   */
  onOver(handler: () => void): void {
    this.#startTimer();
    if (this.#reason) handler();
    else (this.#handlers ??= []).push(handler);
  }

  /** Replaces the time limit by one that starts now. */
  restart(milliseconds: number): void {
    const isWaiting = this.#timer !== undefined;
    this.remove();
    if (this.#reason) return;
    this.#endsAt = performance.now() + milliseconds;
    if (isWaiting) this.#startTimer();
  }

  /** Removes the time limit: only the client ends the request then. For subscriptions. */
  remove(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#endsAt = Infinity;
  }

  /** Must be called when the request has been answered. Ends whatever of it is still in progress. */
  end(): void {
    this.remove();
    this.#reason ??= ANSWERED;
    this.#notify(this.#reason);
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
  race<R>(result: Promise<R>): Promise<R> {
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    this.#startTimer();
    const races = (this.#races ??= new Set());
    races.add(reject);
    const settled = (settle: () => void) => {
      races.delete(reject);
      if (this.#reason) reject(this.#reason);
      else settle();
    };
    result.then(
      (value) => settled(() => resolve(value)),
      (error: unknown) => settled(() => reject(error)),
    );
    if (this.#reason) reject(this.#reason);
    return promise;
  }

  /** Must be called when the client has taken the answer, unless it has disconnected before. */
  [Symbol.dispose](): void {
    this.cancel();
  }

  #startTimer(): void {
    if (this.#timer || this.#reason || this.#endsAt === Infinity) return;
    const leftMs = this.#endsAt - performance.now();
    if (leftMs <= 0) this.#abort(timedOut());
    else this.#timer = setTimeout(() => this.#abort(timedOut()), leftMs);
  }

  #abort(reason: Error): void {
    this.#reason ??= reason;
    for (const reject of this.#races ?? []) reject(this.#reason);
    this.#notify(this.#reason);
  }

  #notify(reason: Error): void {
    const handlers = this.#handlers;
    this.#handlers = undefined;
    for (const handler of handlers ?? []) handler();
    this.#controller?.abort(reason);
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
