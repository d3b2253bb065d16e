import type { Manifest } from '../../../dev/simulator/api-object.ts';
import type { Subject } from './rbac-model.ts';

const GROUP = 'rbac.authorization.k8s.io';

export const RBAC = `${GROUP}/v1`;

export const workspaces = { apiGroups: ['kubeflow.org'], resources: ['workspaces'] };

/** ClusterRole with get, list and watch of workspaces. */
export const reader = clusterRole('reader', { ...workspaces, verbs: ['get', 'list', 'watch'] });

export function clusterRole(name: string, ...rules: readonly object[]): Manifest {
  return { apiVersion: RBAC, kind: 'ClusterRole', metadata: { name }, rules };
}

/** Returns a binding of a role to a user: in a namespace, or cluster-wide. */
export function bound({ name }: Subject, role: string, namespace?: string): Manifest {
  return {
    apiVersion: RBAC,
    kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name: `${name}-is-${role}`, ...(namespace !== undefined && { namespace }) },
    roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: GROUP, kind: 'User', name }],
  };
}
