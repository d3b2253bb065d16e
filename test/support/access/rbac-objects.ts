import { RBAC_GROUP } from '../../../dev/simulator/access/rbac-objects.ts';
import type { Manifest } from '../../../dev/simulator/api-object.ts';
import type { ObjectName } from '../../../src/kubernetes/object.ts';
import type { Subject } from './rbac-model.ts';

/** API version of roles and bindings. */
export const RBAC = `${RBAC_GROUP}/v1`;

export const workspaces = { apiGroups: ['kubeflow.org'], resources: ['workspaces'] };

/** ClusterRole with get, list and watch of workspaces. */
export const reader = clusterRole('reader', { ...workspaces, verbs: ['get', 'list', 'watch'] });

export function clusterRole(name: string, ...rules: readonly object[]): Manifest {
  return { apiVersion: RBAC, kind: 'ClusterRole', metadata: { name }, rules };
}

export function roleIn(name: string, namespace: string, ...rules: readonly object[]): Manifest {
  return { apiVersion: RBAC, kind: 'Role', metadata: { name, namespace }, rules };
}

/** Returns a RoleBinding in a namespace, or else a ClusterRoleBinding. */
export function binding(
  { name, namespace }: ObjectName,
  roleRef: { readonly kind: string; readonly name: string },
  ...subjects: readonly object[]
): Manifest {
  return {
    apiVersion: RBAC,
    kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name, ...(namespace !== undefined && { namespace }) },
    roleRef: { apiGroup: RBAC_GROUP, ...roleRef },
    subjects,
  };
}

/** Returns the subject of a binding for a user. */
export function user(name: string): object {
  return { apiGroup: RBAC_GROUP, kind: 'User', name };
}

/** Returns the subject of a binding for a group. */
export function group(name: string): object {
  return { apiGroup: RBAC_GROUP, kind: 'Group', name };
}

/** Returns a binding of a ClusterRole to a user: in a namespace, or cluster-wide. */
export function bound({ name }: Subject, roleName: string, namespace?: string): Manifest {
  return binding({ name: `${name}-is-${roleName}`, namespace }, { kind: 'ClusterRole', name: roleName }, user(name));
}
