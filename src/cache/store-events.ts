import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';

/** A change of one object. `version` is the resourceVersion that the change produced. */
export type Change<T> =
  | { readonly type: 'added'; readonly object: T; readonly version: string }
  | { readonly type: 'updated'; readonly object: T; readonly previous: T; readonly version: string }
  | { readonly type: 'deleted'; readonly object: T; readonly previous: T; readonly version: string };

/**
 * Handles the events of a store. Every method is called synchronously, after the store has changed, in the order of the
 * changes. None may throw: an exception counts as a bug, and the resource is listed again.
 */
export interface StoreEventHandler<T> {
  changed(change: Change<T>): void;
  /**
   * The store was listed for the first time, or after a time in which it could not be read, or a new epoch has begun: objects from before
   * are void, and the store holds all there is.
   */
  reset(): void;
  /** The store has been emptied because it cannot be read any more, e.g. because the kind is not served. */
  failed(error: Error): void;
}

/**
 * Observes the changes of all stores, without keeping the watch of a resource running as an event handler does. Methods are called
 * synchronously, before the event handlers, and must not throw.
 */
export interface StoreObserver {
  changed<T extends KubernetesObject>(resource: Resource<T>, change: Change<T>): void;
  /** All objects of a store were removed: a new epoch begins, the resource is not served, or its watch was stopped. */
  cleared(resource: Resource): void;
}
