import { expect, it } from 'vitest';
import { workspaceCrd } from '../../../dev/demo/crds/workspace.ts';
import { DEFINITIONS } from '../api-client.ts';
import type { Cluster } from '../clusters.ts';
import { TestNamespace } from '../test-namespace.ts';

export function discovery(cluster: () => Cluster): void {
  groupsAndVersions(cluster);
  unknownResources(cluster);
  mediaTypes(cluster);
}

function groupsAndVersions(cluster: () => Cluster): void {
  it('returns the versions and resources of a group', async () => {
    const { api } = cluster();
    const group = { name: 'kubeflow.org', preferredVersion: { groupVersion: 'kubeflow.org/v1beta1' } };
    expect((await api.get('/apis/kubeflow.org')).body).toMatchObject({ kind: 'APIGroup', ...group });
    const answer = await api.get('/apis/kubeflow.org/v1beta1');
    const { resources } = JSON.parse(answer.text);
    expect(resources).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'workspaces', kind: 'Workspace', namespaced: true, shortNames: ['ws'] }),
        expect.objectContaining({ name: 'workspaces/status', verbs: ['get', 'patch', 'update'] }),
        expect.objectContaining({ name: 'workspacekinds', namespaced: false, singularName: 'workspacekind' }),
      ]),
    );
  });

  it('returns the API groups and the core version', async () => {
    const { api } = cluster();
    expect((await api.get('/api')).body).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
    const groups = JSON.parse((await api.get('/apis')).text).groups.map(({ name }: { name: string }) => name);
    expect(groups).toEqual(expect.arrayContaining(['kubeflow.org', 'apiextensions.k8s.io', 'apps']));
  });

  it('returns its readiness and version', async () => {
    const { api } = cluster();
    expect(await api.get('/readyz')).toMatchObject({ code: 200, text: 'ok' });
    expect((await api.get('/version')).body).toMatchObject({ gitVersion: expect.stringMatching(/^v1\.\d+/u) });
  });
}

function unknownResources(cluster: () => Cluster): void {
  it('returns 404 as plain text when the group is unknown', async () => {
    const { api } = cluster();
    for (const path of [
      '/apis/nobody.org/v1/things',
      '/apis/kubeflow.org/v1beta1/things',
      '/apis/kubeflow.org/v9/workspaces',
    ])
      expect(await api.get(path)).toMatchObject({ code: 404, text: '404 page not found\n' });
  });

  it('returns 404 as a Status without a name when the resource of a known group is unknown', async () => {
    const message = 'the server could not find the requested resource';
    const body = { reason: 'NotFound', message, details: {} };
    const answer = await cluster().api.get('/api/v1/nothings');
    expect(answer).toMatchObject({ code: 404, body });
    expect(answer.body.details).toEqual({});
  });

  it('rejects a definition when it exists or its name is not plural.group', async () => {
    const { api } = cluster();
    expect((await api.post(DEFINITIONS, workspaceCrd)).body).toMatchObject({ reason: 'AlreadyExists', code: 409 });
    const misnamed = { ...workspaceCrd, metadata: { name: 'others.kubeflow.org' } };
    expect((await api.post(DEFINITIONS, misnamed)).body).toMatchObject({ reason: 'Invalid', code: 422 });
  });
}

function mediaTypes(cluster: () => Cluster): void {
  it('returns a table with the columns of the definition when a Table is accepted', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { state: 'Running' });
    const asTable = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    const table = JSON.parse((await team.api.get(team.workspaces, asTable)).text);
    expect(table).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
    expect(table.columnDefinitions).toMatchObject([
      { name: 'Name', type: 'string', format: 'name' },
      { name: 'State', type: 'string' },
    ]);
    expect(table.rows).toMatchObject([
      { cells: ['nb', 'Running'], object: { kind: 'PartialObjectMetadata', metadata: { name: 'nb' } } },
    ]);
  });

  it('returns only metadata when PartialObjectMetadata is accepted', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb');
    const { body } = await team.api.get(
      team.pathOf('nb'),
      'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
    );
    expect(body).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'nb' } });
    expect(body).not.toHaveProperty('spec');
  });

  it('returns 406 when no accepted media type is supported', async () => {
    expect(await cluster().api.get('/api/v1/namespaces', 'application/xml')).toMatchObject({
      code: 406,
      body: { reason: 'NotAcceptable' },
    });
  });
}
