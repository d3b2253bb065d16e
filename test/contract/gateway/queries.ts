import { expect, it } from 'vitest';
import { workspaceKind } from '../../support/manifests.ts';
import { waitFor } from '../../support/wait-for.ts';
import type { Cluster } from '../clusters.ts';
import { TestNamespace } from '../test-namespace.ts';

const STATES = 'query ($in: [String!]) { workspaces(filter: { namespaces: $in }) { totalCount nodes { name state } } }';

export function queries(cluster: () => Cluster): void {
  objectsAndRelations(cluster);
  manifestsAndPages(cluster);
}

function objectsAndRelations(cluster: () => Cluster): void {
  it('returns existing workspaces, and later ones after their creation', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('early', { state: 'Running' });
    await using gateway = await cluster().startGateway();
    const states = async () => (await gateway.query(STATES, { in: [team.name] })).data?.['workspaces'];
    expect(await states()).toEqual({ totalCount: 1, nodes: [{ name: 'early', state: 'RUNNING' }] });
    await team.create('late');
    await waitFor(async () => JSON.stringify(await states()).includes('late'), 'the later workspace is returned');
    expect(await states()).toMatchObject({ totalCount: 2, nodes: [{}, { name: 'late', state: 'UNKNOWN' }] });
  });

  it('returns the kinds and namespaces of workspaces', async () => {
    const team = await TestNamespace.in(cluster());
    const kind = `kind-of-${team.name}`;
    await team.api.create('/apis/kubeflow.org/v1beta1/workspacekinds', workspaceKind(kind));
    await team.create('nb', { kind, state: 'Running' });
    await using gateway = await cluster().startGateway();
    const { data, errors } = await gateway.query(
      `query ($namespace: String!) { workspace(namespace: $namespace, name: "nb") {
        namespace { name phase } kind { name workspaceCount } imageConfig { option { displayName workspaceCount } } } }`,
      { namespace: team.name },
    );
    expect(errors).toBeUndefined();
    expect(data?.['workspace']).toEqual({
      namespace: { name: team.name, phase: 'ACTIVE' },
      kind: { name: kind, workspaceCount: 1 },
      imageConfig: { option: { displayName: 'SciPy 1', workspaceCount: 1 } },
    });
  });
}

function manifestsAndPages(cluster: () => Cluster): void {
  it('returns the manifest of the API server without managedFields', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { state: 'Running', labels: { app: 'x' } });
    await using gateway = await cluster().startGateway();
    const query = 'query ($namespace: String!) { workspace(namespace: $namespace, name: "nb") { manifest } }';
    const { data } = await gateway.query(query, { namespace: team.name });
    const { body } = await team.api.get(team.pathOf('nb'));
    const { managedFields: _, ...metadata } = body.metadata ?? {};
    expect(data?.['workspace']).toEqual({ manifest: { ...body, metadata } });
  });

  it('returns all workspaces when the API server lists them in several pages', async () => {
    const team = await TestNamespace.in(cluster());
    const names = Array.from({ length: 501 }, (_, index) => `nb-${String(index).padStart(3, '0')}`);
    for (let begin = 0; begin < names.length; begin += 50)
      await Promise.all(names.slice(begin, begin + 50).map((name) => team.create(name)));
    await using gateway = await cluster().startGateway();
    const { data } = await gateway.query(STATES, { in: [team.name] });
    expect(data?.['workspaces']).toMatchObject({ totalCount: 501, nodes: names.map((name) => ({ name })) });
    await team.api.delete(team.workspaces);
  });

  it('returns the permissions of its own identity', async () => {
    await using gateway = await cluster().startGateway();
    const can = 'can(verb: "patch", group: "kubeflow.org", resource: "workspaces", namespace: "default")';
    expect(await gateway.query(`{ viewer { ${can} } gateway { kubernetesVersion } }`)).toEqual({
      data: { viewer: { can: true }, gateway: { kubernetesVersion: expect.stringMatching(/^v1\.\d+\.\d+/u) } },
    });
  });
}
