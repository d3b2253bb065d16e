import type { TokenUser } from '../simulator/access/tokens.ts';
import type { Manifest } from '../simulator/api-object.ts';
import { bindingTo, clusterBindingTo, clusterRole, kubeflowRoles } from './roles.ts';

/** Someone who may come to the demo, with a bearer token. */
export interface Person extends TokenUser {
  /** What they are to the teams, in a few words for those who try the demo. */
  readonly role: string;
}

const ADMINISTRATORS = 'kubeflow-administrators';

/** An administrator, an editor of one team, a viewer of two, and somebody without any rights. */
export const people = [
  {
    token: 'demo-ada',
    name: 'ada@example.com',
    groups: [ADMINISTRATORS],
    role: 'administrator: may do everything, everywhere',
  },
  {
    token: 'demo-erin',
    name: 'erin@example.com',
    groups: ['team-research'],
    role: 'editor of team-research: may create, change and delete what is there',
  },
  {
    token: 'demo-victor',
    name: 'victor@example.com',
    groups: ['team-research', 'team-vision'],
    role: 'viewer of team-research and team-vision: may look, but not at secrets',
  },
  { token: 'demo-nobody', name: 'nobody@example.com', groups: [], role: 'nobody: may do nothing at all' },
] as const satisfies readonly Person[];

const GATEWAY = { namespace: 'kubeflow-system', name: 'workspaces-gateway' };

/** The gateway's own identity, which may no more than watch, and ask who may do what. */
export const gatewayAccount: TokenUser = {
  token: 'demo-gateway',
  name: `system:serviceaccount:${GATEWAY.namespace}:${GATEWAY.name}`,
};

/** The roles that Kubeflow brings, what makes of the people what they are, and the gateway's own role. */
export function permissions(): Manifest[] {
  const [, erin, victor] = people;
  const watch = ['get', 'list', 'watch'];
  return [
    ...kubeflowRoles(),
    clusterBindingTo('cluster-admin', { kind: 'Group', name: ADMINISTRATORS }),
    bindingTo('kubeflow-edit', { kind: 'User', name: erin.name }, 'team-research'),
    bindingTo('kubeflow-view', { kind: 'User', name: victor.name }, 'team-research'),
    bindingTo('kubeflow-view', { kind: 'User', name: victor.name }, 'team-vision'),
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...GATEWAY } },
    clusterRole(GATEWAY.name, [
      { apiGroups: ['kubeflow.org'], resources: ['workspaces', 'workspacekinds'], verbs: watch },
      { apiGroups: [''], resources: ['namespaces', 'pods', 'events', 'persistentvolumes'], verbs: watch },
      { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: watch },
      { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
      { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] },
      { apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: watch },
      { apiGroups: ['batch.volcano.sh'], resources: ['jobs'], verbs: watch },
      { apiGroups: ['management.loft.sh'], resources: ['devpodworkspaceinstances'], verbs: watch },
      { apiGroups: ['metrics.k8s.io'], resources: ['pods'], verbs: ['get', 'list'] },
      { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
      { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'clusterroles'], verbs: ['list'] },
    ]),
    clusterBindingTo(GATEWAY.name, { kind: 'ServiceAccount', ...GATEWAY }),
  ];
}
