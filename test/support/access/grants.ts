import type { Manifest } from '../../../dev/simulator/api-object.ts';
import { binding, clusterRole, group, roleIn, user } from './rbac-objects.ts';

const READ = ['get', 'list', 'watch'];

export interface Rule {
  readonly verbs: readonly string[];
  readonly resources: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** Returns a rule for workspaces. */
export const workspaces = (...verbs: string[]): Rule => ({ verbs, resources: ['workspaces'] });
export const viewing = workspaces(...READ);
export const editing = workspaces(...READ, 'create', 'update', 'patch', 'delete', 'deletecollection');
export const kinds = (verbs: readonly string[] = READ, ...resourceNames: string[]): Rule => ({
  verbs,
  resources: ['workspacekinds'],
  ...(resourceNames.length > 0 && { resourceNames }),
});
export const namespaces = (verbs: readonly string[] = READ, ...resourceNames: string[]): Rule => ({
  verbs,
  resources: ['namespaces'],
  apiGroups: [''],
  ...(resourceNames.length > 0 && { resourceNames }),
});

/** Returns a Role and RoleBinding for a user or group. Their name is {@link grantName}. */
export function grantIn(
  namespace: string,
  subject: string,
  ...rules: Rule[]
): readonly [role: Manifest, binding: Manifest] {
  const name = grantName(subject);
  return [
    roleIn(name, namespace, ...rules.map(whole)),
    binding({ name, namespace }, { kind: 'Role', name }, subjectOf(subject)),
  ];
}

/** Returns a ClusterRole and ClusterRoleBinding for a user or group. */
export function grant(subject: string, ...rules: Rule[]): readonly [role: Manifest, binding: Manifest] {
  const name = grantName(subject);
  return [clusterRole(name, ...rules.map(whole)), binding({ name }, { kind: 'ClusterRole', name }, subjectOf(subject))];
}

export function grantName(subject: string): string {
  return `of-${subject.replaceAll(/[^a-z0-9]/gu, '-')}`;
}

function whole(rule: Rule): object {
  return { apiGroups: ['kubeflow.org'], ...rule };
}

/** Returns the RBAC subject. `group:x` is the group `x`. */
function subjectOf(subject: string): object {
  return subject.startsWith('group:') ? group(subject.slice('group:'.length)) : user(subject);
}
