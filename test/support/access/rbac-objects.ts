import type { Manifest } from '../../../dev/simulator/api-object.ts';
import type { Subject } from './rbac-model.ts';

const GROUP = 'rbac.authorization.k8s.io';

export const RBAC = `${GROUP}/v1`;

export const workspaces = { apiGroups: ['kubeflow.org'], resources: ['workspaces'] };

/** May get, list and watch workspaces. */
export const reader = clusterRole('reader', { ...workspaces, verbs: ['get', 'list', 'watch'] });

export function clusterRole(name: string, ...rules: readonly object[]): Manifest {
  return { apiVersion: RBAC, kind: 'ClusterRole', metadata: { name }, rules };
}

/** Gives somebody a role: in a namespace, or everywhere. */
export function bound({ name }: Subject, role: string, namespace?: string): Manifest {
  return {
    apiVersion: RBAC,
    kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name: `${name}-is-${role}`, ...(namespace !== undefined && { namespace }) },
    roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: GROUP, kind: 'User', name }],
  };
}
