import { expect, it } from 'vitest';
import type { AccessApi } from './access-api.ts';
import type { Cluster } from './clusters.ts';

const AUTHORIZATION = '/apis/authorization.k8s.io/v1';
const SUBJECT = `${AUTHORIZATION}/subjectaccessreviews`;
const LOCAL = `${AUTHORIZATION}/namespaces/team-a/localsubjectaccessreviews`;
const SELF = `${AUTHORIZATION}/selfsubjectaccessreviews`;
const RULES = `${AUTHORIZATION}/selfsubjectrulesreviews`;
const TOKENS = '/apis/authentication.k8s.io/v1/tokenreviews';

const vic = { user: 'vic', groups: [] };
const listing = { verb: 'list', group: 'kubeflow.org', resource: 'workspaces', namespace: 'team-a' };

/** Contract of the other review APIs, and of invalid reviews. */
export function accessReviews(cluster: () => Cluster, api: () => AccessApi): void {
  selfReviews(api);
  ruleReviews(api);
  invalidReviews(api);
  unstoredReviews(cluster, api);
  tokenReviews(api);
}

async function refused(api: () => AccessApi, path: string, review: object): Promise<string | undefined> {
  const { code, body } = await api().send('POST', path, {}, review);
  expect(code).toBeGreaterThanOrEqual(400);
  return body.message;
}

function selfReviews(api: () => AccessApi): void {
  it('allows SelfSubjectAccessReviews for every user, and SubjectAccessReviews only with permission', async () => {
    const asked = { spec: { resourceAttributes: listing } };
    const reason = 'RBAC: allowed by RoleBinding "viewers/team-a" of ClusterRole "workspaces-view" to User "vic"';
    const status = { allowed: true, reason };
    expect((await api().as(vic, 'POST', SELF, asked)).body).toMatchObject({ status });
    expect((await api().as({ user: 'nobody', groups: [] }, 'POST', SELF, asked)).body.status).toEqual({
      allowed: false,
    });
    const about = { spec: { user: 'vic', ...asked.spec } };
    expect((await api().as(vic, 'POST', SUBJECT, about)).code).toBe(403);
    expect((await api().as({ user: 'rev', groups: [] }, 'POST', SUBJECT, about)).body).toMatchObject({ status });
  });

  it('returns the rules of a user in a namespace', async () => {
    const { body } = await api().as(vic, 'POST', RULES, { spec: { namespace: 'team-a' } });
    const viewing = { apiGroups: ['kubeflow.org'], resources: ['workspaces', 'workspaces/status'] };
    expect(body).toMatchObject({
      spec: {},
      status: {
        incomplete: false,
        resourceRules: expect.arrayContaining([{ verbs: ['get', 'list', 'watch'], ...viewing }]),
        nonResourceRules: expect.arrayContaining([
          { verbs: ['get'], nonResourceURLs: ['/healthz', '/livez', '/readyz', '/version', '/version/'] },
        ]),
      },
    });
    const kay = { user: 'kay', groups: [] };
    expect((await api().as(kay, 'POST', RULES, { spec: { namespace: 'team-a' } })).body.status).toMatchObject({
      resourceRules: expect.arrayContaining([expect.objectContaining({ resourceNames: ['key', 'chain'] })]),
    });
  });
}

function ruleReviews(api: () => AccessApi): void {
  it('returns an evaluation error when roles are missing', async () => {
    const dan = { user: 'dan', groups: [] };
    const { body } = await api().as(dan, 'POST', RULES, { spec: { namespace: 'team-a' } });
    expect(body.status).toMatchObject({
      evaluationError:
        '[clusterrole.rbac.authorization.k8s.io "nobody" not found, role.rbac.authorization.k8s.io "nowhere" not found]',
    });
  });
}

function invalidReviews(api: () => AccessApi): void {
  it('rejects a LocalSubjectAccessReview when its namespace differs from the path', async () => {
    const metadata = { namespace: 'team-a' };
    const spec = { user: 'vic', resourceAttributes: listing };
    expect(await api().send('POST', LOCAL, {}, { metadata, spec })).toMatchObject({
      code: 201,
      body: { kind: 'LocalSubjectAccessReview', status: { allowed: true } },
    });
    const elsewhere = { ...spec, resourceAttributes: { ...listing, namespace: 'team-b' } };
    expect(await refused(api, LOCAL, { metadata, spec: elsewhere })).toBe(
      '.authorization.k8s.io "" is invalid: spec.resourceAttributes.namespace: Invalid value: "team-b": must match metadata.namespace',
    );
    const other = { metadata: { namespace: 'team-b' }, spec: elsewhere };
    expect(await refused(api, LOCAL, other)).toMatch(/namespace/u);
    const path = { user: 'vic', nonResourceAttributes: { path: '/x', verb: 'get' } };
    expect(await refused(api, LOCAL, { metadata, spec: path })).toMatch(/disallowed on this kind of request$/u);
    expect(await refused(api, `${AUTHORIZATION}/localsubjectaccessreviews`, { metadata, spec })).toMatch(
      /could not find/u,
    );
  });

  it.each([
    ['nobody', SUBJECT, { resourceAttributes: listing }, 'at least one of user or group must be specified'],
    [
      'nothing',
      SUBJECT,
      { user: 'vic' },
      'exactly one of nonResourceAttributes or resourceAttributes must be specified',
    ],
    ['nothing of oneself', SELF, {}, 'exactly one of nonResourceAttributes or resourceAttributes must be specified'],
    ['rules of no namespace', RULES, {}, 'no namespace on request'],
    ['no token', TOKENS, {}, 'token is required for TokenReview in authentication'],
  ])('rejects a review of %s', async (_title, path, spec, message) => {
    expect(await refused(api, path, { spec })).toContain(message);
  });
}

function unstoredReviews(cluster: () => Cluster, api: () => AccessApi): void {
  it('rejects a review with both resource and non-resource attributes', async () => {
    const spec = { resourceAttributes: listing, nonResourceAttributes: { path: '/x', verb: 'get' } };
    const found = 'Invalid value: {"Path":"/x","Verb":"get"}';
    const rule =
      cluster().minorVersion > 34
        ? `spec: ${found}: exactly one of nonResourceAttributes or resourceAttributes must be specified`
        : `spec.nonResourceAttributes: ${found}: cannot be specified in combination with resourceAttributes`;
    expect(await refused(api, SELF, { spec })).toBe(`.authorization.k8s.io "" is invalid: ${rule}`);
  });

  it('stores no reviews', async () => {
    expect((await api().send('GET', SUBJECT, {})).body).toMatchObject({ reason: 'MethodNotAllowed', code: 405 });
    expect((await api().send('GET', `${SUBJECT}/x`, {})).body).toMatchObject({ reason: 'NotFound', code: 404 });
  });
}

function tokenReviews(api: () => AccessApi): void {
  it('returns the user and audiences of a valid token', async () => {
    const { token } = api();
    const audience = 'https://kubernetes.default.svc';
    const user = { username: expect.stringContaining('admin'), groups: ['system:masters', 'system:authenticated'] };
    const known = { authenticated: true, user, audiences: [audience] };
    const review = async (spec: object) => (await api().send('POST', TOKENS, {}, { spec })).body.status;
    expect(await review({ token })).toMatchObject(known);
    expect(await review({ token, audiences: ['other', audience] })).toMatchObject(known);
    const unknown = { user: {}, error: 'invalid bearer token' };
    expect(await review({ token, audiences: ['other'] })).toEqual(unknown);
    expect(await review({ token: 'made-up' })).toEqual(unknown);
  });

  it('returns authenticated false when the token is unknown', async () => {
    const { code, body } = await api().send('GET', '/version', { authorization: 'Bearer made-up' });
    expect([code, body.message]).toEqual([401, 'Unauthorized']);
  });
}
