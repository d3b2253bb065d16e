import {
  isBroken,
  isExpired,
  isForbidden,
  isKindUnavailable,
  isTooLargeVersion,
  isUnauthorized,
  isUnreachable,
  retryAfterMsOf,
  StatusError,
} from '../kubernetes/status-error.ts';

/** What a reflector does about a failure. */
export interface RetryPolicy {
  /** For logs and metrics: which row of the recovery table this is. */
  readonly cause:
    | 'broken'
    | 'unreachable'
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
   * `rewatch`: go on from the version we have. `list`: forget it. `wait-for-kind`: until discovery has it. `poll`: list from
   * time to time.
   */
  readonly next: 'rewatch' | 'list' | 'wait-for-kind' | 'poll';
  /** Whoever answers next may be another, or an older, server: ask it for its version before trusting ours. */
  readonly checkForRollback: boolean;
  readonly refreshCredentials: boolean;
  /** The first time, do not wait. */
  readonly immediate: boolean;
  readonly retryAfterMs: number | undefined;
}

const TOO_LARGE_ATTEMPTS = 3;

/** The recovery table, as a function. `attempts` counts the failures since the last progress, this one included. */
export function retryPolicyFor(error: unknown, attempts: number): RetryPolicy {
  const base = {
    next: 'rewatch',
    checkForRollback: false,
    refreshCredentials: false,
    immediate: false,
    retryAfterMs: isStarting(error) ? undefined : retryAfterMsOf(error),
  } as const;
  if (isExpired(error)) return { ...base, cause: 'expired', next: 'list', immediate: true };
  if (isKindUnavailable(error)) return { ...base, cause: 'kind-unavailable', next: 'wait-for-kind' };
  if (isMethodRefused(error)) return { ...base, cause: 'unwatchable', next: 'poll', immediate: true };
  if (isBroken(error)) return { ...base, cause: 'broken', checkForRollback: true, immediate: true };
  if (isUnreachable(error)) return { ...base, cause: 'unreachable', checkForRollback: true };
  if (isUnauthorized(error)) return { ...base, cause: 'unauthorized', refreshCredentials: true, immediate: true };
  if (isForbidden(error)) return { ...base, cause: 'forbidden' };
  if (isTooLargeVersion(error)) {
    return {
      ...base,
      cause: 'too-large-version',
      checkForRollback: true,
      next: attempts < TOO_LARGE_ATTEMPTS ? 'rewatch' : 'list',
    };
  }
  if (!(error instanceof StatusError)) return { ...base, cause: 'bug', next: 'list' };
  return {
    ...base,
    cause: error.code === 429 || error.code === 503 ? 'overloaded' : 'server-error',
    checkForRollback: error.code >= 500,
  };
}

/** The server has no watch of this resource. */
function isMethodRefused(error: unknown): boolean {
  return error instanceof StatusError && error.code === 405;
}

/** An API server that starts asks for ten seconds, however soon it will be ready. */
function isStarting(error: unknown): boolean {
  return error instanceof StatusError && error.code === 503 && error.message === 'server is starting';
}
