import { expect, it } from 'vitest';
import { causesIn } from '../api-client.ts';
import type { Cluster } from '../clusters.ts';
import { TestNamespace } from '../test-namespace.ts';

const guard = { op: 'test', path: '/spec/paused', value: false };

export function patches(cluster: () => Cluster): void {
  jsonPatches(cluster);
  jsonPatchSyntax(cluster);
  mergePatches(cluster);
  rejectedPatches(cluster);
  patchTypes(cluster);
}

async function withWorkspace(cluster: () => Cluster): Promise<TestNamespace> {
  const team = await TestNamespace.in(cluster());
  await team.create('nb');
  return team;
}

function jsonPatches(cluster: () => Cluster): void {
  it('applies a JSON Patch when its tests succeed', async () => {
    const team = await withWorkspace(cluster);
    const pause = [guard, { op: 'replace', path: '/spec/paused', value: true }];
    const { code, body } = await team.api.patch(team.pathOf('nb'), 'JSON', pause);
    expect({ code, body }).toMatchObject({ code: 200, body: { spec: { paused: true }, metadata: { generation: 2 } } });
  });

  it('rejects a JSON Patch without causes when it cannot be applied', async () => {
    const team = await withWorkspace(cluster);
    const failing = [
      { ...guard, value: true },
      { op: 'test', path: '/status/state', value: 'Paused' },
      { op: 'test', path: '/spec/displayName', value: 'Mine' },
      { op: 'test', path: '/metadata/resourceVersion', value: '1' },
      { op: 'remove', path: '/spec/displayName' },
      { op: 'add', path: '/metadata/annotations/mine', value: 'x' },
      { op: 'frobnicate', path: '/spec/paused' },
    ];
    const message = 'the server rejected our request due to an error in our request';
    for (const operation of failing) {
      const { body } = await team.api.patch(team.pathOf('nb'), 'JSON', [operation]);
      expect([operation, body]).toMatchObject([operation, { code: 422, reason: 'Invalid', message }]);
      expect(body.details).toEqual({});
    }
    expect((await team.api.get(team.pathOf('nb'))).body.metadata?.generation).toBe(1);
  });
}

function jsonPatchSyntax(cluster: () => Cluster): void {
  it('replaces a missing member, and treats it as null in a test', async () => {
    const team = await withWorkspace(cluster);
    const patch = [
      { op: 'test', path: '/spec/displayName', value: null },
      { op: 'replace', path: '/spec/displayName', value: 'Mine' },
    ];
    const { code, body } = await team.api.patch(team.pathOf('nb'), 'JSON', patch);
    expect({ code, body }).toMatchObject({ code: 200, body: { spec: { displayName: 'Mine' } } });
  });

  it('returns 400 when the body is not a JSON Patch', async () => {
    const team = await withWorkspace(cluster);
    for (const patch of [{ op: 'add' }, '[{', [1]])
      expect(await team.api.patch(team.pathOf('nb'), 'JSON', patch)).toMatchObject({
        code: 400,
        body: { reason: 'BadRequest' },
      });
  });

  it('decodes escaped slashes in JSON Pointers', async () => {
    const team = await withWorkspace(cluster);
    const path = '/metadata/annotations';
    await team.api.patch(team.pathOf('nb'), 'JSON', [{ op: 'add', path, value: { first: '1' } }]);
    const add = [{ op: 'add', path: `${path}/example.org~1note`, value: '2' }];
    const { body } = await team.api.patch(team.pathOf('nb'), 'JSON', add);
    expect(body.metadata).toMatchObject({ annotations: { first: '1', 'example.org/note': '2' } });
  });
}

function mergePatches(cluster: () => Cluster): void {
  it('merges objects and removes members that are null', async () => {
    const team = await withWorkspace(cluster);
    expect((await team.change('nb', { spec: { displayName: 'Mine' } })).spec).toMatchObject({ displayName: 'Mine' });
    expect((await team.change('nb', { spec: { displayName: null } })).spec).not.toHaveProperty('displayName');
  });

  it('replaces lists when a merge patch contains them', async () => {
    const team = await withWorkspace(cluster);
    await team.change('nb', volumes('aa', 'bb'));
    const { spec } = await team.change('nb', volumes('cc'));
    expect(spec).toMatchObject({ podTemplate: { volumes: { data: [{ pvcName: 'cc' }] } } });
  });

  it('returns 409 when the patch contains another resourceVersion', async () => {
    const team = await withWorkspace(cluster);
    const stale = { metadata: { resourceVersion: '1' }, spec: { paused: true } };
    expect(await team.api.patch(team.pathOf('nb'), 'MERGE', stale)).toMatchObject({
      code: 409,
      body: { reason: 'Conflict' },
    });
  });
}

function rejectedPatches(cluster: () => Cluster): void {
  it('rejects a patch when it changes the identity of the object', async () => {
    const team = await withWorkspace(cluster);
    const uid = await team.api.patch(team.pathOf('nb'), 'MERGE', { metadata: { uid: 'another' } });
    expect([uid.code, new Set(causesIn(uid))]).toEqual([422, new Set(['FieldValueInvalid metadata.uid'])]);
    expect((await team.api.patch(team.pathOf('nb'), 'MERGE', { metadata: { name: 'another' } })).code).toBe(400);
  });

  it('returns 404 when the patched object does not exist', async () => {
    const team = await TestNamespace.in(cluster());
    expect(await team.api.patch(team.pathOf('nb'), 'MERGE', {})).toMatchObject({
      code: 404,
      body: { details: { name: 'nb' } },
    });
  });
}

function patchTypes(cluster: () => Cluster): void {
  it('rejects strategic merge patches for custom resources', async () => {
    const team = await withWorkspace(cluster);
    expect(await team.api.patch(team.pathOf('nb'), 'STRATEGIC', {})).toMatchObject({
      code: 415,
      body: { reason: 'UnsupportedMediaType', message: expect.stringContaining('application/merge-patch+json') },
    });
    const labels = { metadata: { labels: { team: 'a' } } };
    expect(await team.api.patch(`/api/v1/namespaces/${team.name}`, 'STRATEGIC', labels)).toMatchObject({
      code: 200,
      body: labels,
    });
  });

  it('returns 415 when the patch type is unknown', async () => {
    const team = await withWorkspace(cluster);
    expect((await team.api.send('PATCH', team.pathOf('nb'), { body: {} })).code).toBe(415);
  });
}

function volumes(...names: readonly string[]): object {
  const data = names.map((pvcName) => ({ pvcName, mountPath: `/${pvcName}` }));
  return { spec: { podTemplate: { volumes: { data } } } };
}
