import { KubeConfig, CoreV1Api } from '@kubernetes/client-node';
import { expect, it } from 'vitest';
import type { Manifest } from '../api-object.ts';
import { startTestSimulator, widget, WIDGETS, type TestSimulator } from '../test-simulator.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';
const readers = ['get', 'list', 'watch'];
const alice = { token: 'token-of-alice', name: 'alice' };

it('allows what a binding grants to the user of a token, and returns 403 otherwise', async () => {
  await using test = await startTestSimulator({ users: [alice], objects: [widget('a'), ...bound('User', 'alice')] });
  expect(await ask(test, alice.token, `${WIDGETS}/a`)).toMatchObject({ code: 200 });
  expect(await ask(test, alice.token, `${WIDGETS}/a`, 'DELETE')).toEqual({
    code: 403,
    body: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message:
        'widgets.example.org "a" is forbidden: User "alice" cannot delete resource "widgets" in API group "example.org" in the namespace "default"',
      reason: 'Forbidden',
      details: { name: 'a', group: 'example.org', kind: 'widgets' },
      code: 403,
    },
  });
});

it('denies requests when the binding is deleted, but keeps open watches', async () => {
  await using test = await startTestSimulator({ users: [alice], objects: bound('User', 'alice') });
  const headers = { Authorization: `Bearer ${alice.token}` };
  const watch = await fetch(`${test.simulator.url}${WIDGETS}?watch=true`, { headers });
  test.simulator.delete(RBAC, 'RoleBinding', 'readers', 'default');
  expect(await ask(test, alice.token, WIDGETS)).toMatchObject({ code: 403 });
  test.simulator.apply(widget('a'));
  const { value } = (await watch.body?.getReader().read()) ?? {};
  expect(new TextDecoder().decode(value)).toContain('"ADDED"');
});

it('accepts tokens until they are revoked or expire', async () => {
  await using test = await startTestSimulator({ users: [alice] });
  expect(await ask(test, alice.token, '/version')).toMatchObject({ code: 200 });
  test.simulator.revokeToken(alice.token);
  expect(await ask(test, alice.token, '/version')).toMatchObject({ code: 401, body: { reason: 'Unauthorized' } });
  test.simulator.addUser({ ...alice, expiresAt: new Date(Date.now() + 60_000) });
  expect(await ask(test, alice.token, '/version')).toMatchObject({ code: 200 });
  test.simulator.addUser({ ...alice, expiresAt: new Date() });
  expect(await ask(test, alice.token, '/version')).toMatchObject({ code: 401 });
});

it('allows anonymous users only the health and version paths', async () => {
  await using test = await startTestSimulator();
  const codes = ['/readyz', '/version', '/version/more', '/apis', WIDGETS].map(
    async (path) => (await fetch(`${test.simulator.url}${path}`)).status,
  );
  expect(await Promise.all(codes)).toEqual([200, 200, 403, 401, 401]);
});

it('returns a kubeconfig for each token', async () => {
  await using test = await startTestSimulator({ users: [alice], objects: bound('Group', 'system:authenticated') });
  const config = new KubeConfig();
  config.loadFromString(test.simulator.kubeconfigFor(alice.token));
  expect(config.getCurrentUser()?.name).toBe('alice');
  const listing = config.makeApiClient(CoreV1Api).listNamespace();
  await expect(listing).rejects.toMatchObject({ code: 403 });
});

it('derives the groups of a service account from its name', async () => {
  const robot = { token: 'token-of-robot', name: 'system:serviceaccount:robots:robot' };
  const objects = bound('Group', 'system:serviceaccounts:robots');
  await using test = await startTestSimulator({ users: [robot], objects });
  expect(await ask(test, robot.token, WIDGETS)).toMatchObject({ code: 200 });
});

it('authorizes a list by name when it selects one name', async () => {
  const objects = bound('User', 'alice', { resourceNames: ['a'] });
  await using test = await startTestSimulator({ users: [alice], objects });
  const codes = ['', '?fieldSelector=metadata.name%3Da', '?fieldSelector=metadata.name%3Db'].map(
    async (query) => (await ask(test, alice.token, WIDGETS + query)).code,
  );
  expect(await Promise.all(codes)).toEqual([403, 200, 403]);
});

it('authorizes a watch of a single object path as a get', async () => {
  const objects = [widget('a'), ...bound('User', 'alice', { verbs: ['get'] })];
  await using test = await startTestSimulator({ users: [alice], objects });
  expect(await ask(test, alice.token, `${WIDGETS}/a?watch=true`)).toMatchObject({
    code: 200,
    body: { kind: 'Widget' },
  });
});

it('authorizes by the restored roles when restarted with a snapshot', async () => {
  await using test = await startTestSimulator({ users: [alice], objects: bound('User', 'alice') });
  const { faults } = test.simulator;
  const before = faults.snapshot();
  test.simulator.delete(RBAC, 'RoleBinding', 'readers', 'default');
  expect(await ask(test, alice.token, WIDGETS)).toMatchObject({ code: 403 });
  await faults.restart({ data: before });
  expect(await ask(test, alice.token, WIDGETS)).toMatchObject({ code: 200 });
  await faults.restart({ data: 'lose' });
  expect(await ask(test, alice.token, '/version')).toMatchObject({ code: 200 });
});

it('answers SelfSubjectReview and TokenReview', async () => {
  const users = [{ ...alice, uid: '7', groups: ['devs'] }];
  await using test = await startTestSimulator({ users });
  const user = { username: 'alice', uid: '7', groups: ['devs', 'system:authenticated'] };
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  expect((await ask(test, alice.token, path, 'POST')).body).toMatchObject({ status: { userInfo: user } });
  const asked = { spec: { token: alice.token } };
  const { body } = await test.send('POST', '/apis/authentication.k8s.io/v1/tokenreviews', asked);
  expect(body['status']).toMatchObject({ authenticated: true, user });
});

it('records the impersonated user or else the user of the token', async () => {
  await using test = await startTestSimulator({ users: [alice] });
  await ask(test, alice.token, '/version');
  await ask(test, 'unknown', '/version');
  const headers = { Authorization: `Bearer ${test.simulator.token}`, 'Impersonate-User': 'bob' };
  await fetch(`${test.simulator.url}${WIDGETS}`, { headers });
  const remembered = test.simulator.requests.map(({ user, status }) => [user, status]);
  expect(remembered).toEqual([
    ['alice', 200],
    ['', 401],
    ['bob', 403],
  ]);
});

async function ask({ simulator }: TestSimulator, token: string, path: string, method = 'GET') {
  // A connection that is kept may be used after a restart of the server, before its client notices the end.
  const headers = { Connection: 'close', Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  const body = method === 'POST' ? { body: '{}' } : {};
  const response = await fetch(simulator.url + path, { method, headers, ...body });
  const text = await response.text();
  const answer: unknown = text.startsWith('{') ? JSON.parse(text) : text;
  return { code: response.status, body: answer };
}

/** Grants a user read access to the widgets of the default namespace. */
function bound(kind: string, name: string, rule: object = {}): readonly Manifest[] {
  const metadata = { name: 'readers', namespace: 'default' };
  const rules = [{ verbs: readers, apiGroups: ['example.org'], resources: ['widgets'], ...rule }];
  const roleRef = { kind: 'Role', name: 'readers' };
  return [
    { apiVersion: RBAC, kind: 'Role', metadata, rules },
    { apiVersion: RBAC, kind: 'RoleBinding', metadata, roleRef, subjects: [{ kind, name }] },
  ];
}
