import { setTimeout as delay } from 'node:timers/promises';
import { assertSegments } from '../kubernetes/path.ts';
import { timeoutError } from '../kubernetes/requests.ts';
import { isUnauthorized, isUnreachable, retryAfterMsOf, StatusError } from '../kubernetes/status-error.ts';
import { withTimeLimit } from '../kubernetes/time-limit.ts';
import { TtlCache, type Loaded, type LoadedAt } from '../kubernetes/ttl-cache.ts';
import { DecisionLifetime, type Decision, type LifetimeOptions } from './decision-lifetime.ts';
import { FairQueue } from './fair-queue.ts';
import { KeptScopes } from './kept-scopes.ts';
import type { AccessChange } from './rbac/access-change.ts';
import { subjectKeysOf } from './rbac/subjects.ts';
import type { ViewerAccess, ViewerAccesses } from './rbac/viewer-access.ts';
import { attributesKey, describeAttributes, type ResourceAttributes } from './resource-attributes.ts';
import { isReviewBudgetExceeded, ReviewBudget } from './review-budget.ts';
import { ReviewMonitor } from './review-monitor.ts';
import type { AccessReview, Viewer } from './viewer.ts';

export interface AuthorizerOptions extends LifetimeOptions {
  /** RBAC index as each viewer is concerned. Without it, changes of permissions are not observed. */
  readonly accesses?: ViewerAccesses | undefined;
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
  /** Returns a function that runs a review within a span of the caller, for traces. */
  readonly traceReview?: ((attributes: ResourceAttributes) => <R>(work: () => Promise<R>) => Promise<R>) | undefined;
}

/** Conditions of one call of {@link Authorizer.decide}. */
interface DecideOptions {
  /** Decisions whose review started before this time (of the authorizer's clock) are not accepted, except within the grace. */
  readonly notBefore?: number | undefined;
  /**
   * Whether a running subscription is authorized again, from `notBefore` on: decisions are accepted that are not older than
   * the interval at which they are due.
   */
  readonly isRecheck?: boolean | undefined;
  /** Ends the wait. A review is cancelled when the signals of all callers that wait for it have aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Pays for the review, if one is necessary. */
  readonly budget?: ReviewBudget | undefined;
}

/** A decision as it is cached. */
interface CachedDecision {
  readonly allowed: boolean;
  readonly startedAt: number;
  readonly expiresAt: number;
}

const MAX_DECISIONS = 200_000;
const MAX_CONCURRENT_REVIEWS = 32;
const MAX_REVIEWS_PER_REQUEST = 2_000;
const PATIENCE_MS = 1_000;
const ATTEMPTS = 3;
const FIRST_RETRY_MS = 100;
const REVIEW_TIMEOUT_MS = 10_000;
/** Waits between reviews until the API server's authorizer has received a change that the index has. */
const SETTLING_DELAYS_MS = [30, 60, 120, 240, 480];

/**
 * Decides by access reviews of the API server, and caches the decisions per viewer key. Concurrent calls with equal
 * attributes share one review. Without a decision it fails; it never denies by default. A change of RBAC that can change a
 * decision ends its time to live.
 */
export class Authorizer {
  /** Decisions and access reviews so far. Decisions without a review of their own are from the cache, or share a review. */
  readonly counters = { decisions: 0, reviews: 0 };
  /** Scopes that result from the decisions. */
  readonly scopes = new KeptScopes(this);
  /** Returns the time of the authorizer's clock. */
  readonly now: () => number;
  readonly #options: AuthorizerOptions;
  readonly #sleep: (milliseconds: number) => Promise<unknown>;
  readonly #lifetime: DecisionLifetime;
  readonly #decisions: TtlCache<CachedDecision>;
  readonly #queue: FairQueue;
  readonly #monitor: ReviewMonitor;

  constructor(options: AuthorizerOptions) {
    const { maxDecisions = MAX_DECISIONS, maxConcurrentReviews = MAX_CONCURRENT_REVIEWS, graceMs } = options;
    this.#options = options;
    this.now = options.now ?? (() => performance.now());
    this.#sleep = options.sleep ?? delay;
    this.#lifetime = new DecisionLifetime(options);
    this.#decisions = new TtlCache({ maxEntries: maxDecisions, graceMs, now: this.now });
    this.#queue = new FairQueue(maxConcurrentReviews);
    this.#monitor = new ReviewMonitor(options.patienceMs ?? PATIENCE_MS);
  }

  /** Returns the budget for the access reviews of one request. */
  createBudget(): ReviewBudget {
    return new ReviewBudget(this.#options.maxReviewsPerRequest ?? MAX_REVIEWS_PER_REQUEST);
  }

  /**
   * Returns the decision about a request of a viewer. Throws a `StatusError`: Invalid if the attributes cannot be parts of a
   * request path, Unauthorized if the viewer's credentials are no longer valid, TooManyAccessReviews if the budget is
   * spent, ServiceUnavailable if there is no decision.
   */
  async decide(viewer: Viewer, attributes: ResourceAttributes, options: DecideOptions = {}): Promise<Decision> {
    const { namespace, name, subresource } = attributes;
    assertSegments({ namespace, name, subresource });
    this.counters.decisions += 1;
    const load = (abandoned: AbortSignal) => {
      options.budget?.spend();
      return this.#review(viewer, attributes, abandoned);
    };
    try {
      const key = decisionKey(viewer, attributes);
      const access = this.accessOf(viewer);
      const mayServe = ({ value: { allowed }, startedAt }: LoadedAt<CachedDecision>) =>
        this.#lifetime.mayServeStale(access, attributes, { allowed, startedAt, now: this.now() });
      const last = this.#decisions.getStale(key, mayServe);
      const decision = this.#decisions.get(key, load, {
        notBefore: this.#notBefore(access, attributes, options),
        // A review that replaces a decision continues after the request, so that the next one has its result.
        signal: last === undefined ? options.signal : undefined,
        servesStale: (error, stale) => !isFinal(error) && mayServe(stale),
      });
      const decided = await (last === undefined ? decision : this.#monitor.unlessHanging(decision, last));
      return this.#limited(viewer, attributes, decided);
    } catch (error) {
      throw isFinal(error) ? error : undecided(attributes, error);
    }
  }

  /**
   * Returns the cached decision about a request, if {@link decide} would return it without a review. Undefined if it would
   * review, or refuse the attributes.
   */
  cachedDecision(viewer: Viewer, attributes: ResourceAttributes, options: DecideOptions = {}): Decision | undefined {
    const access = this.accessOf(viewer);
    const decided = this.#decisions.getFresh(
      decisionKey(viewer, attributes),
      this.#notBefore(access, attributes, options),
    );
    if (!decided) return undefined;
    this.counters.decisions += 1;
    return this.#limited(viewer, attributes, decided);
  }

  /** Returns the RBAC index as it concerns a viewer. Undefined if there is none, or the viewer may have unknown groups. */
  accessOf(viewer: Viewer): ViewerAccess | undefined {
    return viewer.hasUnknownGroups ? undefined : this.#options.accesses?.of(viewer);
  }

  /**
   * Returns how many targets that RBAC could not grant to review now, in order to find other authorizers. None while reviews
   * of other viewers wait, unless another authorizer is known: the samples then remain due.
   */
  takeSamples(viewer: Viewer): number {
    const mayWait = !this.#options.accesses?.hasForeignPermissions;
    if (mayWait && this.#queue.hasOthersWaiting(viewer.name)) return 0;
    return this.accessOf(viewer)?.takeSamples() ?? 0;
  }

  /** Resolves when the RBAC index is usable or known not to be, after 5 s at the latest. Undefined if it is already. */
  ready(): Promise<void> | undefined {
    return this.#options.accesses?.index.ready();
  }

  /** Interval at which the subscriptions of a viewer are to be authorized again. */
  recheckMs(viewer: Viewer): number {
    return this.#lifetime.recheckMs(this.accessOf(viewer));
  }

  /** Calls a handler, synchronously, after each change of RBAC that concerns a viewer. Returns a function that removes it. */
  addAccessChangeHandler(viewer: Viewer, handler: (change: AccessChange) => void): () => void {
    return this.#options.accesses?.index.addChangeHandler(subjectKeysOf(viewer), handler) ?? (() => undefined);
  }

  #notBefore(
    access: ViewerAccess | undefined,
    attributes: ResourceAttributes,
    { notBefore = -Infinity, isRecheck = false }: DecideOptions,
  ): number {
    const ageMs = isRecheck ? this.#lifetime.recheckAgeMs(access, attributes) : 0;
    return Math.max(notBefore - ageMs, this.#lifetime.notBefore(access, attributes, this.now()));
  }

  #limited(viewer: Viewer, attributes: ResourceAttributes, decided: CachedDecision): Decision {
    const { allowed, startedAt } = decided;
    const access = this.accessOf(viewer);
    const usableUntil = this.#lifetime.usableUntil(access, attributes, decided);
    return {
      allowed,
      startedAt,
      usableUntil,
      recheckUntil: startedAt + this.#lifetime.recheckAgeMs(access, attributes),
    };
  }

  /** Reviews until the decision is what the last change makes expected, or the API server insists on another one. */
  async #review(
    viewer: Viewer,
    attributes: ResourceAttributes,
    abandoned: AbortSignal,
  ): Promise<Loaded<CachedDecision>> {
    const startedAt = this.now();
    const ask = () => {
      const askOnce = () => this.#ask(viewer, attributes, abandoned);
      const traced = this.#options.traceReview?.(attributes);
      return this.#queue.run(viewer.name, traced ? () => traced(askOnce) : askOnce, abandoned);
    };
    let review = await ask();
    for (const waitMs of SETTLING_DELAYS_MS) {
      if (!this.accessOf(viewer)?.isUnsettled(attributes, review)) break;
      await this.#sleep(waitMs);
      review = await ask();
    }
    const access = this.accessOf(viewer);
    access?.observe(attributes, review);
    const { allowed } = review;
    const ttlMs = this.#lifetime.ttlMs(access, attributes, allowed);
    return { value: { allowed, startedAt, expiresAt: startedAt + ttlMs }, ttlMs };
  }

  /** Reviews again if the API server is unreachable, which it may be for a moment behind a load balancer. */
  async #ask(viewer: Viewer, attributes: ResourceAttributes, abandoned: AbortSignal): Promise<AccessReview> {
    const limit = { timeoutMs: REVIEW_TIMEOUT_MS, signal: abandoned, onTimeout: reviewTimeout };
    for (let attempt = 1; ; attempt += 1) {
      this.counters.reviews += 1;
      try {
        return await this.#monitor.observe(withTimeLimit(limit, (signal) => viewer.reviewAccess(attributes, signal)));
      } catch (error) {
        if (attempt === ATTEMPTS || abandoned.aborted || !isUnreachable(error)) throw error;
        await this.#sleep(FIRST_RETRY_MS * 3 ** (attempt - 1));
      }
    }
  }
}

function decisionKey(viewer: Viewer, attributes: ResourceAttributes): string {
  return `${viewer.key} ${attributesKey(attributes)}`;
}

function reviewTimeout(): StatusError {
  return timeoutError(`no access review within ${REVIEW_TIMEOUT_MS / 1_000} s`);
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
