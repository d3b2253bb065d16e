import type { Resource } from '../kubernetes/resource.ts';
import { isForbidden, isKindUnavailable, isUnauthorized, StatusError } from '../kubernetes/status-error.ts';

/** Why there is nothing to read. What passes by itself is one thing to who reads, whatever the gateway was told: to be tried again. */
export function readErrorFor({ plural }: Resource, failure: Error | undefined): Error {
  if (failure && [isForbidden, isKindUnavailable, isUnauthorized].some((isSo) => isSo(failure))) return failure;
  return new StatusError({
    code: 503,
    reason: 'NotSynced',
    message: `The gateway has not yet read the ${plural} of the cluster${failure ? ` (${failure.message})` : ''}. Try again in a moment.`,
    retryAfterSeconds: 1,
  });
}
