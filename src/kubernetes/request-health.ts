/** Duration of failures without a success after which the connection counts as failing. */
const FAILING_AFTER_MS = 5_000;
/** Time after which a failure is no evidence any more, longer than the waits between retries. */
const EVIDENCE_MS = 90_000;

/** Whether requests to the API server succeed. */
export class RequestHealth {
  readonly #now: () => number;
  #failingSince: number | undefined;
  #lastFailureAt = 0;

  /** @param now returns monotonic time in milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  succeeded(): void {
    this.#failingSince = undefined;
  }

  failed(): void {
    this.#lastFailureAt = this.#now();
    this.#failingSince ??= this.#lastFailureAt;
  }

  /** Returns whether every request has failed for at least five seconds. A single failure is no evidence. */
  get isFailing(): boolean {
    if (this.#failingSince === undefined) return false;
    const isRecent = this.#now() - this.#lastFailureAt <= EVIDENCE_MS;
    return isRecent && this.#lastFailureAt - this.#failingSince >= FAILING_AFTER_MS;
  }
}
