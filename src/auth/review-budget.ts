import { StatusError } from '../kubernetes/status-error.ts';

const REASON = 'TooManyAccessReviews';

/** Number of access reviews that one request may cause. Cached decisions and shared reviews cost nothing. */
export class ReviewBudget {
  readonly #max: number;
  #spent = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Counts one review. Throws TooManyAccessReviews if there are more than the maximum. */
  spend(): void {
    this.#spent += 1;
    if (this.#spent <= this.#max) return;
    throw new StatusError({
      code: 400,
      reason: REASON,
      limit: { name: 'MAX_ACCESS_REVIEWS_PER_REQUEST', max: this.#max },
      message: `Expected a request that needs at most ${this.#max} access reviews, got one that needs more. Select fewer namespaces, objects or fields, or raise MAX_ACCESS_REVIEWS_PER_REQUEST.`,
    });
  }
}

/** Returns whether a request needs more access reviews than its {@link ReviewBudget} has. */
export function isReviewBudgetExceeded(error: unknown): boolean {
  return error instanceof StatusError && error.reason === REASON;
}
