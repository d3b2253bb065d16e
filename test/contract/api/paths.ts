import { expect, it } from 'vitest';
import type { Cluster } from '../clusters.ts';
import { TestNamespace } from '../test-namespace.ts';

const METHODS = ['GET', 'PUT', 'PATCH', 'DELETE'];

export function paths(cluster: () => Cluster): void {
  invalidNames(cluster);
  invalidNamespaces(cluster);
  separators(cluster);
  emptyNamespaces(cluster);
  escapes(cluster);
}

function invalidNames(cluster: () => Cluster): void {
  it.each([
    ['.', "may not be '.'"],
    ['%2e', "may not be '.'"],
    ['..', "may not be '..'"],
    ['%2e%2E', "may not be '..'"],
    ['a%25', "may not contain '%'"],
    ['%252e', "may not contain '%'"],
  ])('rejects the name %s in a path for every method and for subresources', async (segment, problem) => {
    const team = await TestNamespace.in(cluster());
    await team.create('status');
    const name = decodeURIComponent(segment);
    const refused = { reason: 'BadRequest', message: `Name parameter invalid: ${JSON.stringify(name)}: ${problem}` };
    const configMaps = `/api/v1/namespaces/${team.name}/configmaps`;
    for (const method of METHODS)
      for (const path of [team.pathOf(segment), `${configMaps}/${segment}`])
        expect(await send(team, method, path)).toMatchObject({ code: 400, body: refused });
    for (const method of ['GET', 'PATCH'])
      expect(await send(team, method, `${team.pathOf(segment)}/status`)).toMatchObject({ code: 400, body: refused });
    expect((await team.api.get(team.pathOf('status'))).code).toBe(200);
  });
}

function invalidNamespaces(cluster: () => Cluster): void {
  it.each(['.', '%2e', '..', '%2e%2e'])('rejects the namespace %s in a path', async (segment) => {
    const team = await TestNamespace.in(cluster());
    const namespace = decodeURIComponent(segment);
    const workspaces = `/apis/kubeflow.org/v1beta1/namespaces/${segment}/workspaces`;
    const key = `/kubeflow.org/workspaces/${namespace}`;
    const refused = { code: 500, body: { message: `invalid key: "${key}"` } };
    const whole = cluster().minorVersion > 34 ? refused : { code: 200, body: { items: [] } };
    expect(await team.api.get(workspaces)).toMatchObject(whole);
    expect(await team.api.delete(workspaces)).toMatchObject(whole);
    expect(await team.api.get(`${workspaces}/nb`)).toMatchObject({
      code: 500,
      body: { message: `invalid key: "${key}/nb"` },
    });
    const { metadata: _, ...manifest } = team.manifest('nb');
    expect(await team.api.post(workspaces, { ...manifest, metadata: { name: 'nb' } })).toMatchObject({
      code: 500,
      body: { reason: 'InternalError' },
    });
  });
}

function separators(cluster: () => Cluster): void {
  it('treats an escaped slash as a separator', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb');
    expect((await team.api.get(team.pathOf('nb%2Fstatus'))).body.metadata?.name).toBe('nb');
    expect((await team.api.get(team.pathOf('nb%2fscale'))).code).toBe(404);
    const split = '/apis/kubeflow.org/v1beta1/namespaces/a%2Fb/workspaces';
    for (const path of [split, `${split}/nb`])
      expect(await team.api.get(path)).toMatchObject({ code: 404, text: '404 page not found\n' });
    const configMap = `/api/v1/namespaces/${team.name}/configmaps/a%2Fb`;
    expect((await team.api.get(configMap)).body).toMatchObject({
      reason: 'NotFound',
      message: 'the server could not find the requested resource',
    });
  });

  it('treats an empty name as the collection', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb');
    expect((await team.api.get(team.pathOf(''))).body.kind).toBe('WorkspaceList');
    expect((await team.api.get(team.pathOf('/'))).body.kind).toBe('WorkspaceList');
    expect((await send(team, 'PATCH', `${team.pathOf('')}/status`)).body.message).toBe('name must be provided');
    expect((await team.api.get(`${team.pathOf('')}/status`)).code).toBe(405);
    expect((await team.api.delete(team.pathOf(''))).body.kind).toBe('WorkspaceList');
    expect((await team.api.get(team.pathOf('nb'))).code).toBe(404);
  });
}

function emptyNamespaces(cluster: () => Cluster): void {
  it('lists all namespaces when the namespace is empty, and rejects other verbs', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb');
    const workspaces = '/apis/kubeflow.org/v1beta1/namespaces//workspaces';
    const { items = [] } = (await team.api.get(workspaces)).body;
    expect(items.map(({ metadata }) => metadata?.namespace)).toContain(team.name);
    for (const [method, path] of [
      ['GET', `${workspaces}/nb`],
      ['DELETE', `${workspaces}/nb`],
      ['DELETE', workspaces],
    ] as const)
      expect(await send(team, method, path)).toMatchObject({ code: 404, text: '404 page not found\n' });
    for (const path of ['', '/a'].map((name) => `/api/v1/namespaces//configmaps${name}`))
      expect((await team.api.delete(path)).body.message).toBe('Namespace parameter required.');
    expect((await team.api.get(team.pathOf('nb'))).code).toBe(200);
  });

  it('does not resolve dot segments', async () => {
    const team = await TestNamespace.in(cluster());
    for (const path of [
      '/api/v1/../v1/namespaces',
      '/api/v1/./namespaces',
      '/../api/v1/namespaces',
      '//api/v1/namespaces',
      `/api/v1/namespaces/${team.name}/..`,
      `/api/v1/namespaces/${team.name}/configmaps/a/..`,
    ])
      expect([path, (await team.api.get(path)).code]).toEqual([path, 404]);
  });
}

function escapes(cluster: () => Cluster): void {
  it.each(['%20', '%0a', '%00', 'a%3Fb', 'a%23b', 'a%5Cb', 'a+b', 'a;b', '%C3%BC'])(
    'looks for an object of the unusual name %s',
    async (segment) => {
      const team = await TestNamespace.in(cluster());
      const details = { name: decodeURIComponent(segment), kind: 'workspaces' };
      for (const method of ['GET', 'DELETE'])
        expect(await send(team, method, team.pathOf(segment))).toMatchObject({ code: 404, body: { details } });
    },
  );

  it('returns 400 when a path has a malformed escape', async () => {
    const { api } = await TestNamespace.in(cluster());
    for (const segment of ['%', '%zz', 'a%2'])
      expect(await api.send('GET', `/api/v1/namespaces/${segment}`, { token: 'guessed' })).toMatchObject({
        code: 400,
        text: '400 Bad Request',
      });
  });
}

function send(team: TestNamespace, method: string, path: string) {
  if (method === 'GET' || method === 'DELETE') return team.api.send(method, path);
  if (method === 'PATCH') return team.api.patch(path, 'MERGE', {});
  const { metadata, ...manifest } = team.manifest(decodeURIComponent(path.split('/').at(-1) ?? ''));
  const type = path.includes('configmaps') ? { apiVersion: 'v1', kind: 'ConfigMap' } : manifest;
  return team.api.put(path, { ...type, metadata });
}
