import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { startTestGateway, type Answer, type SimulatedGateway } from '../support/test-gateway.ts';

const PATCH = `mutation ($input: PatchWorkspaceInput!) { patchWorkspace(input: $input) {
  warnings workspace { displayName paused metadata { resourceVersion labels { key value } } audit { updatedBy } }
} }`;
const PATCH_STATUS =
  'mutation ($input: PatchWorkspaceInput!) { patchWorkspaceStatus(input: $input) { workspace { state paused } } }';
const REPLACE =
  'mutation ($input: ReplaceWorkspaceInput!) { replaceWorkspace(input: $input) { warnings workspace { displayName audit { createdBy updatedBy } } } }';
const REPLACE_STATUS =
  'mutation ($input: ReplaceWorkspaceInput!) { replaceWorkspaceStatus(input: $input) { workspace { state displayName } } }';
const at = { namespace: 'team-a', name: 'nb' };

const template = { volumes: {}, options: { imageConfig: 'scipy', podConfig: 'tiny' } };

function start(nb: Manifest = workspace('nb', { state: 'Running' })) {
  return startTestGateway({ objects: [namespace('team-a'), workspaceKind('jupyterlab'), nb] });
}

function noted(annotations: Readonly<Record<string, string>>): Manifest {
  const nb = workspace('nb', { state: 'Running' });
  return { ...nb, metadata: { ...nb.metadata, annotations } };
}

function stored(gateway: SimulatedGateway) {
  const object = gateway.cluster.get('kubeflow.org/v1beta1', 'Workspace', 'nb', 'team-a');
  if (!object) throw new Error('There is no workspace nb.');
  return object;
}

function patch(gateway: SimulatedGateway, input: object): Promise<Answer> {
  return gateway.query(PATCH, { input: { ...at, ...input } });
}

function codeOf({ errors }: Answer): unknown {
  return errors?.[0]?.extensions['code'];
}

describe('patchWorkspace', () => {
  it.each([
    ['JSON', [{ op: 'add', path: '/spec/displayName', value: 'Patched' }]],
    ['MERGE', { spec: { displayName: 'Patched' } }],
  ])('patches a workspace by %s with audit annotations, and keeps all other fields', async (type, body) => {
    await using gateway = await start(noted({ mine: 'kept' }));
    const { data, errors } = await patch(gateway, { type, patch: body });
    expect(errors).toBeUndefined();
    expect(data?.['patchWorkspace']).toMatchObject({
      workspace: { displayName: 'Patched', paused: false, audit: { updatedBy: 'system:admin' } },
    });
    expect(stored(gateway).metadata.annotations).toMatchObject({ mine: 'kept' });
  });

  it.each([
    ['has none', workspace('nb'), []],
    [
      'is given some by the patch',
      workspace('nb'),
      [{ op: 'add', path: '/metadata/annotations', value: { own: '1' } }],
    ],
    ['loses all by the patch', noted({ gone: '1' }), [{ op: 'remove', path: '/metadata/annotations' }]],
  ])('adds audit annotations to a JSON Patch when the object %s', async (_, nb, operations) => {
    await using gateway = await start(nb);
    const { errors } = await patch(gateway, { type: 'JSON', patch: operations });
    expect(errors).toBeUndefined();
    expect(stored(gateway).metadata.annotations).toMatchObject({
      'notebooks.kubeflow.org/updated-by': 'system:admin',
    });
    expect(stored(gateway).metadata.annotations).not.toHaveProperty('gone');
  });

  it('adds audit annotations when another write has added some before the cache receives it', async () => {
    await using gateway = await start();
    gateway.cluster.faults.stall();
    gateway.cluster.apply(noted({ mine: 'kept' }));
    const operations = [{ op: 'add', path: '/spec/displayName', value: 'Patched' }];
    expect((await patch(gateway, { type: 'JSON', patch: operations })).errors).toBeUndefined();
    expect(stored(gateway).metadata.annotations).toMatchObject({
      mine: 'kept',
      'notebooks.kubeflow.org/updated-by': 'system:admin',
    });
  });

  it('returns INVALID when a test operation of the patch fails', async () => {
    await using gateway = await start();
    const operations = [{ op: 'test', path: '/spec/paused', value: true }];
    expect(codeOf(await patch(gateway, { type: 'JSON', patch: operations }))).toBe('INVALID');
  });

  it('returns UNSUPPORTED_MEDIA_TYPE with the accepted types when the type is STRATEGIC', async () => {
    await using gateway = await start();
    const { errors } = await patch(gateway, { type: 'STRATEGIC', patch: { spec: { paused: true } } });
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('application/merge-patch+json'),
        extensions: { code: 'UNSUPPORTED_MEDIA_TYPE', status: 415 },
      },
    ]);
  });

  it.each([
    ['JSON', [{ op: 'add', path: '/spec/displayName', value: 'Patched' }]],
    ['MERGE', { spec: { displayName: 'Patched' } }],
  ])('returns CONFLICT by %s when the resourceVersion differs, and patches when it is current', async (type, body) => {
    await using gateway = await start();
    const { resourceVersion } = stored(gateway).metadata;
    expect(codeOf(await patch(gateway, { type, patch: body, resourceVersion: '1' }))).toBe('CONFLICT');
    expect(codeOf(await patch(gateway, { type, patch: body, resourceVersion }))).toBeUndefined();
  });

  it('returns CONFLICT with managers and fields when an APPLY takes fields of others, unless forced', async () => {
    await using gateway = await start();
    const body = { spec: { kind: 'jupyterlab', displayName: 'Applied', podTemplate: template } };
    const input = { name: 'applied', type: 'APPLY', patch: body, fieldManager: 'alice' };
    expect((await patch(gateway, input)).data?.['patchWorkspace']).toMatchObject({
      workspace: { displayName: 'Applied', audit: { updatedBy: 'system:admin' } },
    });
    const theirs = { ...input, patch: 'spec: { displayName: Theirs }', fieldManager: 'bob' };
    const { errors } = await patch(gateway, theirs);
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'CONFLICT',
      causes: [
        {
          reason: 'FieldManagerConflict',
          field: 'input.patch.spec.displayName',
          message: expect.stringContaining('"alice"'),
        },
      ],
    });
    const forced = await patch(gateway, { ...theirs, force: true });
    expect(forced.data?.['patchWorkspace']).toMatchObject({ workspace: { displayName: 'Theirs' } });
  });

  it('rejects unknown fields unless fieldValidation is WARN or IGNORE', async () => {
    await using gateway = await start();
    const body = { type: 'MERGE', patch: { shape: 'round', spec: { colour: 'red' } } };
    const causes = ['shape', 'spec.colour'].map((field) => ({
      reason: 'FieldValueInvalid',
      field: `input.patch.${field}`,
      message: `unknown field "${field}"`,
    }));
    expect((await patch(gateway, body)).errors).toMatchObject([
      {
        message: 'strict decoding error: unknown field "shape", unknown field "spec.colour"',
        extensions: { code: 'INVALID', causes },
      },
    ]);
    const warned = await patch(gateway, { ...body, fieldValidation: 'WARN' });
    expect(warned.data?.['patchWorkspace']).toMatchObject({
      warnings: ['unknown field "shape"', 'unknown field "spec.colour"'],
    });
    const ignored = await patch(gateway, { ...body, fieldValidation: 'IGNORE' });
    expect(ignored.data?.['patchWorkspace']).toMatchObject({ warnings: [] });
  });

  it('sends the field manager of the input', async () => {
    await using gateway = await start();
    await patch(gateway, { type: 'MERGE', patch: { spec: { paused: true } }, fieldManager: 'my-tool' });
    const sent = gateway.cluster.requests.find(({ verb }) => verb === 'patch');
    expect(sent?.url).toContain('fieldManager=my-tool');
  });

  it.each([
    ['an object for JSON', { type: 'JSON', patch: {} }],
    ['operations without a path', { type: 'JSON', patch: [{ op: 'add' }] }],
    ['a list for MERGE', { type: 'MERGE', patch: [] }],
    ['metadata that are a text', { type: 'MERGE', patch: { metadata: 'x: [' } }],
    ['a number for APPLY', { type: 'APPLY', patch: 7 }],
  ])('returns BAD_REQUEST without a request when the patch is %s', async (_, input) => {
    await using gateway = await start();
    expect(codeOf(await patch(gateway, input))).toBe('BAD_REQUEST');
    expect(gateway.cluster.requests.filter(({ verb }) => verb === 'patch')).toEqual([]);
  });

  it('returns NOT_FOUND when the patched workspace does not exist', async () => {
    await using gateway = await start();
    expect(codeOf(await patch(gateway, { name: 'none', type: 'MERGE', patch: {} }))).toBe('NOT_FOUND');
  });
});

describe('replaceWorkspace', () => {
  it('replaces everything except the status and the creation annotations', async () => {
    await using gateway = await start(noted({ 'notebooks.kubeflow.org/created-by': 'alice' }));
    const { resourceVersion } = stored(gateway).metadata;
    const { metadata: _metadata, status: _status, ...manifest } = workspace('nb', { spec: { displayName: 'Whole' } });
    const input = { ...at, manifest: { ...manifest, metadata: { resourceVersion } } };
    const { data, errors } = await gateway.query(REPLACE, { input });
    expect(errors).toBeUndefined();
    expect(data?.['replaceWorkspace']).toMatchObject({
      workspace: { displayName: 'Whole', audit: { createdBy: 'alice', updatedBy: 'system:admin' } },
    });
    expect(stored(gateway)).toMatchObject({ status: { state: 'Running' } });
  });

  it('returns CONFLICT when the resourceVersion is outdated, and INVALID when it is missing', async () => {
    await using gateway = await start();
    const manifest = workspace('nb');
    const stale = { ...manifest, metadata: { ...manifest.metadata, resourceVersion: '1' } };
    expect(codeOf(await gateway.query(REPLACE, { input: { ...at, manifest: stale } }))).toBe('CONFLICT');
    const { errors } = await gateway.query(REPLACE, { input: { ...at, manifest } });
    expect(errors).toMatchObject([
      {
        extensions: {
          code: 'INVALID',
          ...at,
          causes: [{ field: 'input.manifest.metadata.resourceVersion' }],
        },
      },
    ]);
  });

  it('replaces a workspace when the manifest is YAML', async () => {
    await using gateway = await start();
    const { resourceVersion } = stored(gateway).metadata;
    const manifest = `metadata: { resourceVersion: "${resourceVersion}" }
spec:
  kind: jupyterlab
  displayName: From YAML
  podTemplate: { volumes: {}, options: { imageConfig: scipy, podConfig: tiny } }
`;
    const { data } = await gateway.query(REPLACE, { input: { ...at, manifest } });
    expect(data?.['replaceWorkspace']).toMatchObject({ workspace: { displayName: 'From YAML' } });
  });

  it.each([
    ['another name', { metadata: { name: 'other' } }, 'input.manifest.metadata.name'],
    ['another namespace', { metadata: { namespace: 'other' } }, 'input.manifest.metadata.namespace'],
    ['another kind', { kind: 'Pod' }, 'input.manifest.kind'],
    ['another version', { apiVersion: 'kubeflow.org/v1' }, 'input.manifest.apiVersion'],
    ['no object', 'just text', 'Expected input.manifest to be an object'],
    ['no YAML', 'a: [', 'not valid YAML'],
  ])('returns BAD_REQUEST with the reason when the manifest is %s', async (_, manifest, message) => {
    await using gateway = await start();
    const { errors } = await gateway.query(REPLACE, { input: { ...at, manifest } });
    expect(errors).toMatchObject([{ message: expect.stringContaining(message), extensions: { code: 'BAD_REQUEST' } }]);
  });

  it('returns the path in the manifest when the API server rejects a replacement', async () => {
    await using gateway = await start();
    const { resourceVersion } = stored(gateway).metadata;
    const { spec } = workspace('nb', { spec: { displayName: '' } });
    const { errors } = await gateway.query(REPLACE, {
      input: { ...at, manifest: { metadata: { resourceVersion }, spec } },
    });
    expect(errors?.[0]?.extensions['causes']).toMatchObject([{ field: 'input.manifest.spec.displayName' }]);
  });
});

describe('the status', () => {
  it('patches only the status', async () => {
    await using gateway = await start();
    const input = { ...at, type: 'MERGE', patch: { status: { state: 'Paused' }, spec: { paused: true } } };
    const { data } = await gateway.query(PATCH_STATUS, { input });
    expect(data?.['patchWorkspaceStatus']).toEqual({ workspace: { state: 'PAUSED', paused: false } });
  });

  it('replaces only the status', async () => {
    await using gateway = await start();
    const { resourceVersion } = stored(gateway).metadata;
    const { spec, status } = workspace('nb', { state: 'Error', spec: { displayName: 'Not this' } });
    const input = { ...at, manifest: { metadata: { resourceVersion }, spec, status } };
    const { data, errors } = await gateway.query(REPLACE_STATUS, { input });
    expect(errors).toBeUndefined();
    expect(data?.['replaceWorkspaceStatus']).toEqual({ workspace: { state: 'ERROR', displayName: 'nb' } });
  });
});
