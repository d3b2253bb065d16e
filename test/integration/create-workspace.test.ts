import { describe, expect, it } from 'vitest';
import { workspaceAdmission } from '../../dev/demo/admission.ts';
import { specOf, type WorkspaceObject } from '../../src/kinds/workspace/resource.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { claim, secret } from '../support/mounts.ts';
import { startTestGateway, type Answer, type SimulatedGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const CREATE = `mutation ($input: CreateWorkspaceInput!) { createWorkspace(input: $input) {
  stateReached warnings
  workspace { name displayName kindName paused state audit { createdBy updatedBy updatedAt } volumes { home { claimName mountPath } data { claimName readOnly } secrets { secretName defaultMode } } }
} }`;
const minimal = { namespace: 'team-a', name: 'nb', kind: 'jupyterlab', imageConfig: 'scipy-2', podConfig: 'tiny' };
const objects = [namespace('team-a'), workspaceKind('jupyterlab'), claim('home'), claim('data'), secret('token')];

function start(...more: Parameters<typeof startTestGateway>) {
  const [options] = more;
  return startTestGateway({ objects, admission: workspaceAdmission, ...options });
}

function create(gateway: SimulatedGateway, input: object = {}): Promise<Answer> {
  return gateway.query(CREATE, { input: { ...minimal, ...input } });
}

function stored(gateway: SimulatedGateway, name = 'nb'): WorkspaceObject | undefined {
  return gateway.cluster.get('kubeflow.org/v1beta1', 'Workspace', name, 'team-a');
}

function causesOf({ errors }: Answer): unknown {
  return errors?.[0]?.extensions['causes'];
}

function fieldsOf(answer: Answer): unknown {
  const causes = causesOf(answer);
  return Array.isArray(causes) ? causes.map((cause: { field: string }) => cause.field) : answer;
}

describe('createWorkspace', () => {
  it('creates a workspace with audit annotations, and returns it to the next query before the watch does', async () => {
    await using gateway = await start();
    gateway.cluster.faults.stall(); // from here on nothing arrives through the watch
    const volumes = {
      home: 'home',
      data: [{ claimName: 'data', mountPath: '/data', readOnly: true }],
      secrets: [{ secretName: 'token', mountPath: '/token', defaultMode: 0 }],
    };
    const { data, errors } = await create(gateway, { displayName: 'Notebook', paused: true, volumes });
    expect(errors).toBeUndefined();
    expect(data?.['createWorkspace']).toEqual({
      stateReached: null,
      warnings: [],
      workspace: {
        name: 'nb',
        displayName: 'Notebook',
        kindName: 'jupyterlab',
        paused: true,
        state: 'UNKNOWN',
        audit: { createdBy: 'system:admin', updatedBy: 'system:admin', updatedAt: null },
        volumes: {
          home: { claimName: 'home', mountPath: '/home/jovyan' },
          data: [{ claimName: 'data', readOnly: true }],
          secrets: [{ secretName: 'token', defaultMode: 0 }],
        },
      },
    });
    const read = await gateway.query('{ workspace(namespace: "team-a", name: "nb") { displayName } }');
    expect(read.data?.['workspace']).toEqual({ displayName: 'Notebook' });
  });

  it('stores labels and annotations of the workspace and its pod, and overwrites audit annotations of the input', async () => {
    await using gateway = await start();
    const forged = [
      { key: 'notebooks.kubeflow.org/created-by', value: 'mallory' },
      { key: 'notebooks.kubeflow.org/updated-at', value: '2020-01-01T00:00:00Z' },
    ];
    const input = {
      labels: [{ key: 'team', value: 'ml' }],
      annotations: [{ key: 'note', value: 'mine' }, ...forged],
      podMetadata: { labels: [{ key: 'a', value: 'b' }], annotations: [{ key: 'c', value: 'd' }] },
    };
    expect((await create(gateway, input)).errors).toBeUndefined();
    expect(stored(gateway)).toMatchObject({
      metadata: {
        labels: { team: 'ml' },
        annotations: {
          note: 'mine',
          'notebooks.kubeflow.org/created-by': 'system:admin',
          'notebooks.kubeflow.org/updated-by': 'system:admin',
        },
      },
      spec: { podTemplate: { podMetadata: { labels: { a: 'b' }, annotations: { c: 'd' } } } },
    });
    const { data } = await gateway.query('{ workspace(namespace: "team-a", name: "nb") { audit { updatedAt } } }');
    expect(data?.['workspace']).toEqual({ audit: { updatedAt: null } });
  });

  it('retries generateName when the first generated name exists', async () => {
    await using gateway = await start();
    gateway.cluster.faults.refuse({
      status: 409,
      reason: 'AlreadyExists',
      times: 2,
      when: ({ verb, url }) => verb === 'create' && url.includes('workspaces'),
    });
    const { data } = await create(gateway, { name: null, generateName: 'nb-' });
    expect(data?.['createWorkspace']).toMatchObject({ workspace: { name: expect.stringMatching(/^nb-.{5}$/u) } });
  });

  it('validates but stores nothing when createWorkspace is a dry run', async () => {
    await using gateway = await start();
    const { data } = await create(gateway, { dryRun: true });
    expect(data?.['createWorkspace']).toMatchObject({ workspace: { name: 'nb' } });
    expect(stored(gateway)).toBeUndefined();
    expect(fieldsOf(await create(gateway, { dryRun: true, imageConfig: 'none' }))).toEqual(['input.imageConfig']);
  });

  it('returns after the workspace is running when waitFor is RUNNING', async () => {
    await using gateway = await start();
    const waiting = create(gateway, { waitFor: 'RUNNING' });
    await waitFor(() => stored(gateway) !== undefined, 'it is created');
    gateway.cluster.apply(workspace('nb', { state: 'Running' }));
    expect((await waiting).data?.['createWorkspace']).toMatchObject({
      stateReached: true,
      workspace: { state: 'RUNNING' },
    });
  });

  it.each([
    ['has dots', { name: 'my.nb' }, 'input.name', 'dots'],
    ['is too long', { name: 'n'.repeat(64) }, 'input.name', '63'],
    ['has upper case', { name: 'Nb' }, 'input.name', 'lower case'],
    ['is missing', { name: null }, 'input.name', 'got neither'],
    ['is given twice', { generateName: 'nb-' }, 'input.generateName', 'got both'],
    ['begins with a dash', { name: null, generateName: '-nb' }, 'input.generateName', 'begin'],
  ])('returns INVALID with the field when the name %s', async (_, input, field, message) => {
    await using gateway = await start();
    const answer = await create(gateway, input);
    expect(answer.errors).toMatchObject([{ extensions: { code: 'INVALID', status: 422, reason: 'Invalid' } }]);
    expect(causesOf(answer)).toMatchObject([{ field, message: expect.stringContaining(message) }]);
    expect(
      gateway.cluster.requests.filter(
        ({ verb, url }) => verb === 'create' && url.includes('/workspaces') && !url.includes('dryRun=All'),
      ),
    ).toEqual([]);
  });

  it('returns INVALID when two volumes have the same mount path', async () => {
    await using gateway = await start();
    const volumes = {
      home: 'home',
      data: [
        { claimName: 'data', mountPath: '/home/jovyan/' },
        { claimName: 'data', mountPath: '/data' },
      ],
      secrets: [{ secretName: 'token', mountPath: '/data' }],
    };
    const answer = await create(gateway, { volumes });
    expect(causesOf(answer)).toMatchObject([
      { reason: 'FieldValueDuplicate', field: 'input.volumes.data[0].mountPath' },
      { reason: 'FieldValueDuplicate', field: 'input.volumes.secrets[0].mountPath' },
    ]);
  });

  it('returns all causes when the name, an option, a claim and mount paths are invalid', async () => {
    await using gateway = await start();
    const volumes = {
      home: 'missing',
      data: [{ claimName: 'data', mountPath: 'relative' }],
      secrets: ['/a', '/a'].map((mountPath) => ({ secretName: 'token', mountPath })),
    };
    const answer = await create(gateway, { name: 'Bad_Name', imageConfig: 'gone', volumes });
    expect(fieldsOf(answer)).toEqual(
      expect.arrayContaining([
        'input.name',
        'input.imageConfig',
        'input.volumes.home',
        'input.volumes.data[0].mountPath',
        'input.volumes.secrets[1].mountPath',
      ]),
    );
    expect(gateway.cluster.list('kubeflow.org/v1beta1', 'Workspace')).toEqual([]);
  });

  it('returns INVALID when claims or secrets do not exist or are not mountable', async () => {
    await using gateway = await start({ objects: [...objects, claim('private', {}), secret('root', {})] });
    const volumes = {
      home: 'nowhere',
      data: [{ claimName: 'private', mountPath: '/data' }],
      secrets: [
        { secretName: 'token', mountPath: '/token' },
        { secretName: 'root', mountPath: '/root' },
        { secretName: 'gone', mountPath: '/gone' },
      ],
    };
    expect(causesOf(await create(gateway, { volumes }))).toEqual([
      {
        reason: 'FieldValueInvalid',
        field: 'input.volumes.home',
        message: 'PersistentVolumeClaim "nowhere" not found in namespace "team-a"',
      },
      {
        reason: 'FieldValueForbidden',
        field: 'input.volumes.data[0].claimName',
        message: 'PersistentVolumeClaim "private" is not labeled with notebooks.kubeflow.org/can-mount=true',
      },
      {
        reason: 'FieldValueForbidden',
        field: 'input.volumes.secrets[1].secretName',
        message: 'Secret "root" is not labeled with notebooks.kubeflow.org/can-mount=true',
      },
      {
        reason: 'FieldValueInvalid',
        field: 'input.volumes.secrets[2].secretName',
        message: 'Secret "gone" not found in namespace "team-a"',
      },
    ]);
  });

  it('returns INVALID when labels repeat a key', async () => {
    await using gateway = await start();
    const twice = [
      { key: 'a', value: 'b' },
      { key: 'a', value: 'c' },
    ];
    expect(fieldsOf(await create(gateway, { labels: twice, podMetadata: { annotations: twice } }))).toEqual([
      'input.labels[1].key',
      'input.podMetadata.annotations[1].key',
    ]);
  });

  it.each([
    ['a kind that does not exist', { kind: 'none' }, ['input.kind']],
    [
      'an option that its kind does not have',
      { imageConfig: 'x', podConfig: 'y' },
      ['input.imageConfig', 'input.podConfig'],
    ],
    ['a displayName that is too long', { displayName: 'x'.repeat(129) }, ['input.displayName']],
    [
      'a mount path that is none',
      { volumes: { data: [{ claimName: 'data', mountPath: 'data' }] } },
      ['input.volumes.data[0].mountPath'],
    ],
    ['a label that is none', { podMetadata: { labels: [{ key: 'a b', value: 'c' }] } }, ['input.podMetadata.labels']],
    [
      'a mode that is none',
      { volumes: { secrets: [{ secretName: 'token', mountPath: '/t', defaultMode: 512 }] } },
      ['input.volumes.secrets[0].defaultMode'],
    ],
  ])('returns the path in the input when the API server rejects %s', async (_, input, fields) => {
    await using gateway = await start();
    const answer = await create(gateway, input);
    expect(answer.errors?.[0]?.extensions['code']).toBe('INVALID');
    expect(fieldsOf(answer)).toEqual(fields);
  });

  it('returns ALREADY_EXISTS when the name exists, and NOT_FOUND when the namespace does not', async () => {
    await using gateway = await start();
    await create(gateway);
    expect((await create(gateway)).errors).toMatchObject([
      { extensions: { code: 'ALREADY_EXISTS', status: 409, kind: 'Workspace', namespace: 'team-a', name: 'nb' } },
    ]);
    expect((await create(gateway, { namespace: 'nowhere' })).errors).toMatchObject([
      { extensions: { code: 'NOT_FOUND' } },
    ]);
  });

  it('rejects unknown fields unless fieldValidation allows the API server to drop them', async () => {
    await using gateway = await start();
    const { errors } = await create(gateway, { deferUpdates: true });
    expect(errors).toMatchObject([
      { message: expect.stringContaining('spec.deferUpdates'), extensions: { code: 'BAD_REQUEST' } },
    ]);
    const { data } = await create(gateway, { deferUpdates: true, fieldValidation: 'WARN' });
    expect(data?.['createWorkspace']).toMatchObject({ warnings: ['unknown field "spec.deferUpdates"'] });
    expect(specOf(stored(gateway) ?? workspaceless()).deferUpdates).toBeUndefined();
  });
});

function workspaceless(): never {
  throw new Error('Expected a stored workspace, got none.');
}
