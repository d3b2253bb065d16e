import type { Manifest } from '../api-object.ts';
import type { JsonObject } from '../json.ts';
import { RBAC_GROUP } from './rbac-objects.ts';
import { AUTHENTICATED, MASTERS, UNAUTHENTICATED } from './user.ts';

const HEALTH = ['/healthz', '/livez', '/readyz', '/version', '/version/'];
const DISCOVERY = ['/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*', ...HEALTH].sort();
const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const CORE = ['configmaps', 'persistentvolumeclaims', 'pods', 'serviceaccounts', 'services'];
const SELF_REVIEWS = ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'];

/** Roles and bindings that kube-apiserver creates at its start, reduced to the resources that the simulator serves. */
export const BOOTSTRAP_POLICY: readonly Manifest[] = [
  clusterRole('cluster-admin', [rule(['*'], '*', ['*']), { verbs: ['*'], nonResourceURLs: ['*'] }]),
  clusterRole('system:basic-user', [
    rule(['create'], 'authorization.k8s.io', SELF_REVIEWS),
    rule(['create'], 'authentication.k8s.io', ['selfsubjectreviews']),
  ]),
  clusterRole('system:discovery', [{ verbs: ['get'], nonResourceURLs: DISCOVERY }]),
  clusterRole('system:public-info-viewer', [{ verbs: ['get'], nonResourceURLs: HEALTH }]),
  clusterRoleBinding('cluster-admin', MASTERS),
  clusterRoleBinding('system:basic-user', AUTHENTICATED),
  clusterRoleBinding('system:discovery', AUTHENTICATED),
  clusterRoleBinding('system:public-info-viewer', AUTHENTICATED, UNAUTHENTICATED),
  ...aggregatedRole('view', 'edit', [
    rule(READ, '', [...CORE, 'events', 'namespaces']),
    rule(READ, 'apps', ['statefulsets', 'statefulsets/status']),
  ]),
  ...aggregatedRole('edit', 'admin', [
    rule(READ, '', ['secrets']),
    rule(['impersonate'], '', ['serviceaccounts']),
    rule(WRITE, '', [...CORE, 'secrets']),
    rule(WRITE, 'apps', ['statefulsets']),
  ]),
  ...aggregatedRole('admin', undefined, [
    rule(['create'], 'authorization.k8s.io', ['localsubjectaccessreviews']),
    rule([...READ, ...WRITE], RBAC_GROUP, ['rolebindings', 'roles']),
  ]),
];

function rule(verbs: readonly string[], apiGroup: string, resources: readonly string[]): JsonObject {
  return { verbs, apiGroups: [apiGroup], resources };
}

/** Returns an aggregated role and the role with its first rules; `greater` is the role that aggregates it in turn. */
function aggregatedRole(name: string, greater: string | undefined, rules: readonly JsonObject[]): readonly Manifest[] {
  const role = clusterRole(name, [], greater === undefined ? {} : aggregateTo(greater));
  const clusterRoleSelectors = [{ matchLabels: aggregateTo(name) }];
  const source = clusterRole(`system:aggregate-to-${name}`, rules, aggregateTo(name));
  return [source, { ...role, aggregationRule: { clusterRoleSelectors } }];
}

function aggregateTo(role: string): Readonly<Record<string, string>> {
  return { [`rbac.authorization.k8s.io/aggregate-to-${role}`]: 'true' };
}

function clusterRole(
  name: string,
  rules: readonly JsonObject[],
  labels: Readonly<Record<string, string>> = {},
): Manifest {
  return { apiVersion: `${RBAC_GROUP}/v1`, kind: 'ClusterRole', metadata: metadataOf(name, labels), rules };
}

function clusterRoleBinding(name: string, ...groups: readonly string[]): Manifest {
  return {
    apiVersion: `${RBAC_GROUP}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: metadataOf(name),
    roleRef: { apiGroup: RBAC_GROUP, kind: 'ClusterRole', name },
    subjects: groups.map((group) => ({ kind: 'Group', apiGroup: RBAC_GROUP, name: group })),
  };
}

function metadataOf(name: string, labels: Readonly<Record<string, string>> = {}) {
  return {
    name,
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
    annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
  };
}
