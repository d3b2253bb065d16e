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
export interface Recovery {
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
   * `again`: go on from the version we have. `list`: forget it. `wait-for-kind`: until discovery has it. `poll`: list from
   * time to time.
   */
  readonly next: 'again' | 'list' | 'wait-for-kind' | 'poll';
  /** Whoever answers next may be another, or an older, server: ask it for its version before trusting ours. */
  readonly suspicious: boolean;
  readonly refreshCredentials: boolean;
  /** The first time, do not wait. */
  readonly atOnce: boolean;
  readonly retryAfterMs: number | undefined;
}

const TOO_LARGE_ATTEMPTS = 3;

/** The recovery table, as a function. `attempts` counts the failures since the last progress, this one included. */
export function recoveryFrom(error: unknown, attempts: number): Recovery {
  const again = {
    next: 'again',
    suspicious: false,
    refreshCredentials: false,
    atOnce: false,
    retryAfterMs: isStarting(error) ? undefined : retryAfterMsOf(error),
  } as const;
  if (isExpired(error)) return { ...again, cause: 'expired', next: 'list', atOnce: true };
  if (isKindUnavailable(error)) return { ...again, cause: 'kind-unavailable', next: 'wait-for-kind' };
  if (isMethodRefused(error)) return { ...again, cause: 'unwatchable', next: 'poll', atOnce: true };
  if (isBroken(error)) return { ...again, cause: 'broken', suspicious: true, atOnce: true };
  if (isUnreachable(error)) return { ...again, cause: 'unreachable', suspicious: true };
  if (isUnauthorized(error)) return { ...again, cause: 'unauthorized', refreshCredentials: true, atOnce: true };
  if (isForbidden(error)) return { ...again, cause: 'forbidden' };
  if (isTooLargeVersion(error)) {
    return {
      ...again,
      cause: 'too-large-version',
      suspicious: true,
      next: attempts < TOO_LARGE_ATTEMPTS ? 'again' : 'list',
    };
  }
  if (!(error instanceof StatusError)) return { ...again, cause: 'bug', next: 'list' };
  return {
    ...again,
    cause: error.code === 429 || error.code === 503 ? 'overloaded' : 'server-error',
    suspicious: error.code >= 500,
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
