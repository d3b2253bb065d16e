import type { ApiObject } from '../api-object.ts';
import type { Storage } from '../storage.ts';
import {
  bindingOf,
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  keyOfSubject,
  keysOfUser,
  ROLE_BINDINGS,
  ROLES,
  type Binding,
} from './rbac-objects.ts';
import { rulesOf, type Rule } from './policy-rules.ts';
import type { User } from './user.ts';

/** What one binding gives to each of its subjects. */
export interface Grant {
  readonly binding: Binding;
  readonly rules: readonly Rule[];
  /** Why there are no rules: the role does not exist. */
  readonly problem?: string | undefined;
}

/** By subject. */
type GrantIndex = Map<string, Grant[]>;

interface Indexes {
  readonly cluster: GrantIndex;
  readonly byNamespace: Map<string, GrantIndex>;
}

export type Grants = ReturnType<typeof createGrants>;

/** The bindings of the storage by whom they concern: all read anew after any of the RBAC objects has changed. */
export function createGrants(storage: Storage) {
  const keys = new Set([ROLES, CLUSTER_ROLES, ROLE_BINDINGS, CLUSTER_ROLE_BINDINGS]);
  const read = { binding: remembered(bindingOf), rules: remembered(rulesOf) };
  let indexes: Indexes | undefined;
  storage.onChange((storageKey) => {
    if (keys.has(storageKey)) indexes = undefined;
  });
  return {
    /** Must be called after the storage has been restored. */
    refresh(): void {
      indexes = undefined;
    },
    /** Those of the cluster, then those of the namespace, each once. */
    of(user: User, namespace: string): Iterable<Grant> {
      indexes ??= readIndexes(storage, read);
      const { cluster, byNamespace } = indexes;
      const local = byNamespace.get(namespace);
      const found = new Set<Grant>();
      for (const index of local ? [cluster, local] : [cluster])
        for (const key of keysOfUser(user)) for (const grant of index.get(key) ?? []) found.add(grant);
      return found;
    },
  };
}

interface Readers {
  readonly binding: (object: ApiObject) => Binding;
  readonly rules: (role: ApiObject) => readonly Rule[];
}

/** Stored objects never change in place, so each is read once. */
function remembered<T>(read: (object: ApiObject) => T): (object: ApiObject) => T {
  const results = new WeakMap<ApiObject, T>();
  return (object) => {
    const known = results.get(object);
    if (known !== undefined) return known;
    const result = read(object);
    results.set(object, result);
    return result;
  };
}

function readIndexes(storage: Storage, read: Readers): Indexes {
  const cluster: GrantIndex = new Map();
  const byNamespace = new Map<string, GrantIndex>();
  for (const object of storage.list(CLUSTER_ROLE_BINDINGS))
    addTo(cluster, grantOf(storage, read.binding(object), read));
  for (const object of storage.list(ROLE_BINDINGS)) {
    const binding = read.binding(object);
    const index = byNamespace.get(binding.namespace) ?? new Map();
    byNamespace.set(binding.namespace, index);
    addTo(index, grantOf(storage, binding, read));
  }
  return { cluster, byNamespace };
}

function addTo(index: GrantIndex, grant: Grant): void {
  for (const key of new Set(grant.binding.subjects.map(keyOfSubject))) {
    const grants = index.get(key);
    if (grants) grants.push(grant);
    else index.set(key, [grant]);
  }
}

function grantOf(storage: Storage, binding: Binding, read: Readers): Grant {
  const { role, namespace } = binding;
  const found =
    role.kind === 'Role'
      ? storage.get(ROLES, { name: role.name, namespace })
      : storage.get(CLUSTER_ROLES, { name: role.name });
  if (found) return { binding, rules: read.rules(found) };
  const resource = `${role.kind.toLowerCase()}.rbac.authorization.k8s.io`;
  return { binding, rules: [], problem: `${resource} "${role.name}" not found` };
}
