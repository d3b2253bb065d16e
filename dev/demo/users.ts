import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { TokenUser } from '../simulator/access/tokens.ts';
import type { Manifest } from '../simulator/api-object.ts';
import { bindingTo, clusterBindingTo, kubeflowRoles } from './roles.ts';

/** Someone who may come to the demo, with a bearer token. */
export interface DemoUser extends TokenUser {
  /** What they are to the teams, in a few words for those who try the demo. */
  readonly role: string;
}

const ADMINISTRATORS = 'kubeflow-administrators';

/** An administrator, an editor of one team, a viewer of two, and somebody without any rights. */
export const demoUsers = [
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
] as const satisfies readonly DemoUser[];

const GATEWAY = { namespace: 'kubeflow-system', name: 'workspaces-gateway' };

/** The gateway's own identity, which may no more than watch, and ask who may do what. */
export const gatewayServiceAccount: TokenUser = {
  token: 'demo-gateway',
  name: `system:serviceaccount:${GATEWAY.namespace}:${GATEWAY.name}`,
};

/** What the gateway is given on a real cluster, too, in one of the modes in which it knows who asks. */
export function gatewayRoles(mode: 'token' | 'header' | 'impersonate'): Manifest[] {
  return ['cluster-role', `mode-${mode}`].flatMap((file) => {
    const text = readFileSync(new URL(`../../deploy/${file}.yaml`, import.meta.url), 'utf8');
    return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
  });
}

/** The roles that Kubeflow brings, what makes of the people what they are, and the gateway's own role. */
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
