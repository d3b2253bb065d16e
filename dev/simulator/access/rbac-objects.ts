import { listAt, objectAt, stringAt, type JsonObject } from '../json.ts';
import { storageKeyOf } from '../served-resource.ts';
import { serviceAccountUser, type User } from './user.ts';

export const RBAC_GROUP = 'rbac.authorization.k8s.io';

export const ROLES = storageKeyOf({ group: RBAC_GROUP, plural: 'roles' });
export const CLUSTER_ROLES = storageKeyOf({ group: RBAC_GROUP, plural: 'clusterroles' });
export const ROLE_BINDINGS = storageKeyOf({ group: RBAC_GROUP, plural: 'rolebindings' });
export const CLUSTER_ROLE_BINDINGS = storageKeyOf({ group: RBAC_GROUP, plural: 'clusterrolebindings' });

/** A RoleBinding or ClusterRoleBinding. */
export interface Binding {
  readonly name: string;
  /** Empty for a ClusterRoleBinding. */
  readonly namespace: string;
  readonly role: RoleReference;
  readonly subjects: readonly Subject[];
}

interface RoleReference {
  readonly kind: string;
  readonly name: string;
}

interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

/** Parses a stored RoleBinding or ClusterRoleBinding. */
export function parseBinding(object: JsonObject): Binding {
  const { metadata } = object;
  const roleRef = objectAt(object, 'roleRef');
  const namespace = stringAt(metadata, 'namespace') ?? '';
  return {
    name: stringAt(metadata, 'name') ?? '',
    namespace,
    role: { kind: stringAt(roleRef, 'kind') ?? '', name: stringAt(roleRef, 'name') ?? '' },
    subjects: listAt(object, 'subjects').map((subject) => ({
      kind: stringAt(subject, 'kind') ?? '',
      name: stringAt(subject, 'name') ?? '',
      namespace: stringAt(subject, 'namespace') || namespace,
    })),
  };
}

/** Returns the index key of a subject. A service account has the key of its user name. */
export function keyOfSubject({ kind, name, namespace }: Subject): string {
  switch (kind) {
    case 'Group':
      return `Group ${name}`;
    case 'ServiceAccount':
      return `User ${serviceAccountUser({ namespace, name })}`;
    default:
      return `${kind} ${name}`;
  }
}

/** Returns the index keys of a user: its name and its groups. */
export function keysOfUser({ name, groups }: User): readonly string[] {
  return [`User ${name}`, ...groups.map((group) => `Group ${group}`)];
}

/** Describes a binding and the subject that matches the user, as in the reason of a decision. */
export function describeBinding(binding: Binding, user: User): string {
  const { name, namespace, role, subjects } = binding;
  const keys = keysOfUser(user);
  const subject = subjects.find((candidate) => keys.includes(keyOfSubject(candidate)));
  const title = namespace === '' ? `ClusterRoleBinding "${name}"` : `RoleBinding "${name}/${namespace}"`;
  return `${title} of ${role.kind} "${role.name}" to ${subject ? describeSubject(subject) : 'nobody'}`;
}

function describeSubject({ kind, name, namespace }: Subject): string {
  return kind === 'ServiceAccount' ? `${kind} "${name}/${namespace}"` : `${kind} "${name}"`;
}
