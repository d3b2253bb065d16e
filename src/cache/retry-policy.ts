import {
  hasChangedCredentials,
  hasChangedServer,
  isBroken,
  isErrorEvent,
  isEventTooLarge,
  isExpired,
  isForbidden,
  isKindUnavailable,
  isTooLargeVersion,
  isUnauthorized,
  isUnreachable,
  retryAfterMsOf,
  StatusError,
} from '../kubernetes/status-error.ts';

/** Next step of a reflector after a failure. */
export interface RetryPolicy {
  /** Class of the failure, for logs and metrics. */
  readonly cause:
    | 'broken'
    | 'credentials-changed'
    | 'server-changed'
    | 'unreachable'
    | 'event-too-large'
    | 'expired'
    | 'forbidden'
    | 'kind-unavailable'
    | 'overloaded'
    | 'server-error'
    | 'too-large-version'
    | 'unauthorized'
    | 'unwatchable'
    | 'bug';
  /**
   * `rewatch`: watch from the store's version. `list`: list again, then watch. `wait-for-kind`: ask discovery until the
   * kind is served. `poll`: list every ten seconds.
   */
  readonly next: 'rewatch' | 'list' | 'wait-for-kind' | 'poll';
  readonly refreshCredentials: boolean;
  /** Whether the first failure of this cause is retried without a wait. */
  readonly immediate: boolean;
  /** Lower bound of the wait: the server's Retry-After, or the minimum for this cause. */
  readonly retryAfterMs: number | undefined;
  /** Upper bound of the wait. Undefined for that of {@link Backoff}. */
  readonly maxWaitMs: number | undefined;
}

/** Upper bound of the wait while the API server is down, so that watches continue within two seconds of its return. */
const MAX_OUTAGE_WAIT_MS = 2_000;

const TOO_LARGE_ATTEMPTS = 3;
/** Errors at one version after which the resource is listed. An ERROR event is likely to be caused by the version. */
const MAX_ERROR_EVENTS = 2;
const MAX_REFUSALS = 4;
/** Wait before the list that replaces an event above the size limit, as the next event may be as large. */
const EVENT_TOO_LARGE_WAIT_MS = 10_000;

/**
 * Returns the policy for what a list or watch has thrown. Anything but a {@link StatusError} is a bug.
 * @param attempts number of failures since the last progress, including this one
 * @param errorsAtVersion number of errors that the server has sent at the store's version, including this one
 */
export function retryPolicyFor(error: unknown, attempts: number, errorsAtVersion = 1): RetryPolicy {
  const base = {
    next: 'rewatch',
    refreshCredentials: false,
    immediate: false,
    retryAfterMs: isStarting(error) ? undefined : retryAfterMsOf(error),
    maxWaitMs: isStarting(error) || isUnreachable(error) ? MAX_OUTAGE_WAIT_MS : undefined,
  } as const;
  if (isExpired(error)) return { ...base, cause: 'expired', next: 'list', immediate: true };
  if (isEventTooLarge(error))
    return { ...base, cause: 'event-too-large', next: 'list', retryAfterMs: EVENT_TOO_LARGE_WAIT_MS };
  if (hasChangedCredentials(error)) return { ...base, cause: 'credentials-changed', immediate: true };
  if (hasChangedServer(error)) return { ...base, cause: 'server-changed', next: 'list', immediate: true };
  if (isKindUnavailable(error)) return { ...base, cause: 'kind-unavailable', next: 'wait-for-kind' };
  if (isMethodNotAllowed(error)) return { ...base, cause: 'unwatchable', next: 'poll', immediate: true };
  if (isBroken(error)) return { ...base, cause: 'broken', immediate: true };
  if (isUnreachable(error)) return { ...base, cause: 'unreachable' };
  if (isUnauthorized(error)) return { ...base, cause: 'unauthorized', refreshCredentials: true, immediate: true };
  if (isForbidden(error)) return { ...base, cause: 'forbidden' };
  if (isTooLargeVersion(error))
    return { ...base, cause: 'too-large-version', next: attempts < TOO_LARGE_ATTEMPTS ? 'rewatch' : 'list' };
  if (!(error instanceof StatusError)) return { ...base, cause: 'bug', next: 'list' };
  const cause = error.code === 429 || error.code === 503 ? 'overloaded' : 'server-error';
  const next = isCausedByVersion(error, cause, errorsAtVersion) ? 'list' : 'rewatch';
  return { ...base, cause, next };
}

/** An overloaded server refuses watches of any version, and a list would cost it more. */
function isCausedByVersion(error: StatusError, cause: RetryPolicy['cause'], errorsAtVersion: number): boolean {
  if (isErrorEvent(error)) return errorsAtVersion >= MAX_ERROR_EVENTS;
  return cause === 'server-error' && errorsAtVersion >= MAX_REFUSALS;
}

/** Returns whether the server serves the resource without the watch verb. */
function isMethodNotAllowed(error: unknown): boolean {
  return error instanceof StatusError && error.code === 405;
}

/** Returns whether the API server is starting. Its Retry-After is always ten seconds, however soon it is ready. */
function isStarting(error: unknown): boolean {
  return error instanceof StatusError && error.code === 503 && error.message === 'server is starting';
}

const INITIAL_BACKOFF_MS = 800;
const MAX_BACKOFF_MS = 30_000;
const MAX_RETRY_AFTER_MS = 600_000;

/**
 * Waits between attempts: 0.8 s doubling to 30 s or to the given bound, each up to half shorter at random, so that gateways do not retry in
 * step.
 */
export class Backoff {
  readonly #random: () => number;
  #nextMs = INITIAL_BACKOFF_MS;

  /** @param random returns a number from 0 up to, not including, 1 */
  constructor(random: () => number) {
    this.#random = random;
  }

  /**
   * Returns the next wait in milliseconds.
   * @param retryAfterMs lower bound from the server's Retry-After; more than ten minutes count as ten
   * @param maxMs upper bound of this wait
   */
  next(retryAfterMs = 0, maxMs = MAX_BACKOFF_MS): number {
    const waitMs = Math.min(this.#nextMs, maxMs) * (1 - this.#random() / 2);
    this.#nextMs = Math.min(this.#nextMs * 2, maxMs);
    return Math.max(waitMs, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS));
  }

  /** Starts with the shortest wait again. */
  reset(): void {
    this.#nextMs = INITIAL_BACKOFF_MS;
  }
}
