import type { Manifest } from '../simulator/api-object.ts';

const GROUP = 'rbac.authorization.k8s.io';
const AGGREGATE = 'rbac.authorization.kubeflow.org/aggregate-to-';
const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

interface Subject {
  readonly kind: 'User' | 'Group' | 'ServiceAccount';
  readonly name: string;
  readonly namespace?: string;
}

/**
 * ClusterRoles of Kubeflow: `kubeflow-view`, `kubeflow-edit` and `kubeflow-admin`, which are bound in profile
 * namespaces, and the roles that are aggregated into them. As in Kubeflow, only the admin role includes WorkspaceKinds.
 */
export function kubeflowRoles(): Manifest[] {
  return [
    ...['view', 'edit', 'admin'].flatMap((level, i) => levelOf(level, ['edit', 'admin'][i])),
    aggregatedPart('kubeflow-workspaces-view', [rule('kubeflow.org', ['workspaces', 'workspaces/status'], READ)]),
    aggregatedPart('kubeflow-workspaces-edit', [rule('kubeflow.org', ['workspaces', 'workspaces/status'], WRITE)]),
    aggregatedPart('kubeflow-workspaces-admin', [
      rule('kubeflow.org', ['workspacekinds', 'workspacekinds/status'], [...WRITE, ...READ]),
    ]),
    clusterRole('kubeflow-kubernetes-view', kubernetesView(), { [`${AGGREGATE}kubeflow-view`]: 'true' }),
    clusterRole('kubeflow-kubernetes-edit', kubernetesEdit(), { [`${AGGREGATE}kubeflow-edit`]: 'true' }),
  ];
}

/**
 * The aggregated role of a level and the role that Kubeflow Workspaces adds to it. Both are included in the next level.
 */
function levelOf(level: string, next: string | undefined): Manifest[] {
  const includedIn = (name: string) => (next === undefined ? {} : { [`${AGGREGATE}${name}-${next}`]: 'true' });
  return [
    aggregated(`kubeflow-${level}`, includedIn('kubeflow')),
    aggregated(`kubeflow-workspaces-${level}`, {
      [`${AGGREGATE}kubeflow-${level}`]: 'true',
      ...includedIn('kubeflow-workspaces'),
    }),
  ];
}

function kubernetesView(): Rule[] {
  const core = [
    'configmaps',
    'events',
    'limitranges',
    'namespaces',
    'persistentvolumeclaims',
    'pods',
    'resourcequotas',
    'services',
  ];
  return [
    rule('', [...core, 'pods/log', 'pods/status', 'serviceaccounts'], READ),
    rule('apps', ['statefulsets', 'statefulsets/status'], READ),
    rule('metrics.k8s.io', ['pods'], ['get', 'list']),
    rule('batch.volcano.sh', ['jobs', 'jobs/status'], READ),
    rule('management.loft.sh', ['devpodworkspaceinstances'], READ),
  ];
}

function kubernetesEdit(): Rule[] {
  return [
    rule('', ['secrets'], READ),
    rule('', ['configmaps', 'persistentvolumeclaims', 'pods', 'secrets', 'services'], WRITE),
    rule('batch.volcano.sh', ['jobs'], WRITE),
    rule('bus.volcano.sh', ['commands'], [...READ, ...WRITE]),
    rule('management.loft.sh', ['devpodworkspaceinstances'], WRITE),
  ];
}

function clusterRole(name: string, rules: readonly Rule[], labels: Readonly<Record<string, string>> = {}): Manifest {
  return { apiVersion: `${GROUP}/v1`, kind: 'ClusterRole', metadata: { name, labels }, rules };
}

/** Binds a ClusterRole to a subject in the whole cluster. */
export function clusterBindingTo(role: string, subject: Subject): Manifest {
  const metadata = { name: nameOf(role, subject) };
  return { apiVersion: `${GROUP}/v1`, kind: 'ClusterRoleBinding', metadata, ...bound(role, subject) };
}

/** Binds a ClusterRole to a subject in one namespace, as Kubeflow does for contributors of a profile. */
export function bindingTo(role: string, subject: Subject, namespace: string): Manifest {
  const annotations = { role: role.replace('kubeflow-', ''), user: subject.name };
  const metadata = { name: nameOf(role, subject), namespace, annotations };
  return { apiVersion: `${GROUP}/v1`, kind: 'RoleBinding', metadata, ...bound(role, subject) };
}

/** A ClusterRole with the rules of all roles that have its aggregation label. */
function aggregated(name: string, labels: Readonly<Record<string, string>>): Manifest {
  const clusterRoleSelectors = [{ matchLabels: { [`${AGGREGATE}${name}`]: 'true' } }];
  return { ...clusterRole(name, [], labels), aggregationRule: { clusterRoleSelectors } };
}

function aggregatedPart(role: string, rules: readonly Rule[]): Manifest {
  return clusterRole(`aggregate-to-${role}`, rules, { [`${AGGREGATE}${role}`]: 'true' });
}

function rule(group: string, resources: readonly string[], verbs: readonly string[]): Rule {
  return { apiGroups: [group], resources, verbs };
}

function bound(role: string, { kind, name, namespace }: Subject) {
  const subject = kind === 'ServiceAccount' ? { kind, name, namespace } : { kind, name, apiGroup: GROUP };
  return { roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: role }, subjects: [subject] };
}

function nameOf(role: string, { kind, name }: Subject): string {
  return `${kind.toLowerCase()}-${name.replaceAll(/[^a-z0-9]+/gu, '-')}-clusterrole-${role.replace('kubeflow-', '')}`;
}
