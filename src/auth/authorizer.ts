import { setTimeout as delay } from 'node:timers/promises';
import { assertSegments } from '../kubernetes/path.ts';
import { isUnauthorized, isUnreachable, retryAfterMsOf, StatusError } from '../kubernetes/status-error.ts';
import { TtlCache } from '../kubernetes/ttl-cache.ts';
import { FairQueue } from './fair-queue.ts';
import { attributesKey, describeAttributes, type ResourceAttributes } from './resource-attributes.ts';
import { isReviewBudgetExceeded, ReviewBudget } from './review-budget.ts';
import { ReviewMonitor } from './review-monitor.ts';
import type { Viewer } from './viewer.ts';

export interface AuthorizerOptions {
  /** Time to live of an allowed decision. */
  readonly allowedTtlMs: number;
  /** Time to live of a denied decision. */
  readonly deniedTtlMs: number;
  /** Time, after its TTL, for which the last decision holds while the API server returns no new one. */
  readonly graceMs: number;
  /** Maximum number of cached decisions; 200,000 by default. */
  readonly maxDecisions?: number;
  /** Maximum number of concurrent reviews; 32 by default. Viewers whose reviews wait take turns. */
  readonly maxConcurrentReviews?: number;
  /** Maximum number of reviews that one request causes; 2,000 by default. */
  readonly maxReviewsPerRequest?: number;
  /** Time without a response after which reviews hang, and decisions within their grace are returned; 1 s by default. */
  readonly patienceMs?: number;
  /** Returns monotonic time in milliseconds; `performance.now` by default. */
  readonly now?: () => number;
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
}

/** Conditions of one call of {@link Authorizer.authorize}. */
export interface AuthorizeOptions {
  /** Decisions whose review started before this time (of the authorizer's clock) are not accepted, except within the grace. */
  readonly notBefore?: number | undefined;
  /** Ends the wait. A review is cancelled when the signals of all callers that wait for it have aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Pays for the review, if one is necessary. */
  readonly budget?: ReviewBudget | undefined;
}

const MAX_DECISIONS = 200_000;
const MAX_CONCURRENT_REVIEWS = 32;
const MAX_REVIEWS_PER_REQUEST = 10_000;
const PATIENCE_MS = 1_000;
const ATTEMPTS = 3;
const FIRST_RETRY_MS = 100;
const REVIEW_TIMEOUT_MS = 10_000;

/**
 * Decides by access reviews of the API server, and caches the decisions per viewer key. Concurrent calls with equal
 * attributes share one review. Without a decision it fails; it never denies by default.
 */
export class Authorizer {
  readonly #options: AuthorizerOptions;
  readonly #decisions: TtlCache<boolean>;
  readonly #queue: FairQueue;
  readonly #monitor: ReviewMonitor;

  constructor(options: AuthorizerOptions) {
    const { maxDecisions = MAX_DECISIONS, maxConcurrentReviews = MAX_CONCURRENT_REVIEWS, graceMs, now } = options;
    this.#options = options;
    this.#decisions = new TtlCache({ maxEntries: maxDecisions, graceMs, ...(now && { now }) });
    this.#queue = new FairQueue(maxConcurrentReviews);
    this.#monitor = new ReviewMonitor(options.patienceMs ?? PATIENCE_MS);
  }

  /** Returns the budget for the access reviews of one request. */
  createBudget(): ReviewBudget {
    return new ReviewBudget(this.#options.maxReviewsPerRequest ?? MAX_REVIEWS_PER_REQUEST);
  }

  /**
   * Returns whether a viewer may perform a request. Throws a `StatusError`: Invalid if the attributes cannot be parts of a
   * request path, Unauthorized if the viewer's credentials are no longer valid, TooManyAccessReviews if the budget is
   * spent, ServiceUnavailable if there is no decision.
   */
  async authorize(
    viewer: Viewer,
    attributes: ResourceAttributes,
    { notBefore, signal, budget }: AuthorizeOptions = {},
  ): Promise<boolean> {
    const { namespace, name, subresource } = attributes;
    assertSegments({ namespace, name, subresource });
    const { allowedTtlMs, deniedTtlMs } = this.#options;
    const review = async (abandoned: AbortSignal) => {
      const allowed = await this.#queue.run(viewer.name, () => this.#review(viewer, attributes, abandoned), abandoned);
      return { value: allowed, ttlMs: allowed ? allowedTtlMs : deniedTtlMs };
    };
    const load = (abandoned: AbortSignal) => {
      budget?.spend();
      return review(abandoned);
    };
    try {
      const key = `${viewer.key} ${attributesKey(attributes)}`;
      const last = this.#decisions.getStale(key);
      // A review that replaces a decision continues after the request, so that the next one has its result.
      const waitsUntil = last === undefined ? signal : undefined;
      const servesStale = (error: unknown) => !isFinal(error);
      const decision = this.#decisions.get(key, load, { notBefore, signal: waitsUntil, servesStale });
      return await (last === undefined ? decision : this.#monitor.unlessHanging(decision, last));
    } catch (error) {
      throw isFinal(error) ? error : undecided(attributes, error);
    }
  }

  /** Reviews again if the API server is unreachable, which it may be for a moment behind a load balancer. */
  async #review(viewer: Viewer, attributes: ResourceAttributes, abandoned: AbortSignal): Promise<boolean> {
    const sleep = this.#options.sleep ?? delay;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const signal = AbortSignal.any([abandoned, AbortSignal.timeout(REVIEW_TIMEOUT_MS)]);
        return await this.#monitor.observe(viewer.reviewAccess(attributes, signal));
      } catch (error) {
        if (attempt === ATTEMPTS || abandoned.aborted || !isUnreachable(error)) throw error;
        await sleep(FIRST_RETRY_MS * 3 ** (attempt - 1));
      }
    }
  }
}

/** Returns whether an earlier decision must not replace the error. */
function isFinal(error: unknown): boolean {
  return isUnauthorized(error) || isReviewBudgetExceeded(error);
}

function undecided(attributes: ResourceAttributes, error: unknown): StatusError {
  const reason = error instanceof Error ? error.message : String(error);
  return new StatusError({
    code: 503,
    reason: 'ServiceUnavailable',
    message: `The API server did not decide whether you may ${describeAttributes(attributes)}: ${reason}`,
    retryAfterSeconds: Math.ceil((retryAfterMsOf(error) ?? 1_000) / 1_000),
  });
}

/** Returns the error of a denied request. It is the same whether the object exists or not. */
export function forbidden(attributes: ResourceAttributes): StatusError {
  const { namespace } = attributes;
  return new StatusError({
    code: 403,
    reason: 'Forbidden',
    message: `You may not ${describeAttributes(attributes)}.`,
    namespace: namespace ?? undefined,
  });
}
