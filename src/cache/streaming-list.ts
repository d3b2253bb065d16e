import { keyOf, type KubernetesObject } from '../kubernetes/object.ts';
import { StatusError } from '../kubernetes/status-error.ts';
import type { WatchEvent } from '../kubernetes/watch-stream.ts';
import type { Store } from './store.ts';

/**
 * Adds one event to the objects of a streaming list. Objects that the store has already are taken from there, so that a
 * list costs memory only for what has changed.
 */
export function applyInitialEvent<T extends KubernetesObject>(
  listed: Map<string, T>,
  event: Exclude<WatchEvent<T>, { type: 'BOOKMARK' }>,
  store: Store<T>,
): void {
  const key = keyOf(event.object.metadata);
  if (event.type === 'DELETED') listed.delete(key);
  else listed.set(key, store.intern(event.object));
}

/** The server knows no streaming lists: 400 or 422 for the parameters. */
export function isStreamingListRefused(error: unknown): boolean {
  return error instanceof StatusError && (error.code === 400 || error.code === 422);
}
