import { expect, it } from 'vitest';
import { causesIn, namesIn } from '../api-client.ts';
import type { Cluster } from '../clusters.ts';
import { TestNamespace } from '../test-namespace.ts';

export function deletions(cluster: () => Cluster): void {
  results(cluster);
  finalizers(cluster);
  recreation(cluster);
  collections(cluster);
  propagation(cluster);
}

async function held(cluster: () => Cluster): Promise<TestNamespace> {
  const team = await TestNamespace.in(cluster());
  await team.create('nb');
  await team.change('nb', { metadata: { finalizers: ['example.org/hold'] } });
  return team;
}

function results(cluster: () => Cluster): void {
  it('returns the deleted object or its uid', async () => {
    const team = await TestNamespace.in(cluster());
    const { metadata } = await team.create('nb');
    const details = { name: 'nb', group: 'kubeflow.org', kind: 'workspaces', uid: metadata?.uid };
    const { code, body } = await team.api.delete(team.pathOf('nb'));
    expect({ code, body }).toMatchObject({ code: 200, body: { kind: 'Status', status: 'Success', details } });
    expect((await team.api.delete(team.pathOf('nb'))).body).toMatchObject({ code: 404, reason: 'NotFound' });
  });

  it('returns 409 when preconditions do not match', async () => {
    const team = await TestNamespace.in(cluster());
    const { metadata: { uid, resourceVersion } = {} } = await team.create('nb');
    for (const preconditions of [{ uid: 'another' }, { resourceVersion: '1' }, { uid, resourceVersion: '1' }])
      expect(await team.api.delete(team.pathOf('nb'), { preconditions })).toMatchObject({
        code: 409,
        body: { reason: 'Conflict', message: expect.stringContaining('in the precondition') },
      });
    expect((await team.api.delete(team.pathOf('nb'), { preconditions: { uid, resourceVersion } })).code).toBe(200);
  });
}

function finalizers(cluster: () => Cluster): void {
  it('keeps an object with finalizers until they are removed', async () => {
    const team = await held(cluster);
    const { body } = await team.api.delete(team.pathOf('nb'));
    const metadata = { deletionTimestamp: expect.any(String), finalizers: ['example.org/hold'], generation: 2 };
    expect(body).toMatchObject({ kind: 'Workspace', metadata });
    expect((await team.api.delete(team.pathOf('nb'))).body).toMatchObject({ metadata });
    await team.change('nb', { metadata: { finalizers: null } });
    expect((await team.api.get(team.pathOf('nb'))).code).toBe(404);
  });

  it('rejects new finalizers and a new object of the name when an object is being deleted', async () => {
    const team = await held(cluster);
    await team.delete('nb');
    const more = { metadata: { finalizers: ['example.org/hold', 'example.org/more'] } };
    const refused = await team.api.patch(team.pathOf('nb'), 'MERGE', more);
    expect([refused.code, new Set(causesIn(refused))]).toEqual([
      422,
      new Set(['FieldValueForbidden metadata.finalizers']),
    ]);
    expect((await team.api.post(team.workspaces, team.manifest('nb'))).body).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
      message: 'object is being deleted: workspaces.kubeflow.org "nb" already exists',
    });
  });
}

function recreation(cluster: () => Cluster): void {
  it('sets another uid when an object is created again', async () => {
    const team = await TestNamespace.in(cluster());
    const { metadata: first } = await team.create('nb');
    await team.delete('nb');
    const { metadata: second } = await team.create('nb');
    expect(second?.uid).not.toBe(first?.uid);
    expect(second?.generation).toBe(1);
  });
}

function collections(cluster: () => Cluster): void {
  it('deletes the selected objects of a collection, and returns them', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('a', { labels: { old: '1' } });
    await team.create('b');
    expect(namesIn(await team.api.delete(`${team.workspaces}?labelSelector=old`))).toEqual(['a']);
    expect(namesIn(await team.api.get(team.workspaces))).toEqual(['b']);
    expect(namesIn(await team.api.delete(team.workspaces))).toEqual(['b']);
  });
}

function propagation(cluster: () => Cluster): void {
  it('rejects unknown propagation policies and those combined with orphanDependents', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb');
    for (const options of [{ propagationPolicy: 'Odd' }, { propagationPolicy: 'Background', orphanDependents: true }]) {
      const refused = await team.api.delete(team.pathOf('nb'), options);
      expect([refused.code, refused.body.details?.causes?.[0]?.field]).toEqual([422, 'propagationPolicy']);
    }
    expect((await team.api.delete(team.pathOf('nb'), { propagationPolicy: 'Background' })).code).toBe(200);
  });

  it('returns a namespace as Terminating when it is deleted', async () => {
    const team = await TestNamespace.in(cluster());
    const { code, body } = await team.api.delete(`/api/v1/namespaces/${team.name}`);
    expect({ code, body }).toMatchObject({ code: 200, body: { kind: 'Namespace', status: { phase: 'Terminating' } } });
  });
}
