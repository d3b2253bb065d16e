import { expect, it } from 'vitest';
import type { Cluster } from '../clusters.ts';
import { TestNamespace } from '../test-namespace.ts';

export function reads(cluster: () => Cluster): void {
  objectsAndLists(cluster);
  versionsAndTokens(cluster);
}

function objectsAndLists(cluster: () => Cluster): void {
  it('returns 404 with the name when the object does not exist', async () => {
    const team = await TestNamespace.in(cluster());
    expect((await team.api.get(team.pathOf('nb'))).body).toMatchObject({
      kind: 'Status',
      status: 'Failure',
      reason: 'NotFound',
      message: 'workspaces.kubeflow.org "nb" not found',
      details: { name: 'nb', group: 'kubeflow.org', kind: 'workspaces' },
      code: 404,
    });
  });

  it('returns an empty list when the namespace does not exist', async () => {
    const { code, body } = await cluster().api.get('/apis/kubeflow.org/v1beta1/namespaces/nowhere/workspaces');
    expect([code, body.kind, body.items]).toEqual([200, 'WorkspaceList', []]);
  });

  it('returns kind and apiVersion in list items only for custom resources', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb');
    const [custom] = (await team.api.get(team.workspaces)).body.items ?? [];
    expect(custom).toMatchObject({ apiVersion: 'kubeflow.org/v1beta1', kind: 'Workspace' });
    const [own] = (await team.api.get('/api/v1/namespaces')).body.items ?? [];
    expect(own).not.toHaveProperty('kind');
    expect(own).not.toHaveProperty('apiVersion');
  });
}

function versionsAndTokens(cluster: () => Cluster): void {
  it('returns 504 when the requested version is in the future', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb');
    const body = {
      reason: 'Timeout',
      message: expect.stringMatching(/^Timeout: Too large resource version: 99999999, current: \d+$/u),
      details: { causes: [{ reason: 'ResourceVersionTooLarge' }], retryAfterSeconds: 1 },
    };
    for (const path of [team.workspaces, team.pathOf('nb')])
      expect(await team.api.get(`${path}?resourceVersion=99999999`)).toMatchObject({ code: 504, body });
  });

  it('returns 400 when resourceVersion is not a number', async () => {
    const team = await TestNamespace.in(cluster());
    const problem = 'resourceVersion: Invalid value: "soon": strconv.ParseUint: parsing "soon": invalid syntax';
    expect((await team.api.get(`${team.workspaces}?resourceVersion=soon`)).body).toMatchObject({
      code: 400,
      reason: 'BadRequest',
      message: `invalid resource version: ${problem}`,
    });
    await team.create('nb');
    const { body } = await team.api.get(`${team.pathOf('nb')}?resourceVersion=soon`);
    expect([body.code, body.reason, body.message]).toEqual([500, undefined, problem]);
  });

  it('returns 401 when the token is missing or unknown', async () => {
    const { api } = cluster();
    expect(await api.send('GET', '/api/v1/namespaces', { token: 'guessed' })).toMatchObject({
      code: 401,
      body: { reason: 'Unauthorized', message: 'Unauthorized' },
    });
  });
}
