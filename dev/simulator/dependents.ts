import type { ApiObject } from './api-object.ts';

/** Where an object is kept. */
export interface StoredAt {
  readonly storageKey: string;
  readonly key: string;
}

/** Which objects name which owner, kept up to date so that garbage is found without searching. */
export function createDependents() {
  const byOwner = new Map<string, Map<string, StoredAt>>();

  function add(at: StoredAt, object: ApiObject | undefined): void {
    for (const { uid } of object?.metadata.ownerReferences ?? []) {
      const owned = byOwner.get(uid) ?? new Map<string, StoredAt>();
      owned.set(`${at.storageKey} ${at.key}`, at);
      byOwner.set(uid, owned);
    }
  }

  function drop(at: StoredAt, object: ApiObject | undefined): void {
    for (const { uid } of object?.metadata.ownerReferences ?? []) {
      const owned = byOwner.get(uid);
      owned?.delete(`${at.storageKey} ${at.key}`);
      if (owned?.size === 0) byOwner.delete(uid);
    }
  }

  return {
    of: (uid: string): readonly StoredAt[] => [...(byOwner.get(uid)?.values() ?? [])],
    move(at: StoredAt, previous: ApiObject | undefined, next: ApiObject | undefined): void {
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
