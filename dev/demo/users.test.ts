import { expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../simulator/simulator.ts';
import { gatewayServiceAccount, demoUsers, rbacObjects } from './users.ts';
import { namespaces } from './fixtures/namespaces.ts';

const WORKSPACES = { group: 'kubeflow.org', resource: 'workspaces' };
const SECRETS = { group: '', resource: 'secrets' };
const LOGS = { group: '', resource: 'pods', subresource: 'log' };
const JOBS = { group: 'batch.volcano.sh', resource: 'jobs' };
const KINDS = { group: 'kubeflow.org', resource: 'workspacekinds' };
const [ada, erin, victor, nobody] = demoUsers;
const [research, vision] = ['team-research', 'team-vision'];

const decisions: readonly (readonly [string, string, object, string, boolean])[] = [
  [ada.token, 'delete', WORKSPACES, vision, true],
  [ada.token, 'update', KINDS, '', true],
  [erin.token, 'delete', WORKSPACES, research, true],
  [erin.token, 'update', SECRETS, research, true],
  [erin.token, 'patch', JOBS, research, true],
  [erin.token, 'get', LOGS, research, true],
  [erin.token, 'list', WORKSPACES, vision, false],
  [erin.token, 'list', WORKSPACES, '', false],
  [erin.token, 'get', KINDS, '', false],
  [victor.token, 'watch', WORKSPACES, research, true],
  [victor.token, 'watch', WORKSPACES, vision, true],
  [victor.token, 'get', LOGS, vision, true],
  [victor.token, 'patch', WORKSPACES, vision, false],
  [victor.token, 'list', SECRETS, vision, false],
  [nobody.token, 'list', WORKSPACES, research, false],
  [gatewayServiceAccount.token, 'watch', WORKSPACES, '', true],
  [gatewayServiceAccount.token, 'watch', KINDS, '', true],
  [gatewayServiceAccount.token, 'get', LOGS, research, false],
  [gatewayServiceAccount.token, 'create', { group: 'authentication.k8s.io', resource: 'tokenreviews' }, '', true],
  [gatewayServiceAccount.token, 'patch', WORKSPACES, research, false],
  [gatewayServiceAccount.token, 'update', WORKSPACES, research, false],
  [gatewayServiceAccount.token, 'watch', SECRETS, '', false],
];

it('grants each user of the demo exactly their permissions', async () => {
  const users = [...demoUsers, gatewayServiceAccount];
  await using simulator = await startSimulator({ users, objects: [...namespaces(), ...rbacObjects()] });
  for (const [token, verb, what, namespace, allowed] of decisions) {
    const attributes = { ...what, verb, namespace };
    expect({ token, ...attributes, allowed: await isAllowed(simulator, token, attributes) }).toEqual({
      token,
      ...attributes,
      allowed,
    });
  }
});

async function isAllowed({ url }: Simulator, token: string, resourceAttributes: object): Promise<boolean> {
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes },
  };
  const response = await fetch(`${url}/apis/authorization.k8s.io/v1/selfsubjectaccessreviews`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(review),
  });
  const { status } = (await response.json()) as { readonly status: { readonly allowed: boolean } };
  return status.allowed;
}
