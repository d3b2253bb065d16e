import { describe, expect, it } from 'vitest';
import { namespace } from '../../../test/support/manifests.ts';
import { devPod, devPodCrd } from '../../../test/support/devpod-and-volcano.ts';
import { startTestGateway, type Answer, type SimulatedGateway } from '../../../test/support/test-gateway.ts';
import type { AdmissionHook } from '../../../dev/simulator/admission.ts';
import type { Manifest } from '../../../dev/simulator/api-object.ts';
import type { DevPodWorkspaceInstanceObject } from './resource.ts';

const AT = { namespace: 'loft-p-team-a', name: 'pod' };
const CANARY = 'k4n4ri3n-v0gel';
const OPTIONS = '/spec/template/provider/options';
const pod = devPod('pod', {
  spec: {
    displayName: 'Mine',
    template: { provider: { name: 'aws', options: { TOKEN: { value: CANARY } } } },
    parameters: `password: ${CANARY}`,
  },
});

async function startWith(
  objects: readonly Manifest[] = [pod],
  admission: readonly AdmissionHook[] = [],
): Promise<SimulatedGateway> {
  return startTestGateway({ objects: [devPodCrd, namespace('loft-p-team-a'), ...objects], admission });
}

type Verb = 'create' | 'replace' | 'patch' | 'setAnnotations' | 'delete';

const fields: Readonly<Record<Verb, readonly [field: string, type: string]>> = {
  create: ['createDevPodWorkspaceInstance', 'CreateDevPodWorkspaceInstanceInput'],
  replace: ['replaceDevPodWorkspaceInstance', 'ReplaceDevPodWorkspaceInstanceInput'],
  patch: ['patchDevPodWorkspaceInstance', 'PatchDevPodWorkspaceInstanceInput'],
  setAnnotations: ['setDevPodWorkspaceInstanceAnnotations', 'SetDevPodWorkspaceInstanceAnnotationsInput'],
  delete: ['deleteDevPodWorkspaceInstance', 'DeleteDevPodWorkspaceInstanceInput'],
};
const SHOWN = 'devPodWorkspaceInstance { name displayName manifest metadata { annotations { key value } } } warnings';

async function write(gateway: SimulatedGateway, verb: Verb, input: object): Promise<Answer> {
  const [field, type] = fields[verb];
  const selection = verb === 'delete' ? 'devPodWorkspaceInstance { name } deletionPending warnings' : SHOWN;
  return gateway.query(`mutation ($input: ${type}!) { ${field}(input: $input) { ${selection} } }`, {
    input: { ...AT, ...input },
  });
}

function stored({ cluster }: SimulatedGateway, name = 'pod'): DevPodWorkspaceInstanceObject | undefined {
  return cluster.get('management.loft.sh/v1', 'DevPodWorkspaceInstance', name, 'loft-p-team-a');
}

function errorOf({ errors }: Answer): object | undefined {
  return errors?.[0];
}

describe('mutations of DevPod workspaces', () => {
  it('creates the example of the DevPod documentation, which queries return at once', async () => {
    await using gateway = await startWith([]);
    const spec = {
      displayName: 'my-display-name',
      owner: { user: 'my-user' },
      parameters: 'my-parameter: my-value',
      runnerRef: {},
      templateRef: { name: 'my-devpod-workspace-template' },
    };
    const manifest = { metadata: { creationTimestamp: null, name: 'my-devpod-workspace' }, spec, status: {} };
    const input = { namespace: 'loft-p-team-a', manifest };
    const created = await gateway.query(
      'mutation ($input: CreateDevPodWorkspaceInstanceInput!) { createDevPodWorkspaceInstance(input: $input) { devPodWorkspaceInstance { name displayName parameters } warnings } }',
      { input },
    );
    const shown = { name: 'my-devpod-workspace', displayName: 'my-display-name', parameters: 'my-parameter: "***"\n' };
    expect(created.data).toEqual({
      createDevPodWorkspaceInstance: { devPodWorkspaceInstance: shown, warnings: [] },
    });
    expect(stored(gateway, 'my-devpod-workspace')).toMatchObject({ spec });
    const { data } = await gateway.query('{ devPodWorkspaceInstances { nodes { name displayName parameters } } }');
    expect(data).toEqual({ devPodWorkspaceInstances: { nodes: [shown] } });
  });

  it('creates a DevPod workspace with secrets, and returns them masked', async () => {
    await using gateway = await startWith([]);
    const [field, type] = fields.create;
    const answer = await gateway.query(`mutation ($input: ${type}!) { ${field}(input: $input) { ${SHOWN} } }`, {
      input: { namespace: 'loft-p-team-a', manifest: { metadata: { name: 'pod' }, spec: pod['spec'] } },
    });
    expect(answer.errors).toBeUndefined();
    expect(JSON.stringify(answer)).not.toMatch(/k4n4ri3n|v0gel/u);
    expect(stored(gateway)).toMatchObject({ spec: pod['spec'] });
  });

  it('sets annotations with the documented patch, or with a mutation if there are none yet', async () => {
    await using gateway = await startWith();
    const patch = [{ op: 'add', path: '/metadata/annotations/my-annotation', value: 'my-value' }];
    expect(errorOf(await write(gateway, 'patch', { type: 'JSON', patch }))).toMatchObject({
      extensions: { code: 'INVALID', status: 422 },
    });
    const first = { annotations: [{ key: 'old', value: 'x' }] };
    expect((await write(gateway, 'setAnnotations', first)).errors).toBeUndefined();
    expect((await write(gateway, 'patch', { type: 'JSON', patch })).errors).toBeUndefined();
    const { data } = await write(gateway, 'setAnnotations', { annotations: [], remove: ['old'] });
    const annotations = [{ key: 'my-annotation', value: 'my-value' }];
    expect(data).toMatchObject({
      setDevPodWorkspaceInstanceAnnotations: { devPodWorkspaceInstance: { metadata: { annotations } } },
    });
  });

  it.each([
    ['are repeated', ['a', 'a'], 'input.annotations[1].key'],
    ['have an invalid key', ['not valid'], 'input.annotations'],
  ])('returns the path of the input when annotations %s', async (_, keys, field) => {
    await using gateway = await startWith();
    const answer = await write(gateway, 'setAnnotations', { annotations: keys.map((key) => ({ key, value: 'x' })) });
    expect(errorOf(answer)).toMatchObject({ extensions: { code: 'INVALID', causes: [{ field }] } });
  });

  it('patches a DevPod workspace without losing or returning its secrets', async () => {
    await using gateway = await startWith();
    const answer = await write(gateway, 'patch', { type: 'MERGE', patch: { spec: { displayName: 'Yours' } } });
    expect(answer.data).toMatchObject({
      patchDevPodWorkspaceInstance: { devPodWorkspaceInstance: { displayName: 'Yours' } },
    });
    expect(JSON.stringify(answer)).not.toMatch(/k4n4ri3n|v0gel/u);
    expect(stored(gateway)).toMatchObject({ spec: { ...Object(pod['spec']), displayName: 'Yours' } });
  });

  it('replaces a DevPod workspace only if its resourceVersion is current', async () => {
    await using gateway = await startWith();
    const resourceVersion = stored(gateway)?.metadata.resourceVersion;
    const manifest = { metadata: { resourceVersion }, spec: { displayName: 'Other' } };
    const { data } = await write(gateway, 'replace', { manifest });
    expect(data).toMatchObject({
      replaceDevPodWorkspaceInstance: { devPodWorkspaceInstance: { displayName: 'Other' } },
    });
    expect(stored(gateway)?.spec).toEqual({ displayName: 'Other' });
    expect(errorOf(await write(gateway, 'replace', { manifest }))).toMatchObject({ extensions: { code: 'CONFLICT' } });
  });

  it('deletes a DevPod workspace with the given uid, which remains until its finalizers are removed', async () => {
    await using gateway = await startWith([pod, devPod('held', { metadata: { finalizers: ['loft.sh/a'] } })]);
    const stale = await write(gateway, 'delete', { uid: '11111111-1111-1111-1111-111111111111' });
    expect(errorOf(stale)).toMatchObject({ extensions: { code: 'CONFLICT' } });
    expect((await write(gateway, 'delete', { dryRun: true })).errors).toBeUndefined();
    expect(stored(gateway)).toBeDefined();
    const deleted = await write(gateway, 'delete', {});
    expect(deleted.data).toEqual({
      deleteDevPodWorkspaceInstance: { devPodWorkspaceInstance: { name: 'pod' }, deletionPending: false, warnings: [] },
    });
    const held = await write(gateway, 'delete', { name: 'held' });
    expect(held.data).toEqual({
      deleteDevPodWorkspaceInstance: { devPodWorkspaceInstance: { name: 'held' }, deletionPending: true, warnings: [] },
    });
    expect(errorOf(await write(gateway, 'delete', {}))).toMatchObject({ extensions: { code: 'NOT_FOUND' } });
  });
});

describe('masked values of DevPod workspaces', () => {
  it('rejects a masked manifest', async () => {
    await using gateway = await startWith();
    const { data } = await gateway.query(
      '{ devPodWorkspaceInstance(namespace: "loft-p-team-a", name: "pod") { manifest } }',
    );
    const refused = await write(gateway, 'replace', Object(data?.['devPodWorkspaceInstance']));
    expect(errorOf(refused)).toMatchObject({
      message: expect.stringContaining('spec.template.provider.options.TOKEN.value is "***"'),
      extensions: { code: 'BAD_REQUEST', field: 'spec.template.provider.options.TOKEN.value' },
    });
    expect(stored(gateway)).toMatchObject({ spec: pod['spec'] });
  });

  it.each([
    ['create', { manifest: { metadata: { name: 'x' }, spec: { parameters: 'password: "***"' } }, name: undefined }],
    ['replace', { manifest: `spec: { template: { provider: { name: 'https://***@example.com' } } }` }],
    ['patch', { type: 'MERGE', patch: { spec: { template: { workspaceEnv: { A: { value: '***' } } } } } }],
    ['patch', { type: 'STRATEGIC', patch: { spec: { template: { workspaceEnv: { A: { value: '***' } } } } } }],
    ['patch', { type: 'APPLY', patch: { spec: { template: { workspaceEnv: { A: { value: '***' } } } } } }],
    ['patch', { type: 'JSON', patch: [{ op: 'replace', path: `${OPTIONS}/TOKEN/value`, value: '***' }] }],
    ['patch', { type: 'JSON', patch: [{ op: 'add', path: '/spec/template', value: { workspaceEnv: { A: '***' } } }] }],
    ['patch', { type: 'JSON', patch: [{ op: 'add', path: '/spec/parameters', value: 'a: 1\nb: ***' }] }],
    ['setAnnotations', { annotations: [{ key: 'api-token', value: '***' }] }],
  ] as const)('rejects %s with the placeholder in %j', async (verb, { ...input }) => {
    await using gateway = await startWith();
    const answer = await write(gateway, verb, input);
    expect(errorOf(answer)).toMatchObject({ extensions: { code: 'BAD_REQUEST' } });
    expect(gateway.cluster.requests.filter(({ method }) => method !== 'GET' && method !== 'POST')).toEqual([]);
    expect(stored(gateway)).toMatchObject({ spec: pod['spec'] });
  });

  it.each([
    [{ op: 'copy', from: `${OPTIONS}/TOKEN/value`, path: '/spec/displayName' }],
    [{ op: 'move', from: `${OPTIONS}/TOKEN`, path: '/spec/owner' }],
    [{ op: 'copy', from: '/spec/template', path: '/spec/other' }],
    [{ op: 'copy', from: '/spec/parameters', path: '/spec/description' }],
    [{ op: 'copy', from: '', path: '/spec/all' }],
    [{ op: 'copy', from: 'x/spec/parameters', path: '/spec/description' }],
    [{ op: 'copy', from: '/status/message', path: '/spec/description' }],
    [{ op: 'copy', from: '/metadata/annotations', path: '/metadata/labels' }],
    [
      {
        op: 'move',
        from: '/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration',
        path: '/metadata/annotations/a',
      },
    ],
    [{ op: 'test', path: `${OPTIONS}/TOKEN/value`, value: CANARY }],
    [{ op: 'test', path: '/spec', value: {} }],
  ])('rejects the patch operation %j, which would disclose a masked value', async (operation) => {
    await using gateway = await startWith();
    const answer = await write(gateway, 'patch', { type: 'JSON', patch: [operation] });
    expect(errorOf(answer)).toMatchObject({ extensions: { code: 'BAD_REQUEST', field: 'input.patch[0]' } });
    expect(stored(gateway)).toMatchObject({ spec: pod['spec'] });
  });

  it('allows patch operations on unmasked fields', async () => {
    await using gateway = await startWith();
    const patch = [
      { op: 'test', path: '/spec/displayName', value: 'Mine' },
      { op: 'copy', from: '/spec/displayName', path: '/spec/description' },
      { op: 'replace', path: `${OPTIONS}/TOKEN/value`, value: 'n3w-s3cr3t' },
      { op: 'remove', path: '/spec/parameters' },
    ];
    const { errors } = await write(gateway, 'patch', { type: 'JSON', patch });
    expect(errors).toBeUndefined();
    const template = { provider: { name: 'aws', options: { TOKEN: { value: 'n3w-s3cr3t' } } } };
    expect(stored(gateway)?.spec).toEqual({ displayName: 'Mine', description: 'Mine', template });
  });

  const refusing: AdmissionHook = ({ resource: { group } }) =>
    group === 'management.loft.sh'
      ? {
          deny: {
            causes: [
              { reason: 'FieldValueInvalid', field: 'spec.a', message: `Invalid value: "${CANARY}": must be short` },
              { reason: 'FieldValueInvalid', field: 'spec.b', message: 'refused: n3w-s3cr3t' },
              { reason: 'FieldValueDuplicate', field: 'spec.c', message: `Duplicate value: {"a":"${CANARY}"}` },
            ],
          },
        }
      : undefined;

  it('masks stored and sent values in errors of the API server', async () => {
    await using gateway = await startWith([pod], [refusing]);
    const value = { TOKEN: { value: 'n3w-s3cr3t' } };
    const answers = [
      await write(gateway, 'patch', { type: 'MERGE', patch: { spec: { template: { provider: { options: value } } } } }),
      await write(gateway, 'patch', { type: 'JSON', patch: [{ op: 'add', path: OPTIONS, value }] }),
      await write(gateway, 'setAnnotations', { annotations: [{ key: 'api-token', value: 'n3w-s3cr3t' }] }),
    ];
    for (const [i, answer] of answers.entries()) {
      const path = ['input.patch.spec', 'spec', 'spec'][i] ?? '';
      expect(errorOf(answer)).toMatchObject({
        message: expect.stringContaining('spec.a: Invalid value: ***: must be short'),
        extensions: {
          code: 'INVALID',
          causes: [
            { field: `${path}.a`, message: 'Invalid value: ***: must be short' },
            { field: `${path}.b`, message: 'refused: ***' },
            { field: `${path}.c`, message: 'Duplicate value: ***' },
          ],
        },
      });
      expect(JSON.stringify(answer)).not.toMatch(/k4n4ri3n|v0gel|n3w-s3cr3t/u);
    }
  });

  it('masks values in warnings of the API server', async () => {
    await using gateway = await startWith([pod], [() => ({ warnings: ['TOKEN=n3w-s3cr3t is short'] })]);
    const options = { TOKEN: { value: 'n3w-s3cr3t' } };
    const answer = await write(gateway, 'patch', {
      type: 'MERGE',
      patch: { spec: { template: { provider: { options } } } },
    });
    expect(answer.data).toMatchObject({ patchDevPodWorkspaceInstance: { warnings: ['TOKEN=*** is short'] } });
  });
});
