import type { Config } from './config.ts';

/** Configurations that need different permissions of the gateway's own identity. */
export type IdentityMode = 'header' | 'impersonate' | 'token' | 'kubeconfig';

/** Verbs on resources of an API group. A resource may have a subresource: `pods/log`. */
interface Permission {
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** A feature and the permissions of the gateway's own identity that it needs, in all namespaces. */
export interface Feature {
  readonly name: string;
  readonly permissions: readonly Permission[];
  /** Modes in which the feature uses the gateway's own identity. */
  readonly modes: readonly IdentityMode[];
  /** Whether the gateway is of no use without it. */
  readonly required: boolean;
  /** Behaviour of the gateway if a permission is missing. */
  readonly without: string;
}

const ALL: readonly IdentityMode[] = ['header', 'impersonate', 'token', 'kubeconfig'];
/** Modes in which writes and uncached reads have the identity of the gateway. */
const OWN: readonly IdentityMode[] = ['header', 'kubeconfig'];
const READ = ['get', 'list', 'watch'];
const DENIED = 'These operations are answered with FORBIDDEN.';

function reading(name: string, group: string, resource: string, without: string): Feature {
  const permissions = [{ group, resources: [resource], verbs: READ }];
  return { name, permissions, modes: ALL, required: false, without };
}

function writing(name: string, permissions: readonly Permission[], without = DENIED): Feature {
  return { name, permissions, modes: OWN, required: false, without };
}

export const RBAC_INDEX = 'RBAC index';

/** All features that need permissions of the gateway's own identity. `docs/installation.md` has the same table. */
export const features: readonly Feature[] = [
  {
    name: 'Workspaces, WorkspaceKinds and Namespaces',
    permissions: [
      { group: 'kubeflow.org', resources: ['workspaces', 'workspacekinds'], verbs: READ },
      { group: '', resources: ['namespaces'], verbs: READ },
    ],
    modes: ALL,
    required: true,
    without: 'The gateway is not ready, and these objects are answered with FORBIDDEN.',
  },
  {
    name: 'Access of viewers',
    permissions: [{ group: 'authorization.k8s.io', resources: ['subjectaccessreviews'], verbs: ['create'] }],
    modes: ['header', 'impersonate'],
    required: true,
    without: 'Every operation is answered with UNAVAILABLE.',
  },
  {
    name: 'Bearer tokens',
    permissions: [{ group: 'authentication.k8s.io', resources: ['tokenreviews'], verbs: ['create'] }],
    modes: ['token'],
    required: true,
    without: 'Every request is answered with UNAVAILABLE.',
  },
  {
    name: 'Impersonation',
    permissions: [{ group: '', resources: ['users', 'groups'], verbs: ['impersonate'] }],
    modes: ['impersonate'],
    required: true,
    without: 'Mutations and uncached reads are answered with FORBIDDEN.',
  },
  {
    name: RBAC_INDEX,
    permissions: [
      {
        group: 'rbac.authorization.k8s.io',
        resources: ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'],
        verbs: ['list', 'watch'],
      },
    ],
    modes: ALL,
    required: false,
    without: 'Access to every namespace is reviewed, and changed permissions are noticed later.',
  },
  reading('Pods', '', 'pods', 'Workspaces have no pod and no log, and claims no pods.'),
  reading(
    'StatefulSets',
    'apps',
    'statefulsets',
    'Workspaces without a pod have no events of their StatefulSet, and a pod of an earlier workspace of the same name may count.',
  ),
  reading(
    'Events',
    '',
    'events',
    'Workspaces have no events, and events cannot be read. The permission may be granted in single namespaces.',
  ),
  reading('Claims', '', 'persistentvolumeclaims', 'Persistent volume claims cannot be read, mounted or deleted.'),
  reading('Volumes', '', 'persistentvolumes', 'Persistent volumes cannot be read.'),
  reading(
    'StorageClasses',
    'storage.k8s.io',
    'storageclasses',
    'Storage classes cannot be read, and claims cannot be created.',
  ),
  reading('Nodes', '', 'nodes', 'Nodes cannot be read, and whether an option fits on a node is not known.'),
  reading(
    'ResourceQuotas',
    '',
    'resourcequotas',
    'Namespaces have no quotas, and whether an option fits into them is not known.',
  ),
  reading(
    'LimitRanges',
    '',
    'limitranges',
    'Namespaces have no limit ranges, and whether they permit an option is not known.',
  ),
  {
    name: 'Pictures of WorkspaceKinds',
    permissions: [{ group: '', resources: ['configmaps'], verbs: ['get'] }],
    modes: ALL,
    required: false,
    without: 'Pictures that are stored in ConfigMaps are not served.',
  },
  reading('DevPod', 'management.loft.sh', 'devpodworkspaceinstances', 'DevPod workspaces cannot be read.'),
  reading('Volcano', 'batch.volcano.sh', 'jobs', 'Volcano jobs cannot be read, suspended or resumed.'),
  {
    name: 'Unfinished restarts',
    permissions: [{ group: 'kubeflow.org', resources: ['workspaces'], verbs: ['patch'] }],
    modes: ALL,
    required: false,
    without: 'A restart that was interrupted stays paused until a user starts the workspace.',
  },
  writing('Changes of Workspaces and WorkspaceKinds', [
    {
      group: 'kubeflow.org',
      resources: ['workspaces', 'workspacekinds'],
      verbs: ['create', 'update', 'patch', 'delete'],
    },
    { group: 'kubeflow.org', resources: ['workspaces'], verbs: ['deletecollection'] },
    { group: 'kubeflow.org', resources: ['workspaces/status'], verbs: ['update', 'patch'] },
  ]),
  writing('Secrets', [
    { group: '', resources: ['secrets'], verbs: ['get', 'list', 'create', 'update', 'patch', 'delete'] },
  ]),
  writing('Changes of claims', [{ group: '', resources: ['persistentvolumeclaims'], verbs: ['create', 'delete'] }]),
  writing('Logs', [{ group: '', resources: ['pods/log'], verbs: ['get'] }]),
  writing(
    'Usage of pods',
    [{ group: 'metrics.k8s.io', resources: ['pods'], verbs: ['list'] }],
    'Workspaces have no usage; the reason is NOT_PERMITTED.',
  ),
  writing('Changes of DevPod workspaces', [
    {
      group: 'management.loft.sh',
      resources: ['devpodworkspaceinstances'],
      verbs: ['create', 'update', 'patch', 'delete'],
    },
  ]),
  writing('Changes of Volcano jobs', [
    { group: 'batch.volcano.sh', resources: ['jobs'], verbs: ['patch'] },
    { group: 'bus.volcano.sh', resources: ['commands'], verbs: ['create'] },
  ]),
];

/** Returns the mode of a configuration. */
export function identityModeOf({ authentication }: Pick<Config, 'authentication'>): IdentityMode {
  if (authentication.mode !== 'header') return authentication.mode;
  return authentication.impersonate ? 'impersonate' : 'header';
}

/** Returns a permission as text: `get, list pods, pods/log (metrics.k8s.io)`. */
export function permissionText({ group, resources, verbs }: Permission): string {
  return `${verbs.join(', ')} ${resources.join(', ')}${group === '' ? '' : ` (${group})`}`;
}
