import { expect, it } from 'vitest';
import type { ApiResponse } from '../api-client.ts';
import type { Cluster } from '../clusters.ts';
import { TestNamespace } from '../test-namespace.ts';

const UNKNOWN = 'unknown field "spec.surplus"';
const DUPLICATE = 'duplicate field "spec.paused"';

/** Contract of the parameter `fieldValidation`, for unknown and duplicate fields. */
export function fieldValidation(cluster: () => Cluster): void {
  validationModes(cluster);
  validationErrors(cluster);
}

/** Writes of a workspace that a strict decoder rejects, in every format. */
async function withWorkspace(cluster: () => Cluster) {
  const team = await TestNamespace.in(cluster());
  const stored = await team.create('nb');
  const { api, workspaces } = team;
  const path = team.pathOf('nb');
  const surplus = { surplus: 1, podTemplate: { ...Object(stored.spec).podTemplate, odd: 1 } };
  const sent = JSON.stringify(team.manifest('new', { spec: { paused: true } }));
  const twice = sent.replace('"paused":true', '"paused":true,"paused":false');
  const send = (method: string, target: string, contentType: string, body: string) =>
    api.send(method, target, { body, contentType });
  const writes: Readonly<Record<string, (query: string) => Promise<ApiResponse>>> = {
    create: (query) => api.post(`${workspaces}${query}`, team.manifest('new', { spec: surplus })),
    metadata: (query) =>
      api.post(`${workspaces}${query}`, { ...team.manifest('new'), metadata: { name: 'new', odd: 1 }, odd: 2 }),
    duplicate: (query) => send('POST', `${workspaces}${query}`, 'application/json', twice),
    yaml: (query) => send('POST', `${workspaces}${query}`, 'application/yaml', yaml),
    replace: (query) => api.put(`${path}${query}`, { ...stored, spec: { ...stored.spec, surplus: 1 } }),
    merge: (query) => api.patch(`${path}${query}`, 'MERGE', { spec: { surplus: 1 } }),
    mergeTwice: (query) =>
      send('PATCH', `${path}${query}`, 'application/merge-patch+json', '{"spec":{"paused":true,"paused":false}}'),
    json: (query) => api.patch(`${path}${query}`, 'JSON', [{ op: 'add', path: '/spec/surplus', value: 1 }]),
    jsonField: (query) =>
      api.patch(`${path}${query}`, 'JSON', [{ op: 'test', path: '/kind', value: 'Workspace', odd: 1 }]),
  };
  return { team, path, write: (name: string, query: string) => writes[name]?.(query) };
}

const cases: readonly (readonly [title: string, write: string, problems: readonly string[]])[] = [
  ['a create with unknown fields', 'create', ['unknown field "spec.podTemplate.odd"', UNKNOWN]],
  ['a create with unknown metadata', 'metadata', ['unknown field "metadata.odd"', 'unknown field "odd"']],
  ['a create with a field twice', 'duplicate', [DUPLICATE]],
  ['a replace with an unknown field', 'replace', [UNKNOWN]],
  ['a merge patch with an unknown field', 'merge', [UNKNOWN]],
  ['a merge patch with a field twice', 'mergeTwice', [DUPLICATE]],
  ['a JSON patch with an unknown field', 'json', [UNKNOWN]],
  ['a JSON patch with an unknown field of its own', 'jsonField', ['json patch unknown field "[0].odd"']],
  ['YAML with a key twice', 'yaml', ['line 6: key "paused" already set in map', UNKNOWN]],
];

function validationModes(cluster: () => Cluster): void {
  it.each(cases)('returns warnings about %s by default', async (_, name, problems) => {
    const { write } = await withWorkspace(cluster);
    const answer = await write(name, '');
    expect(answer?.code).toBeLessThan(300);
    expect(answer?.headers['warning']).toBe(warningsFor(problems));
    expect(answer?.body.spec).not.toHaveProperty('surplus');
  });

  it.each(cases)('returns warnings about %s when fieldValidation is Warn', async (_, name, problems) => {
    const { write } = await withWorkspace(cluster);
    const answer = await write(name, '?fieldValidation=Warn');
    expect(answer?.headers['warning']).toBe(warningsFor(problems));
  });

  it.each(cases)('accepts %s without a warning when fieldValidation is Ignore', async (_, name) => {
    const { write } = await withWorkspace(cluster);
    const answer = await write(name, '?fieldValidation=Ignore');
    expect(answer?.code).toBeLessThan(300);
    expect(answer?.headers).not.toHaveProperty('warning');
  });

  it.each(cases)('rejects %s when fieldValidation is Strict', async (title, name, problems) => {
    const { write, team, path } = await withWorkspace(cluster);
    const before = (await team.api.get(path)).body;
    const answer = await write(name, '?fieldValidation=Strict');
    const listed = problems.join(', ');
    const error = `strict decoding error: ${name === 'yaml' ? 'yaml: unmarshal errors:\n  ' : ''}${listed}`;
    expect(answer?.body).toMatchObject(title.includes('patch') ? patchError(error) : bodyError(error));
    expect((await team.api.get(path)).body).toEqual(before);
    expect((await team.api.get(team.pathOf('new'))).code).toBe(404);
  });
}

function validationErrors(cluster: () => Cluster): void {
  it('rejects fieldValidation when its value is unknown', async () => {
    const { write } = await withWorkspace(cluster);
    expect(await write('merge', '?fieldValidation=strict')).toMatchObject({
      code: 422,
      body: {
        message:
          'PatchOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "strict": supported values: "", "Ignore", "Strict", "Warn"',
      },
    });
  });

  it('returns warnings about unknown fields when it rejects the object', async () => {
    const team = await TestNamespace.in(cluster());
    const answer = await team.api.post(team.workspaces, team.manifest('nb', { spec: { surplus: 1, displayName: '' } }));
    expect([answer.code, answer.headers['warning']]).toEqual([422, warningsFor([UNKNOWN])]);
  });

  it('rejects an apply with an unknown field for every fieldValidation', async () => {
    const { team, path } = await withWorkspace(cluster);
    const head = { apiVersion: 'kubeflow.org/v1beta1', kind: 'Workspace' };
    const body = { ...head, metadata: { name: 'nb', namespace: team.name }, spec: { surplus: 1 } };
    for (const validation of ['Ignore', 'Warn', 'Strict']) {
      const target = `${path}?fieldManager=me&force=true&fieldValidation=${validation}`;
      const answer = await team.api.send('PATCH', target, { body, contentType: 'application/apply-patch+yaml' });
      expect(answer.body).toMatchObject({
        code: 500,
        message: `failed to create typed patch object (${team.name}/nb; kubeflow.org/v1beta1, Kind=Workspace): .spec.surplus: field not declared in schema`,
      });
    }
  });
}

const yaml = `apiVersion: kubeflow.org/v1beta1
kind: Workspace
metadata: { name: new }
spec:
  paused: true
  paused: false
  surplus: 1
  kind: jupyterlab
  podTemplate: { volumes: {}, options: { imageConfig: scipy, podConfig: tiny } }
`;

function warningsFor(problems: readonly string[]): string {
  return problems.map((problem) => `299 - "${problem.replaceAll('"', String.raw`\"`)}"`).join(', ');
}

function bodyError(error: string): object {
  return {
    code: 400,
    reason: 'BadRequest',
    message: `Workspace in version "v1beta1" cannot be handled as a Workspace: ${error}`,
  };
}

/** The message contains the whole patched object. */
function patchError(error: string): object {
  const cause = { reason: 'FieldValueInvalid', field: 'patch', message: expect.stringContaining(`}": ${error}`) };
  return {
    code: 422,
    reason: 'Invalid',
    message: expect.stringMatching(/^ "" is invalid: patch: /u),
    details: { causes: [cause] },
  };
}
