import type { KubernetesObject, ObjectName } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import type { NetChange } from './change-log.ts';
import type { StoreIndexes } from './entry-indexes.ts';
import type { HandledObjects } from './event-handlers.ts';

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
  /** A new epoch has begun: versions and objects from before are void, and the store holds all there is. */
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

/**
 * The objects of one resource, as last received from the API server. Objects are deeply frozen and shared by all readers.
 * The store changes only between turns of the event loop: reads without an `await` between them are consistent.
 *
 * Versions are the API server's resourceVersions, valid on every replica and across restarts. They grow within one epoch,
 * the time between two restorations of the server from an older backup.
 */
export interface ReadonlyStore<T extends KubernetesObject> {
  readonly resource: Resource<T>;
  /** Namespace that the store is restricted to. Undefined: it has the objects of all namespaces. */
  readonly namespace: string | undefined;
  readonly size: number;
  /** Every change up to this resourceVersion is in the store. Empty before the first list, and while the kind is not served. */
  readonly version: string;
  /** The newest resourceVersion that the API server is known to have; after a write it is ahead of {@link version}. */
  readonly knownVersion: string;
  /** Why the store has nothing to read. Undefined once it has been read. */
  readonly failure: Error | undefined;
  get(name: ObjectName): T | undefined;
  withUid(uid: string): T | undefined;
  /** Sorted indexes and counts. */
  readonly indexes: StoreIndexes<T>;
  /** Returns the number of objects in all namespaces or in one. */
  count(namespace?: string): number;
  /** Returns all objects, or those of one namespace, in no particular order. */
  list(namespace?: string): Iterable<T>;
  /**
   * Returns the objects that an index of the resource finds under a value.
   * @throws {TypeError} if the resource declares no such index
   */
  byIndex(index: string, value: string): Iterable<T>;
  /** Returns the number of objects that {@link byIndex} returns. */
  countByIndex(index: string, value: string): number;
  /** Returns one change per object since a version; undefined if the change log does not reach back to it, or it is yet to come. */
  changesSince(version: string): readonly NetChange<T>[] | undefined;
  /** Returns false for a version of an earlier epoch, which may mean another state now. */
  isCurrentEpoch(version: string): boolean;
  /**
   * Adds a handler for all later events. Returns a function that removes it at once, also while events are delivered.
   * @param objects the objects whose changes it receives. Default: all
   */
  addEventHandler(handler: StoreEventHandler<T>, objects?: HandledObjects): () => void;
}
