import type { KubernetesObject, ObjectName } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import type { NetChange } from './change-log.ts';

/** What happened to one object. `version` is the resourceVersion that it produced. */
export type Change<T> =
  | { readonly type: 'added'; readonly object: T; readonly version: string }
  | { readonly type: 'updated'; readonly object: T; readonly previous: T; readonly version: string }
  | { readonly type: 'deleted'; readonly object: T; readonly previous: T; readonly version: string };

/** Told synchronously, in order, after the store has taken a change. Must not throw. */
export interface StoreEventHandler<T> {
  changed(change: Change<T>): void;
  /** The past is void: the world is another one. What the store holds now is all there is. */
  reset(): void;
  /** The store cannot be read any more, e.g. because the cluster stopped serving the kind. */
  failed(error: Error): void;
}

/**
 * The objects of one resource, as far as the API server has told. What it returns is frozen and shared: never modify it.
 * Every read is of one moment, for as long as nothing is awaited in between.
 */
export interface ReadonlyStore<T extends KubernetesObject> {
  readonly resource: Resource<T>;
  readonly size: number;
  /** How far the copy has come; empty before the first list, and while the kind is not served. */
  readonly version: string;
  /** How far the API server is known to have come: after a write, further than the copy. A list that is asked for now cannot be older. */
  readonly knownVersion: string;
  /** Why there is nothing to read, where there is nothing: the copy is not complete and this is what hinders it. */
  readonly failure: Error | undefined;
  get(name: ObjectName): T | undefined;
  withUid(uid: string): T | undefined;
  /** All objects, or those of one namespace, in no particular order. */
  list(namespace?: string): Iterable<T>;
  /** @throws {TypeError} when the resource declares no such index */
  byIndex(index: string, value: string): Iterable<T>;
  /** What has changed since a version, object by object. Undefined where that is too long ago, or yet to come. */
  changesSince(version: string): readonly NetChange<T>[] | undefined;
  /** False for a version that another world had: it may mean something else in this one. */
  isCurrentEpoch(version: string): boolean;
  /** @returns a function that ends the listening at once */
  addEventHandler(handler: StoreEventHandler<T>): () => void;
}
