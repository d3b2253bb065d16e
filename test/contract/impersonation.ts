import { expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import type { AccessAnswer, AccessApi } from './access-api.ts';
import type { Cluster } from './clusters.ts';

const WORKSPACES = '/apis/kubeflow.org/v1beta1/namespaces/team-a/workspaces';
const RULES = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const ask = { spec: { resourceAttributes: { verb: 'get', resource: 'configmaps', namespace: 'team-b' } } };

const USER = 'requested &user.DefaultInfo{Name:"", UID:';
const userMissing = [
  400,
  `${USER}"", Groups:[]string{"a", "b"}, Extra:map[string][]string(nil)} without impersonating a user name`,
  `${USER}"5", Groups:[]string(nil), Extra:map[string][]string{"scopes":[]string{"all"}}} without`,
] as const;
const userMissingIn134 = [
  500,
  `Internal Server Error: "${WORKSPACES}": requested [{Group  a    } {Group  b    }] without impersonating a user`,
  '{UserExtra  all  authentication.k8s.io/v1  scopes}',
] as const;

/** Contract of the Impersonate headers. */
export function impersonation(cluster: () => Cluster, api: () => AccessApi): void {
  impersonatedGroups(cluster, api);
  impersonatedUserNames(api);
  deniedImpersonation(cluster, api);
  grantedImpersonation(cluster, api);
  rejectedImpersonation(api);
}

function isNew(cluster: () => Cluster): boolean {
  return cluster().minorVersion > 34;
}

function fromImpersonator(
  cluster: () => Cluster,
  api: () => AccessApi,
  headers: Readonly<Record<string, string>>,
  path = WORKSPACES,
): Promise<AccessAnswer> {
  return api().send('GET', path, { ...headers, Authorization: `Bearer ${cluster().impersonatorToken}` });
}

async function grant(api: () => AccessApi, name: string, ...rules: readonly object[]): Promise<void> {
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const metadata = { name: `impersonator-${name}` };
  const roleRef = { kind: 'ClusterRole', name: metadata.name };
  const subjects = [{ kind: 'User', name: 'impersonator' }];
  const manifests = { clusterroles: { metadata, rules }, clusterrolebindings: { metadata, roleRef, subjects } };
  for (const [plural, manifest] of Object.entries(manifests))
    expect((await api().send('POST', `${rbac}/${plural}`, {}, manifest)).code).toBe(201);
}

function impersonatedGroups(cluster: () => Cluster, api: () => AccessApi): void {
  it('rejects Impersonate headers when the user is missing', async () => {
    const groups = await api().send('GET', WORKSPACES, { 'Impersonate-Group': ['a', 'b'] });
    const extra = await api().send('GET', WORKSPACES, { 'Impersonate-Extra-Scopes': 'all', 'Impersonate-Uid': '5' });
    const [code, inGroups, withExtra] = isNew(cluster) ? userMissing : userMissingIn134;
    expect([groups.code, groups.body.message ?? groups.text.trim()]).toEqual([code, inGroups]);
    expect(extra.body.message ?? extra.text).toContain(withExtra);
  });

  it('reads one group from each Impersonate-Group header', async () => {
    expect((await api().as({ user: 'guest', groups: ['others', 'viewers'] }, 'GET', WORKSPACES)).code).toBe(200);
    expect((await api().as({ user: 'guest', groups: ['others,viewers'] }, 'GET', WORKSPACES)).code).toBe(403);
    expect((await api().as({ user: 'guest', groups: ['others', 'more'] }, 'GET', WORKSPACES)).code).toBe(403);
  });

  it('derives the groups of a service account when none are given', async () => {
    const robot = { 'Impersonate-User': 'system:serviceaccount:robots:robot' };
    expect((await api().send('POST', RULES, robot, ask)).body).toMatchObject({ status: { allowed: true } });
    const answer = await api().send('POST', RULES, { ...robot, 'Impersonate-Group': 'others' }, ask);
    expect(answer.body).toMatchObject({ status: { allowed: false } });
  });

  it('adds system:authenticated to every user except the anonymous', async () => {
    expect((await api().send('GET', '/apis', { 'Impersonate-User': 'whoever' })).code).toBe(200);
    const grouped = { 'Impersonate-User': 'whoever', 'Impersonate-Group': 'others' };
    expect((await api().send('GET', '/apis', grouped)).code).toBe(200);
    const anonymous = await api().send('GET', '/apis', { 'Impersonate-User': 'system:anonymous' });
    expect(anonymous.body.message).toBe('forbidden: User "system:anonymous" cannot get path "/apis"');
    expect((await api().send('GET', '/version', { 'Impersonate-User': 'system:anonymous' })).code).toBe(200);
  });
}

function impersonatedUserNames(api: () => AccessApi): void {
  it('escapes HTML characters of a name in messages', async () => {
    const { body } = await api().send('GET', '/', { 'Impersonate-User': '<b>&' });
    expect(body.message).toBe('forbidden: User "&lt;b&gt;&amp;" cannot get path "/"');
  });

  it('decodes names as UTF-8', async () => {
    const { body } = await api().send('GET', '/', { 'Impersonate-User': Buffer.from('Zoë').toString('latin1') });
    expect(body.message).toBe('forbidden: User "Zoë" cannot get path "/"');
  });
}

function deniedImpersonation(cluster: () => Cluster, api: () => AccessApi): void {
  it('returns 403 when the user may not impersonate', async () => {
    const { code, body } = await fromImpersonator(cluster, api, { 'Impersonate-User': 'unknown' });
    expect([code, body.reason]).toEqual([403, 'Forbidden']);
    const workspaces = 'resource "workspaces" in API group "kubeflow.org" in the namespace "team-a"';
    expect(body.message).toBe(
      isNew(cluster)
        ? `workspaces.kubeflow.org is forbidden: User "impersonator" cannot impersonate-on:user-info:list ${workspaces}`
        : 'users "unknown" is forbidden: User "impersonator" cannot impersonate resource "users" in API group "" at the cluster scope',
    );
  });
}

function grantedImpersonation(cluster: () => Cluster, api: () => AccessApi): void {
  it('accepts impersonation when the verb impersonate is granted', async () => {
    await grant(api, 'legacy', {
      verbs: ['impersonate'],
      apiGroups: [''],
      resources: ['users'],
      resourceNames: ['alice'],
    });
    await waitFor(
      async () => (await fromImpersonator(cluster, api, { 'Impersonate-User': 'alice' })).code === 200,
      'alice is allowed',
    );
    expect((await fromImpersonator(cluster, api, { 'Impersonate-User': 'vic' })).code).toBe(403);
    expect(
      (await fromImpersonator(cluster, api, { 'Impersonate-User': 'alice', 'Impersonate-Group': 'viewers' })).code,
    ).toBe(403);
  });

  it('accepts constrained impersonation only for the granted mode when the server supports it', async () => {
    const group = { apiGroups: ['authentication.k8s.io'] };
    await grant(
      api,
      'constrained',
      { ...group, verbs: ['impersonate:user-info'], resources: ['users'], resourceNames: ['guest'] },
      { ...group, verbs: ['impersonate:user-info'], resources: ['groups'], resourceNames: ['viewers'] },
      { verbs: ['impersonate-on:user-info:list'], apiGroups: ['kubeflow.org'], resources: ['workspaces'] },
    );
    const guest = { 'Impersonate-User': 'guest', 'Impersonate-Group': 'viewers' };
    const code = isNew(cluster) ? 200 : 403;
    await waitFor(
      async () => (await fromImpersonator(cluster, api, guest)).code === code,
      `guest is answered with ${code}`,
    );
    expect((await fromImpersonator(cluster, api, { ...guest, 'Impersonate-Group': 'others' })).code).toBe(403);
    expect((await fromImpersonator(cluster, api, guest, `${WORKSPACES}/nb`)).code).toBe(403);
  });
}

function rejectedImpersonation(api: () => AccessApi): void {
  it('returns 403 for missing objects when the user may not impersonate', async () => {
    const vic = { user: 'vic', groups: [] };
    expect(await api().as(vic, 'GET', '/apis/nobody.org/v1/things')).toMatchObject({ code: 403 });
    expect(await api().as(vic, 'POST', WORKSPACES, { kind: 'Nonsense' })).toMatchObject({ code: 403 });
    const { body } = await api().as(vic, 'GET', '/apis/kubeflow.org/v1beta1/namespaces/team-b/workspaces/secret');
    expect(body).toMatchObject({
      reason: 'Forbidden',
      details: { name: 'secret', group: 'kubeflow.org', kind: 'workspaces' },
    });
  });
}
