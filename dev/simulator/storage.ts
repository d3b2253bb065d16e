import { keyOf, type ObjectName } from '../../src/kubernetes/object.ts';
import type { ApiObject } from './api-object.ts';
import { expiredError } from './status.ts';

/** Change of an object. A deleted object has its last state with the resourceVersion of the deletion. */
export interface StorageChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  readonly object: ApiObject;
  readonly previous?: ApiObject | undefined;
}

/** All objects at one version. Only the storage reads its fields. */
export interface Snapshot {
  readonly version: number;
  readonly collections: ReadonlyMap<string, ReadonlyMap<string, ApiObject>>;
}

type ChangeListener = (storageKey: string, change: StorageChange) => void;

const FIRST_VERSION = 1000;
const HISTORY_CHANGES = 50_000;
const HISTORY_SLACK = 5_000;

/**
 * Stores objects by the storage key of their resource. One version counter covers all resources, like in etcd. Keeps
 * the last changes of each resource for watches and paged lists: at most 55,000, the oldest are dropped first.
 */
export class Storage {
  #version = FIRST_VERSION;
  #compacted = 0;
  #collections = new Map<string, Map<string, ApiObject>>();
  readonly #histories = new Map<string, StorageChange[]>();
  readonly #sorted = new Map<string, readonly ApiObject[]>();
  readonly #dependents = createOwnerIndex();
  readonly #listeners = new Set<ChangeListener>();

  /** Version of the last change of any resource. */
  get version(): number {
    return this.#version;
  }

  get(storageKey: string, name: ObjectName): ApiObject | undefined {
    return this.#collections.get(storageKey)?.get(keyOf(name));
  }

  at({ storageKey, key }: StorageLocation): ApiObject | undefined {
    return this.#collections.get(storageKey)?.get(key);
  }

  /** Returns all objects of a resource in the order of etcd: by namespace, then name. */
  list(storageKey: string): readonly ApiObject[] {
    return entry(this.#sorted, storageKey, () => inOrder(this.#collections.get(storageKey) ?? new Map()));
  }

  /** Returns all objects of a resource as of a version. @throws {ApiStatusError} 410 if the version is compacted */
  listAt(storageKey: string, version: number): readonly ApiObject[] {
    const later = this.changesSince(storageKey, version);
    if (later.length === 0) return this.list(storageKey);
    const collection = new Map(this.#collections.get(storageKey));
    for (const { object, previous } of later.toReversed()) {
      if (previous) collection.set(keyOf(object.metadata), previous);
      else collection.delete(keyOf(object.metadata));
    }
    return inOrder(collection);
  }

  /** Returns the changes after a version. @throws {ApiStatusError} 410 if the version is compacted */
  changesSince(storageKey: string, version: number): readonly StorageChange[] {
    if (version < this.#compacted) throw expiredError(`too old resource version: ${version} (${this.#compacted})`);
    const history = this.#histories.get(storageKey) ?? [];
    return history.slice(firstAfter(history, version));
  }

  storageKeys(): readonly string[] {
    return [...this.#collections.keys()];
  }

  /** Returns the objects that have an owner reference with this uid. */
  dependentsOf(uid: string): readonly StorageLocation[] {
    return this.#dependents.of(uid);
  }

  /** Stores the object with the next version as its resourceVersion and notifies the listeners. */
  put(storageKey: string, object: ApiObject): ApiObject {
    const previous = this.get(storageKey, object.metadata);
    this.#version += 1;
    const stored = withVersion(object, this.#version);
    this.#commit(storageKey, {
      type: previous ? 'MODIFIED' : 'ADDED',
      version: this.#version,
      object: stored,
      previous,
    });
    return stored;
  }

  remove(storageKey: string, name: ObjectName): ApiObject | undefined {
    const previous = this.get(storageKey, name);
    if (!previous) return undefined;
    this.#version += 1;
    const object = withVersion(previous, this.#version);
    this.#commit(storageKey, { type: 'DELETED', version: this.#version, object, previous });
    return object;
  }

  /** Calls the listener after every change, in the same turn. */
  onChange(listener: ChangeListener): void {
    this.#listeners.add(listener);
  }

  /** Drops the history: earlier versions are too old. */
  compact(): void {
    this.#compacted = this.#version;
    this.#histories.clear();
  }

  snapshot(): Snapshot {
    return { version: this.#version, collections: copied(this.#collections) };
  }

  /** Restores objects and version. Drops the history and does not notify the listeners: the server is stopped. */
  restore(snapshot: Snapshot): void {
    this.#version = snapshot.version;
    this.#compacted = snapshot.version;
    this.#collections = copied(snapshot.collections);
    this.#histories.clear();
    this.#sorted.clear();
    this.#dependents.rebuild(this.#collections);
  }

  #commit(storageKey: string, change: StorageChange): void {
    const key = keyOf(change.object.metadata);
    const kept = change.type === 'DELETED' ? undefined : change.object;
    const collection = entry(this.#collections, storageKey, () => new Map<string, ApiObject>());
    if (kept) collection.set(key, kept);
    else collection.delete(key);
    this.#sorted.delete(storageKey);
    this.#dependents.move({ storageKey, key }, change.previous, kept);
    this.#remember(storageKey, change);
    for (const listener of this.#listeners) listener(storageKey, change);
  }

  #remember(storageKey: string, change: StorageChange): void {
    const history = entry(this.#histories, storageKey, (): StorageChange[] => []);
    history.push(change);
    if (history.length <= HISTORY_CHANGES + HISTORY_SLACK) return;
    const dropped = history.splice(0, HISTORY_SLACK);
    this.#compacted = Math.max(this.#compacted, dropped.at(-1)?.version ?? 0);
  }
}

/** Snapshot without objects, at the first version. */
export const EMPTY_SNAPSHOT: Snapshot = { version: FIRST_VERSION, collections: new Map() };

function copied(collections: Snapshot['collections']): Map<string, Map<string, ApiObject>> {
  return new Map([...collections].map(([key, collection]) => [key, new Map(collection)]));
}

function withVersion(object: ApiObject, version: number): ApiObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
}

function inOrder(collection: ReadonlyMap<string, ApiObject>): readonly ApiObject[] {
  const entries = [...collection].toSorted(([left], [right]) => (left < right ? -1 : 1));
  return entries.map(([, object]) => object);
}

/** Returns the index of the first change after a version, by binary search. */
function firstAfter(history: readonly StorageChange[], since: number): number {
  let low = 0;
  let high = history.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((history[middle]?.version ?? 0) > since) high = middle;
    else low = middle + 1;
  }
  return low;
}

function entry<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const existing = map.get(key);
  if (existing !== undefined) return existing;
  const created = create();
  map.set(key, created);
  return created;
}

/** Location of an object in the storage. */
export interface StorageLocation {
  readonly storageKey: string;
  readonly key: string;
}

/** Creates an index from owner uid to dependents, so that the garbage collector need not scan the storage. */
function createOwnerIndex() {
  const byOwner = new Map<string, Map<string, StorageLocation>>();

  function add(at: StorageLocation, object: ApiObject | undefined): void {
    for (const { uid } of object?.metadata.ownerReferences ?? []) {
      const owned = byOwner.get(uid) ?? new Map<string, StorageLocation>();
      owned.set(`${at.storageKey} ${at.key}`, at);
      byOwner.set(uid, owned);
    }
  }

  function drop(at: StorageLocation, object: ApiObject | undefined): void {
    for (const { uid } of object?.metadata.ownerReferences ?? []) {
      const owned = byOwner.get(uid);
      owned?.delete(`${at.storageKey} ${at.key}`);
      if (owned?.size === 0) byOwner.delete(uid);
    }
  }

  return {
    of: (uid: string): readonly StorageLocation[] => [...(byOwner.get(uid)?.values() ?? [])],
    move(at: StorageLocation, previous: ApiObject | undefined, next: ApiObject | undefined): void {
      drop(at, previous);
      add(at, next);
    },
    rebuild(collections: ReadonlyMap<string, ReadonlyMap<string, ApiObject>>): void {
      byOwner.clear();
      for (const [storageKey, collection] of collections) {
        for (const [key, object] of collection) add({ storageKey, key }, object);
      }
    },
  };
}
