import type { ReadonlyStore } from '../cache/readonly-store.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { isForbidden, isKindUnavailable, isUnauthorized, StatusError } from '../kubernetes/status-error.ts';

/**
 * Returns the error of a read from a resource that is not cached. Failures that may pass become NotSynced, whatever they
 * are, as the reader can only retry; lasting ones are returned as they are.
 */
export function readErrorFor({ plural }: Resource, failure: Error | undefined): Error {
  if (failure && [isForbidden, isKindUnavailable, isUnauthorized].some((isSo) => isSo(failure))) return failure;
  return new StatusError({
    code: 503,
    reason: 'NotSynced',
    message: `The gateway has not listed the ${plural} of the cluster yet${failure ? ` (${failure.message})` : ''}. Retry in a moment.`,
    retryAfterSeconds: 1,
  });
}

/** Throws {@link readErrorFor} if a store has nothing to read: it has not been listed yet, or cannot be. */
export function assertCached<T extends KubernetesObject>({ resource, version, failure }: ReadonlyStore<T>): void {
  if (version === '') throw readErrorFor(resource, failure);
}
