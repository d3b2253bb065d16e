import type { ServerVersion } from '../server-version.ts';
import type { Storage } from '../storage.ts';
import {
  type Binding,
  parseBinding,
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  describeBinding,
  keyOfSubject,
  keysOfUser,
  ROLE_BINDINGS,
  ROLES,
} from './rbac-objects.ts';
import { type AuthorizationAttributes, allows, type PolicyRule, parseRules } from './policy-rules.ts';
import { MASTERS, type User } from './user.ts';
import type { ApiObject } from '../api-object.ts';

/** Decision of the authorizer. */
export interface Decision {
  readonly allowed: boolean;
  /** Names the binding that allows the action, or the roles that were not found; may be empty. */
  readonly reason: string;
}

interface UserRules {
  readonly rules: readonly PolicyRule[];
  /** Errors of the evaluated bindings; empty if there are none. */
  readonly problem: string;
}

export type RbacAuthorizer = ReturnType<typeof createRbacAuthorizer>;

/**
 * Creates an authorizer that decides by the RBAC objects in the storage. Changes apply to the next decision. Members of
 * `system:masters` are always allowed.
 */
export function createRbacAuthorizer(storage: Storage, { namesAuthorizers }: Pick<ServerVersion, 'namesAuthorizers'>) {
  const denied = namesAuthorizers ? 'rbac: RBAC: ' : 'RBAC: ';
  const grants = createGrants(storage);
  return {
    /** Has to be called after the storage was restored: a restore sends no changes. */
    refresh: () => grants.refresh(),
    authorize(user: User, access: AuthorizationAttributes): Decision {
      if (user.groups.includes(MASTERS)) return { allowed: true, reason: '' };
      const namespace = access.type === 'path' ? '' : access.namespace;
      const problems: string[] = [];
      for (const { binding, rules, problem } of grants.of(user, namespace)) {
        if (problem !== undefined) problems.push(problem);
        if (rules.some((rule) => allows(rule, access)))
          return { allowed: true, reason: `RBAC: allowed by ${describeBinding(binding, user)}` };
      }
      return { allowed: false, reason: problems.length > 0 ? `${denied}${joinErrors(problems)}` : '' };
    },
    rulesFor(user: User, namespace: string): UserRules {
      const found = Array.from(grants.of(user, namespace));
      const problems = found.flatMap(({ problem }) => problem ?? []);
      return { rules: found.flatMap(({ rules }) => rules), problem: joinErrors(problems) };
    },
  };
}

/** Formats several errors like Go's aggregate error. */
function joinErrors(problems: readonly string[]): string {
  const different = [...new Set(problems)];
  return different.length > 1 ? `[${different.join(', ')}]` : (different[0] ?? '');
}

/** Rules that one binding grants to each of its subjects. */
interface Grant {
  readonly binding: Binding;
  readonly rules: readonly PolicyRule[];
  /** Set if the role does not exist; then there are no rules. */
  readonly problem?: string | undefined;
}

/** Grants by the key of their subject. */
type GrantIndex = Map<string, Grant[]>;

interface Indexes {
  readonly cluster: GrantIndex;
  readonly byNamespace: Map<string, GrantIndex>;
}

/** Index of the stored bindings by subject. Rebuilt on the first read after an RBAC object has changed. */
function createGrants(storage: Storage) {
  const keys = new Set([ROLES, CLUSTER_ROLES, ROLE_BINDINGS, CLUSTER_ROLE_BINDINGS]);
  const read = { binding: memoized(parseBinding), rules: memoized(parseRules) };
  let indexes: Indexes | undefined;
  storage.onChange((storageKey) => {
    if (keys.has(storageKey)) indexes = undefined;
  });
  return {
    /** Has to be called after the storage was restored: a restore sends no changes. */
    refresh(): void {
      indexes = undefined;
    },
    /** Returns the grants of the cluster, then those of the namespace, each once. */
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
  readonly rules: (role: ApiObject) => readonly PolicyRule[];
}

/** Stored objects are immutable, so each is parsed once. */
function memoized<T>(read: (object: ApiObject) => T): (object: ApiObject) => T {
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
