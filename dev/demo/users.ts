import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { Manifest } from '../simulator/api-object.ts';
import { bindingTo, clusterBindingTo, kubeflowRoles } from './roles.ts';
import type { TokenUser } from '../simulator/access/authentication.ts';

/** A user of the demo with a bearer token. */
export interface DemoUser extends TokenUser {
  /** Description of the user's permissions, shown in GraphiQL. */
  readonly role: string;
}

const ADMINISTRATORS = 'kubeflow-administrators';

/** A cluster administrator, an editor of one namespace, a viewer of two, and a user without permissions. */
export const demoUsers = [
  {
    token: 'demo-ada',
    name: 'ada@example.com',
    groups: [ADMINISTRATORS],
    role: 'cluster administrator',
  },
  {
    token: 'demo-erin',
    name: 'erin@example.com',
    groups: ['team-research'],
    role: 'editor of team-research: creates, updates and deletes objects there',
  },
  {
    token: 'demo-victor',
    name: 'victor@example.com',
    groups: ['team-research', 'team-vision'],
    role: 'viewer of team-research and team-vision: read-only, without secrets',
  },
  { token: 'demo-nobody', name: 'nobody@example.com', groups: [], role: 'user without permissions' },
] as const satisfies readonly DemoUser[];

const GATEWAY = { namespace: 'kubeflow-system', name: 'workspaces-gateway' };

/** Identity of the gateway. It may watch resources and create token and access reviews. */
export const gatewayServiceAccount: TokenUser = {
  token: 'demo-gateway',
  name: `system:serviceaccount:${GATEWAY.namespace}:${GATEWAY.name}`,
};

/** The RBAC objects of `deploy/` for an authentication mode, as on a real cluster. */
export function gatewayRoles(mode: 'token' | 'header' | 'impersonate'): Manifest[] {
  return ['base', `components/mode-${mode}`].flatMap(deployedRoles);
}

/** The ClusterRole and its binding in a directory of `deploy/`. */
export function deployedRoles(directory: string): Manifest[] {
  const text = readFileSync(new URL(`../../deploy/${directory}/cluster-role.yaml`, import.meta.url), 'utf8');
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

/** ClusterRoles of Kubeflow, the role bindings of the users, and the gateway's ServiceAccount with its roles. */
export function rbacObjects(): Manifest[] {
  const [, erin, victor] = demoUsers;
  return [
    ...kubeflowRoles(),
    clusterBindingTo('cluster-admin', { kind: 'Group', name: ADMINISTRATORS }),
    bindingTo('kubeflow-edit', { kind: 'User', name: erin.name }, 'team-research'),
    bindingTo('kubeflow-view', { kind: 'User', name: victor.name }, 'team-research'),
    bindingTo('kubeflow-view', { kind: 'User', name: victor.name }, 'team-vision'),
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...GATEWAY } },
    ...gatewayRoles('token'),
  ];
}
