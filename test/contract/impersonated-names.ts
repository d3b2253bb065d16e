import { text as readText } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { createApiConnection, type ApiConnection } from '../../src/kubernetes/api-connection.ts';
import type { ImpersonatedUser } from '../../src/kubernetes/impersonation.ts';
import { grantIn } from '../support/access/grants.ts';
import { waitFor } from '../support/wait-for.ts';
import { collectionOf } from './api-client.ts';
import type { Cluster } from './clusters.ts';

const SERVICES = '/api/v1/namespaces/default/services';
const REVIEWS = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const { signal } = new AbortController();

const requests = [
  ['get', 'GET', `${SERVICES}/none`],
  ['list', 'GET', SERVICES],
  ['watch', 'GET', `${SERVICES}?watch=true`],
  ['create', 'POST', SERVICES, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'none' } }],
  ['update', 'PUT', `${SERVICES}/none`, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'none' } }],
  ['patch', 'PATCH', `${SERVICES}/none`, { metadata: { labels: { a: 'b' } } }],
  ['delete', 'DELETE', `${SERVICES}/none`],
  ['delete', 'DELETE', `${SERVICES}/none`, { propagationPolicy: 'Background' }],
] as const;

/** Contract of the encoding of user names: the same for every method, with and without a body. */
export function impersonatedNames(cluster: () => Cluster): void {
  encodedNames(cluster);
  kubeconfigUsers(cluster);
}

const own = (cluster: () => Cluster) => createApiConnection({ type: 'text', text: cluster().kubeconfig });

function encodedNames(cluster: () => Cluster): void {
  it.each(['erin', 'Zoë', 'Łukasz', '王芳', 'system:serviceaccount:team-ä:robot'])(
    'acts as %s on every request',
    async (name) => {
      const connection = (await own(cluster)).impersonating({ name, groups: ['équipe'] });
      for (const [verb, method, path, body] of requests)
        expect(await send(connection, method, path, body)).toMatchObject({
          code: 403,
          message: expect.stringContaining(`User "${name}" cannot ${verb} resource "services"`),
        });
      expect(await whoIs(connection)).toMatchObject({ username: name, groups: ['équipe', 'system:authenticated'] });
    },
  );

  it('grants a group the same permissions with and without a body', async () => {
    await grant(cluster(), 'équipe 王');
    const connection = (await own(cluster)).impersonating({ name: 'zoë', groups: ['équipe 王'] });
    for (const [, method, path, body] of requests.slice(3))
      expect((await send(connection, method, `${path}?dryRun=All`, body)).code).not.toBe(403);
    expect((await send(connection, 'GET', SERVICES)).code).toBe(200);
  });

  it('sends the uid and the extras of a user', async () => {
    const user = { name: 'zoë', groups: [], uid: 'ü-1', extra: { 'example.org/rôle%': ['é', 'b'], plain: ['c'] } };
    expect(await whoIs((await own(cluster)).impersonating(user))).toMatchObject({
      username: 'zoë',
      uid: 'ü-1',
      extra: user.extra,
    });
  });
}

function kubeconfigUsers(cluster: () => Cluster): void {
  it('impersonates the user of the kubeconfig, or the viewer when it impersonates one', async () => {
    const { users, ...config } = parse(cluster().kubeconfig) as {
      readonly users: readonly { readonly user: object }[];
    };
    const as = { as: 'zoë', 'as-uid': 'u-1', 'as-groups': ['équipe'], 'as-user-extra': { scopes: ['a'] } };
    const acting = users.map((entry) => ({ ...entry, user: { ...entry.user, ...as } }));
    const connection = await createApiConnection({ type: 'text', text: JSON.stringify({ ...config, users: acting }) });
    expect(await whoIs(connection)).toEqual({
      username: 'zoë',
      uid: 'u-1',
      groups: ['équipe', 'system:authenticated'],
      extra: { scopes: ['a'] },
    });
    const viewer = connection.impersonating({ name: 'vic', groups: [] });
    expect(await whoIs(viewer)).toEqual({ username: 'vic', groups: ['system:authenticated'] });
  });

  it.each<ImpersonatedUser>([
    { name: 'erin\r\nImpersonate-Group: system:masters', groups: [] },
    { name: ' erin', groups: [] },
    { name: 'erin', groups: ['team', 'a\nb'] },
    { name: 'erin', groups: [], uid: '\u0085' },
    { name: 'erin', groups: [], extra: { scopes: ['a\0'] } },
  ])('rejects the user %j before it sends a request', async (user) => {
    const connection = (await own(cluster)).impersonating(user);
    for (const [method, body] of [['GET'], ['POST', {}]] as const)
      await expect(send(connection, method, REVIEWS, body)).rejects.toMatchObject({ code: 400, reason: 'BadRequest' });
  });
}

interface Answer {
  readonly code: number;
  readonly message?: string;
  readonly status?: { readonly userInfo?: unknown };
}

async function send(connection: ApiConnection, method: string, path: string, body?: object): Promise<Answer> {
  const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const headers = { accept: 'application/json', ...(body && { 'content-type': contentType }) };
  const response = await connection.send({ method, path, headers, body: body && JSON.stringify(body), signal });
  return { ...(JSON.parse(await readText(response)) as object), code: response.statusCode ?? 0 };
}

async function whoIs(connection: ApiConnection): Promise<unknown> {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  return (await send(connection, 'POST', REVIEWS, review)).status?.userInfo;
}

/** Grants a group all permissions in the default namespace. Resolves when they are in effect. */
async function grant({ api }: Cluster, group: string): Promise<void> {
  const services = { apiGroups: [''], resources: ['services'], verbs: ['*'] };
  for (const object of grantIn('default', `group:${group}`, services)) await api.create(collectionOf(object), object);
  const resourceAttributes = { verb: 'list', resource: 'services', namespace: 'default' };
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview' };
  await waitFor(async () => {
    const spec = { user: 'someone', groups: [group], resourceAttributes };
    const { body } = await api.post('/apis/authorization.k8s.io/v1/subjectaccessreviews', { ...review, spec });
    return (body.status as { readonly allowed: boolean }).allowed;
  }, 'the authorizer has received the role and the binding');
}
