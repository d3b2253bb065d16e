import type { KubernetesObject, ObjectName } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import type { NetChange, Steps } from './change-log.ts';
import type { HandledObjects } from './event-handlers.ts';
import type { StoreEventHandler } from './store-events.ts';
import type { StoreIndexes } from './indexes/store-indexes.ts';

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
  /** Version of the last change or list. Between it and {@link version}, which bookmarks advance, nothing has changed. */
  readonly changedVersion: string;
  /**
   * Every state up to this resourceVersion has been in the store, unless a list skipped it. Behind {@link version} while results of
   * writes hide earlier states, which the watch has reported after them.
   */
  readonly seenVersion: string;
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
  /**
   * Returns one change per object since a version; undefined if the change log does not know them all, or the version is yet
   * to come.
   * @param steps `each` to include every object that was created and deleted again. Default: `net`
   */
  changesSince(version: string, steps?: Steps): readonly NetChange<T>[] | undefined;
  /** Returns false for a version of an earlier epoch, which may mean another state now. */
  isCurrentEpoch(version: string): boolean;
  /**
   * Adds a handler for all later events. Returns a function that removes it at once, also while events are delivered.
   * @param objects the objects whose changes it receives. Default: all
   */
  addEventHandler(handler: StoreEventHandler<T>, objects?: HandledObjects<T>): () => void;
}
