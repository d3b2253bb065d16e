import { describe, expect, it } from 'vitest';
import { workspaceAdmission } from '../../dev/demo/admission.ts';
import type { WorkspaceObject } from '../../src/kinds/workspace/resource.ts';
import { loseResponse } from '../support/lost-response.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { claim, secret } from '../support/mounts.ts';
import { startTestGateway, type Answer, type SimulatedGateway } from '../support/test-gateway.ts';
import { completeWorkspace } from '../support/complete-objects.ts';

const UPDATE = `mutation ($input: UpdateWorkspaceInput!) { updateWorkspace(input: $input) {
  warnings workspace { revision displayName paused audit { updatedBy updatedAt } }
} }`;
const at = { namespace: 'team-a', name: 'nb' };
const objects = [
  namespace('team-a'),
  workspaceKind('jupyterlab'),
  claim('home'),
  claim('data'),
  secret('token'),
  completeWorkspace('nb'),
];

interface StoredWorkspace extends WorkspaceObject {
  readonly spec: Readonly<Record<string, unknown>>;
}

function start(options: Parameters<typeof startTestGateway>[0] = {}) {
  return startTestGateway({ objects, admission: workspaceAdmission, ...options });
}

function stored({ cluster }: SimulatedGateway): StoredWorkspace {
  return cluster.get('kubeflow.org/v1beta1', 'Workspace', 'nb', 'team-a') as StoredWorkspace;
}

async function revision(gateway: SimulatedGateway): Promise<unknown> {
  const { data } = await gateway.query('{ workspace(namespace: "team-a", name: "nb") { revision } }');
  return (data?.['workspace'] as { readonly revision: string } | undefined)?.revision;
}

async function update(gateway: SimulatedGateway, change: object): Promise<Answer> {
  return gateway.query(UPDATE, { input: { ...at, revision: await revision(gateway), ...change } });
}

function fieldsOf({ errors }: Answer): unknown {
  const causes = errors?.[0]?.extensions['causes'];
  return Array.isArray(causes) ? causes.map((cause: { field: string }) => cause.field) : errors;
}

describe('updateWorkspace', () => {
  it('changes the given fields, keeps all others, and writes audit annotations', async () => {
    await using gateway = await start();
    const before = stored(gateway);
    const { data, errors } = await update(gateway, { displayName: 'Renamed' });
    expect(errors).toBeUndefined();
    expect(data?.['updateWorkspace']).toMatchObject({
      workspace: { displayName: 'Renamed', audit: { updatedBy: 'system:admin', updatedAt: expect.any(String) } },
    });
    const after = stored(gateway);
    expect(after.spec).toEqual({ ...before.spec, displayName: 'Renamed' });
    expect(after.status).toEqual(before.status);
    expect(after.metadata.labels).toEqual(before.metadata.labels);
  });

  it('removes a field when the input is null', async () => {
    await using gateway = await start();
    const cleared = { displayName: null, podMetadata: { labels: null }, volumes: { data: null }, labels: null };
    expect((await update(gateway, cleared)).errors).toBeUndefined();
    const { metadata, spec } = stored(gateway);
    expect(spec).not.toHaveProperty('displayName');
    expect(spec['podTemplate']).toEqual({
      podMetadata: { annotations: { c: 'd' } },
      volumes: { home: 'home', secrets: [{ secretName: 'token', mountPath: '/token', defaultMode: 256 }] },
      options: { imageConfig: 'scipy', podConfig: 'tiny' },
    });
    expect(metadata.labels ?? {}).toEqual({});
  });

  it('replaces lists as a whole, but keeps annotations that the gateway manages', async () => {
    await using gateway = await start();
    const annotations = { old: 'gone', 'notebooks.kubeflow.org/created-by': 'alice' };
    gateway.cluster.apply({ ...stored(gateway), metadata: { ...stored(gateway).metadata, annotations } });
    await gateway.caughtUp();
    const change = {
      labels: [{ key: 'new', value: '1' }],
      annotations: [
        { key: 'note', value: '2' },
        { key: 'notebooks.kubeflow.org/created-by', value: 'mallory' },
      ],
      podMetadata: { labels: [{ key: 'x', value: '3' }] },
    };
    expect((await update(gateway, change)).errors).toBeUndefined();
    const { metadata, spec } = stored(gateway);
    expect(metadata.labels).toEqual({ new: '1' });
    expect(metadata.annotations).toEqual({
      note: '2',
      'notebooks.kubeflow.org/created-by': 'alice',
      'notebooks.kubeflow.org/updated-by': 'system:admin',
      'notebooks.kubeflow.org/updated-at': expect.any(String),
    });
    expect(spec['podTemplate']).toMatchObject({ podMetadata: { labels: { x: '3' }, annotations: { c: 'd' } } });
  });

  it('sends one request besides access reviews', async () => {
    await using gateway = await start();
    const known = await revision(gateway);
    const before = gateway.cluster.requests.length;
    await gateway.query(UPDATE, { input: { ...at, revision: known, displayName: 'Renamed' } });
    const requests = gateway.cluster.requests.slice(before).filter(({ url }) => !url.includes('accessreviews'));
    expect(requests.map(({ verb }) => verb)).toEqual(['patch']);
  });

  it('retries when only the status has changed meanwhile', async () => {
    await using gateway = await start();
    const known = await revision(gateway);
    gateway.cluster.faults.stall();
    gateway.cluster.apply(completeWorkspace('nb', { stateMessage: 'later' }));
    const { errors } = await gateway.query(UPDATE, { input: { ...at, revision: known, displayName: 'Renamed' } });
    expect(errors).toBeUndefined();
    expect(stored(gateway).status).toMatchObject({ stateMessage: 'later' });
    expect(stored(gateway).spec).toMatchObject({ displayName: 'Renamed' });
    expect(gateway.cluster.requests.filter(({ verb }) => verb === 'patch').map(({ status }) => status)).toEqual([
      409, 200,
    ]);
  });

  it('returns CONFLICT when the spec has changed, in the cache or only in the API server', async () => {
    await using gateway = await start();
    const known = await revision(gateway);
    gateway.cluster.faults.stall();
    gateway.cluster.apply({ ...stored(gateway), spec: { ...stored(gateway).spec, displayName: 'Theirs' } });
    for (const stale of [known, 'never-seen']) {
      const { errors } = await gateway.query(UPDATE, { input: { ...at, revision: stale, displayName: 'Mine' } });
      expect(errors).toMatchObject([{ extensions: { code: 'CONFLICT', kind: 'Workspace', ...at } }]);
    }
    expect(stored(gateway).spec).toMatchObject({ displayName: 'Theirs' });
  });

  it('accepts a revision that the cache has not received yet', async () => {
    await using gateway = await start();
    gateway.cluster.faults.stall();
    gateway.cluster.apply({ ...stored(gateway), spec: { ...stored(gateway).spec, displayName: 'Newer' } });
    const { errors } = await gateway.query(UPDATE, { input: { ...at, revision: 'x', paused: true } });
    const [, present] = /got (\w+)/u.exec(errors?.[0]?.message ?? '') ?? [];
    const { data } = await gateway.query(UPDATE, { input: { ...at, revision: present, paused: true } });
    expect(data?.['updateWorkspace']).toMatchObject({ workspace: { paused: true, displayName: 'Newer' } });
  });

  it('returns TIMEOUT without a retry when the outcome is unknown', async () => {
    await using gateway = await start();
    const known = await revision(gateway);
    const { answer, asked } = await loseResponse(gateway, 'patch', () =>
      gateway.query(UPDATE, { input: { ...at, revision: known, displayName: 'Renamed' } }),
    );
    expect(answer.errors).toMatchObject([{ extensions: { code: 'TIMEOUT', status: 504 } }]);
    expect(asked).toBe(1);
  });

  it('returns INVALID when a required field is null', async () => {
    await using gateway = await start();
    const answer = await update(gateway, { paused: null, imageConfig: null, podConfig: null });
    expect(fieldsOf(answer)).toEqual(['input.paused', 'input.imageConfig', 'input.podConfig']);
  });

  it('returns NOT_FOUND when the updated workspace does not exist', async () => {
    await using gateway = await start();
    const { errors } = await gateway.query(UPDATE, { input: { ...at, name: 'none', revision: 'x' } });
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND', name: 'none' } }]);
  });

  it('changes nothing when updateWorkspace is a dry run', async () => {
    await using gateway = await start();
    const { data } = await update(gateway, { displayName: 'Renamed', dryRun: true });
    expect(data?.['updateWorkspace']).toMatchObject({ workspace: { displayName: 'Renamed' } });
    expect(stored(gateway).spec).toMatchObject({ displayName: 'A notebook' });
  });

  it('validates new mounts, and accepts existing ones', async () => {
    await using gateway = await start({
      objects: [namespace('team-a'), workspaceKind('jupyterlab'), completeWorkspace('nb')],
    });
    const mounted = { home: 'home', data: [{ claimName: 'data', mountPath: '/elsewhere' }] };
    expect((await update(gateway, { volumes: mounted })).errors).toBeUndefined();
    const added = { data: [{ claimName: 'more', mountPath: '/token' }] };
    expect(fieldsOf(await update(gateway, { volumes: added }))).toEqual([
      'input.volumes.data[0].mountPath',
      'input.volumes.data[0].claimName',
    ]);
  });

  it('returns the path in the input when the API server rejects an update', async () => {
    await using gateway = await start();
    expect(fieldsOf(await update(gateway, { imageConfig: 'none' }))).toEqual(['input.imageConfig']);
    expect(fieldsOf(await update(gateway, { displayName: 'x'.repeat(200) }))).toEqual(['input.displayName']);
  });

  it('selects the redirected options when applyPendingRedirects is set', async () => {
    await using gateway = await start();
    expect((await update(gateway, { applyPendingRedirects: true })).errors).toBeUndefined();
    expect(stored(gateway).spec['podTemplate']).toMatchObject({
      options: { imageConfig: 'scipy-2', podConfig: 'tiny' },
    });
  });

  it('returns INVALID when a redirected option does not exist', async () => {
    const options = { imageConfig: { desired: 'gone', redirectChain: [{ source: 'scipy', target: 'gone' }] } };
    const status = { podTemplateOptions: { ...options, podConfig: {} } };
    await using gateway = await start({
      objects: [...objects.slice(0, -1), workspace('nb', { state: 'Running', status })],
    });
    expect(fieldsOf(await update(gateway, { applyPendingRedirects: true }))).toEqual(['input.imageConfig']);
  });

  it('prefers the given options, and changes none when no redirect is pending', async () => {
    await using gateway = await start({
      objects: [...objects.slice(0, -1), workspace('nb', { state: 'Running', spec: {} })],
    });
    expect((await update(gateway, { applyPendingRedirects: true, podConfig: 'big' })).errors).toBeUndefined();
    expect(stored(gateway).spec['podTemplate']).toMatchObject({ options: { imageConfig: 'scipy', podConfig: 'big' } });
  });
});
