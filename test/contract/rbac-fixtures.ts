import type { Manifest } from '../../dev/simulator/api-object.ts';
import { binding, clusterRole, group, roleIn, user } from '../support/access/rbac-objects.ts';
import { namespace } from '../support/manifests.ts';

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const WORKSPACES = ['workspaces', 'workspaces/status'];
const KUBEFLOW = ['kubeflow.org'];

type Rule = Readonly<Record<string, readonly string[]>>;

/** Aggregated ClusterRoles like those of Kubeflow, and their expected rules. */
export const aggregatedRules: Readonly<Record<string, readonly Rule[]>> = {
  'workspaces-view': [{ verbs: READ, apiGroups: KUBEFLOW, resources: WORKSPACES }],
  'workspaces-edit': [
    { verbs: WRITE, apiGroups: KUBEFLOW, resources: WORKSPACES },
    { verbs: READ, apiGroups: KUBEFLOW, resources: WORKSPACES },
  ],
  'workspaces-admin': [
    { verbs: [...READ, ...WRITE], apiGroups: KUBEFLOW, resources: ['workspacekinds', 'workspacekinds/status'] },
    { verbs: WRITE, apiGroups: KUBEFLOW, resources: WORKSPACES },
    { verbs: READ, apiGroups: KUBEFLOW, resources: WORKSPACES },
  ],
};

/** RBAC objects with every feature of RBAC, in an order in which they can be created. */
export const rbacFixtures: readonly Manifest[] = [
  namespace('team-a'),
  namespace('team-b'),

  sourceRole('view', { verbs: READ, apiGroups: KUBEFLOW, resources: WORKSPACES }),
  sourceRole('edit', { verbs: WRITE, apiGroups: KUBEFLOW, resources: WORKSPACES }),
  sourceRole('admin', {
    verbs: [...READ, ...WRITE],
    apiGroups: KUBEFLOW,
    resources: ['workspacekinds', 'workspacekinds/status'],
  }),
  aggregatedRole('view', 'edit'),
  aggregatedRole('edit', 'admin'),
  aggregatedRole('admin'),

  clusterRole('core-reader', { verbs: ['get', 'list'], apiGroups: [''], resources: ['*'] }),
  clusterRole('status-keeper', { verbs: ['get', 'patch'], apiGroups: ['*'], resources: ['*/status'] }),
  clusterRole('log-reader', { verbs: ['get'], apiGroups: [''], resources: ['pods/log'] }),
  clusterRole('keyholder', {
    verbs: [...READ, 'create', 'update', 'delete', 'deletecollection'],
    apiGroups: [''],
    resources: ['secrets'],
    resourceNames: ['key', 'chain'],
  }),
  clusterRole('jupyter-user', {
    verbs: READ,
    apiGroups: KUBEFLOW,
    resources: ['workspacekinds'],
    resourceNames: ['jupyterlab'],
  }),
  clusterRole('config-master', { verbs: ['*'], apiGroups: [''], resources: ['configmaps'] }),
  clusterRole('any-lister', { verbs: ['list'], apiGroups: ['*'], resources: ['workspaces'] }),
  clusterRole(
    'prober',
    { verbs: ['get'], nonResourceURLs: ['/metrics', '/logs/*'] },
    { verbs: ['post'], nonResourceURLs: ['/hooks*'] },
  ),
  clusterRole(
    'actor',
    { verbs: ['impersonate'], apiGroups: [''], resources: ['users'], resourceNames: ['bob'] },
    { verbs: ['impersonate'], apiGroups: [''], resources: ['groups'], resourceNames: ['viewers'] },
    { verbs: ['impersonate'], apiGroups: ['authentication.k8s.io'], resources: ['userextras/scopes'] },
  ),
  clusterRole(
    'two-halves',
    { verbs: ['get'], apiGroups: [''], resources: ['secrets'] },
    { verbs: ['list'], apiGroups: [''], resources: ['pods'] },
  ),
  clusterRole('reviewer', {
    verbs: ['create'],
    apiGroups: ['authorization.k8s.io'],
    resources: ['subjectaccessreviews'],
  }),
  roleIn('namespace-viewer', 'team-a', { verbs: ['get'], apiGroups: [''], resources: ['namespaces'] }),
  roleIn(
    'settings-editor',
    'team-a',
    { verbs: ['get', 'update', 'patch'], apiGroups: [''], resources: ['configmaps'], resourceNames: ['settings'] },
    { verbs: ['create'], apiGroups: [''], resources: ['configmaps'] },
  ),

  bind('editors', 'team-a', 'ClusterRole/workspaces-edit', user('alice')),
  bind('viewers', 'team-a', 'ClusterRole/workspaces-view', user('vic'), group('viewers')),
  bind('viewers', 'team-b', 'ClusterRole/workspaces-view', group('viewers')),
  bind('admins', 'team-b', 'ClusterRole/workspaces-admin', user('ada')),
  bind('bosses', 'team-b', 'ClusterRole/cluster-admin', user('boss')),
  bind('readers', 'team-a', 'ClusterRole/core-reader', user('carl'), account('robot', 'robots'), account('runner')),
  bind('settings', 'team-a', 'Role/settings-editor', user('seth')),
  bind('entrance', 'team-a', 'Role/namespace-viewer', user('seth')),
  bind('configs', 'team-b', 'ClusterRole/config-master', group('system:serviceaccounts:robots')),
  bind('logs', 'team-a', 'ClusterRole/log-reader', user('logan')),
  bind('keys', 'team-a', 'ClusterRole/keyholder', user('kay')),
  bind('in-vain', 'team-a', 'Role/nowhere', user('dan')),
  bind('probes-here', 'team-a', 'ClusterRole/prober', user('nina')),

  bind('statuses', '', 'ClusterRole/status-keeper', user('sam')),
  bind('jupyter', '', 'ClusterRole/jupyter-user', group('people')),
  bind('listers', '', 'ClusterRole/any-lister', account('lister', 'robots')),
  bind('probes', '', 'ClusterRole/prober', user('prom')),
  bind('actors', '', 'ClusterRole/actor', user('act')),
  bind('halves', '', 'ClusterRole/two-halves', user('hal')),
  bind('all-kinds', '', 'ClusterRole/workspaces-admin', user('root')),
  bind('vain', '', 'ClusterRole/nobody', user('dan')),
  bind('reviewers', '', 'ClusterRole/reviewer', user('rev')),
];

/** Created last: when these are in effect, so are all objects created before them. */
export const canaries: readonly Manifest[] = [
  clusterRole('canary', { verbs: ['sing'], apiGroups: [''], resources: ['cages'] }),
  roleIn('canary', 'team-a', { verbs: ['chirp'], apiGroups: [''], resources: ['cages'] }),
  bind('canary', '', 'ClusterRole/canary', user('canary')),
  bind('canary', 'team-a', 'Role/canary', user('canary')),
];

function sourceRole(level: string, rule: Rule): Manifest {
  return { ...clusterRole(`source-of-${level}`, rule), metadata: { name: `source-of-${level}`, labels: label(level) } };
}

function aggregatedRole(level: string, greater?: string): Manifest {
  const metadata = { name: `workspaces-${level}`, ...(greater !== undefined && { labels: label(greater) }) };
  const aggregationRule = { clusterRoleSelectors: [{ matchLabels: label(level) }] };
  return { ...clusterRole(metadata.name), metadata, aggregationRule };
}

function label(level: string): Readonly<Record<string, string>> {
  return { [`example.org/aggregate-to-${level}`]: 'true' };
}

/** A service account; by default in the namespace of the binding. */
function account(name: string, inNamespace?: string): object {
  return { kind: 'ServiceAccount', name, ...(inNamespace !== undefined && { namespace: inNamespace }) };
}

/** A binding; cluster-wide if the namespace is empty. */
function bind(name: string, inNamespace: string, to: string, ...subjects: readonly object[]): Manifest {
  const [kind = '', roleName = ''] = to.split('/');
  return binding({ name, namespace: inNamespace || undefined }, { kind, name: roleName }, ...subjects);
}
