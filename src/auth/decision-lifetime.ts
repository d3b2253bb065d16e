import type { ViewerAccess } from './rbac/viewer-access.ts';
import type { ResourceAttributes } from './resource-attributes.ts';

export interface LifetimeOptions {
  /** Time to live of an allowed decision whose changes are not observed. */
  readonly allowedTtlMs: number;
  /** Time to live of a denied decision whose changes are not observed. */
  readonly deniedTtlMs: number;
  /** Time to live of a decision that the RBAC index explains: a change of it is observed. By default `allowedTtlMs`. */
  readonly observedTtlMs?: number;
  /** Time, after its TTL, for which the last decision holds while the API server returns no new one. */
  readonly graceMs: number;
  /** Returns the number of namespaces. By default few. */
  readonly countNamespaces?: () => number;
}

/** A decision and how long a result of it may be kept. Times are of the authorizer's clock. */
export interface Decision {
  readonly allowed: boolean;
  /** When its review started. */
  readonly startedAt: number;
  /** End of its time to live. In the past if it is used within its grace. */
  readonly usableUntil: number;
  /** Last time at which a running subscription may be authorized again with it. */
  readonly recheckUntil: number;
}

/** Times for which a result of decisions may be used: the earliest of all of them. See {@link Decision}. */
export type Validity = Omit<Decision, 'allowed'>;

interface StaleDecision {
  readonly allowed: boolean;
  /** When its review started. */
  readonly startedAt: number;
  readonly now: number;
}

/** Number of namespaces that are reviewed again within the TTL; if there are more, they are reviewed more rarely. */
const NAMESPACES_PER_TTL = 100;

/**
 * Time to live of the decisions of one viewer, in three states of the RBAC index:
 *
 * - It observes the viewer's permissions. Decisions that it explains live for `observedTtlMs`, as a change ends them.
 * - Its watches are interrupted. It still has candidates, but changes may be missing: decisions live as in the next state,
 *   counted from the interruption if that is later.
 * - It does not apply: every target is reviewed. Decisions live for `allowedTtlMs` or `deniedTtlMs`, those about single
 *   namespaces longer in proportion to the number of namespaces, so that the reviews per minute do not grow with it.
 */
export class DecisionLifetime {
  readonly #options: Required<LifetimeOptions>;

  constructor(options: LifetimeOptions) {
    this.#options = { observedTtlMs: options.allowedTtlMs, countNamespaces: () => 0, ...options };
  }

  /** Interval at which the subscriptions of a viewer are authorized again. */
  recheckMs(access: ViewerAccess | undefined): number {
    const { allowedTtlMs, observedTtlMs } = this.#options;
    return access?.isObserved && !access.isUnexplained ? observedTtlMs / 2 : allowedTtlMs;
  }

  ttlMs(access: ViewerAccess | undefined, attributes: ResourceAttributes, allowed: boolean): number {
    const { allowedTtlMs, deniedTtlMs, observedTtlMs } = this.#options;
    if (access?.isObserved && access.expects(attributes) === allowed) return observedTtlMs;
    return (allowed ? allowedTtlMs : deniedTtlMs) * this.#factorOf(access, attributes);
  }

  /** Returns the maximum age of decisions with which a running subscription is authorized again. */
  recheckAgeMs(access: ViewerAccess | undefined, attributes: ResourceAttributes): number {
    const { allowedTtlMs } = this.#options;
    if (access?.isObserved) return this.recheckMs(access);
    return allowedTtlMs * (this.#factorOf(access, attributes) - 1);
  }

  /** Returns the time before which the review of a decision must not have started. */
  notBefore(access: ViewerAccess | undefined, attributes: ResourceAttributes, now: number): number {
    if (!access) return -Infinity;
    const lastChange = access.unchangedSince(attributes);
    if (access.isObserved) return lastChange;
    const ttlMs = this.#options.allowedTtlMs * this.#factorOf(access, attributes);
    const { interruption } = access;
    const isUncertain = !interruption || now - interruption.since >= ttlMs;
    return isUncertain ? Math.max(lastChange, now - ttlMs) : lastChange;
  }

  /** Returns the end of the time in which a decision is usable if no change affects it. */
  usableUntil(
    access: ViewerAccess | undefined,
    attributes: ResourceAttributes,
    { startedAt, expiresAt }: { readonly startedAt: number; readonly expiresAt: number },
  ): number {
    if (!access || access.isObserved) return expiresAt;
    return Math.min(expiresAt, startedAt + this.#options.allowedTtlMs * this.#factorOf(access, attributes));
  }

  /** Returns whether a decision may be used although a new review failed. */
  mayServeStale(
    access: ViewerAccess | undefined,
    attributes: ResourceAttributes,
    { allowed, startedAt, now }: StaleDecision,
  ): boolean {
    if (!access) return true;
    if (allowed && access.expects(attributes) === false) return false; // it was revoked
    const ttlMs = this.#options.allowedTtlMs * this.#factorOf(access, attributes);
    const certainUntil = access.isObserved ? now : (access.interruption?.since ?? 0);
    return now < Math.max(startedAt, certainUntil) + ttlMs + this.#options.graceMs;
  }

  #factorOf(access: ViewerAccess | undefined, { namespace, ...action }: ResourceAttributes): number {
    if (namespace === null || access?.candidates(action) !== undefined) return 1;
    return Math.max(1, this.#options.countNamespaces() / NAMESPACES_PER_TTL);
  }
}
