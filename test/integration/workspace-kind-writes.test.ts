import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { workspaceAdmission } from '../../dev/demo/admission.ts';
import type { WorkspaceKindObject } from '../../src/kinds/workspace-kind/resource.ts';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { startTestGateway, type Answer, type SimulatedGateway } from '../support/test-gateway.ts';

const KIND = 'workspaceKind { name displayName hidden deprecated revision manifest }';
const CREATE = `mutation ($input: CreateWorkspaceKindInput!) { createWorkspaceKind(input: $input) { warnings ${KIND} } }`;
const UPDATE = `mutation ($input: UpdateWorkspaceKindInput!) { updateWorkspaceKind(input: $input) { warnings ${KIND} } }`;
const REPLACE = `mutation ($input: ReplaceWorkspaceKindInput!) { replaceWorkspaceKind(input: $input) { warnings ${KIND} } }`;
const PATCH = `mutation ($input: PatchWorkspaceKindInput!) { patchWorkspaceKind(input: $input) { warnings ${KIND} } }`;
const DELETE = `mutation ($input: DeleteWorkspaceKindInput!) { deleteWorkspaceKind(input: $input) { deletionPending ${KIND} } }`;

function start(...objects: readonly Manifest[]) {
  return startTestGateway({ objects: [namespace('team-a'), ...objects], admission: workspaceAdmission });
}

function stored({ cluster }: SimulatedGateway, name = 'jupyterlab'): WorkspaceKindObject | undefined {
  return cluster.get('kubeflow.org/v1beta1', 'WorkspaceKind', name);
}

function codeOf({ errors }: Answer): unknown {
  return errors?.[0]?.extensions['code'];
}

function causesOf({ errors }: Answer): unknown {
  return errors?.[0]?.extensions['causes'];
}

async function revision(gateway: SimulatedGateway): Promise<string | undefined> {
  const { data } = await gateway.query('{ workspaceKind(name: "jupyterlab") { revision } }');
  return (data?.['workspaceKind'] as { readonly revision: string } | undefined)?.revision;
}

describe('createWorkspaceKind', () => {
  it.each([
    ['JSON', (manifest: Manifest) => manifest],
    ['YAML', (manifest: Manifest) => stringify(manifest)],
  ])('creates a WorkspaceKind with audit annotations from %s', async (_, form) => {
    await using gateway = await start();
    const { apiVersion: _apiVersion, kind: _kind, ...manifest } = workspaceKind('jupyterlab');
    const { data, errors } = await gateway.query(CREATE, { input: { manifest: form(manifest as Manifest) } });
    expect(errors).toBeUndefined();
    expect(data?.['createWorkspaceKind']).toMatchObject({
      workspaceKind: { name: 'jupyterlab', displayName: 'JupyterLab' },
    });
    expect(stored(gateway)?.metadata.annotations).toMatchObject({
      'notebooks.kubeflow.org/created-by': 'system:admin',
    });
  });

  it('returns the path in the manifest when the API server rejects a WorkspaceKind', async () => {
    await using gateway = await start();
    const manifest = workspaceKind('jupyterlab', {}, { displayName: 'x' });
    const answer = await gateway.query(CREATE, { input: { manifest } });
    expect(codeOf(answer)).toBe('INVALID');
    expect(causesOf(answer)).toMatchObject([{ field: 'input.manifest.spec.spawner.displayName' }]);
  });

  it('returns admission warnings and stores nothing when createWorkspaceKind is a dry run', async () => {
    await using gateway = await start();
    const probe = { jupyter: { lastActivity: true, portId: 'lab' } };
    const { spec = {}, ...rest } = workspaceKind('jupyterlab', {
      activityRules: [{ config: { secondsSinceActive: 60 }, match: {}, effect: { pauseWorkspace: true } }],
    });
    const podTemplate = { ...Object(Object(spec)['podTemplate']), activityProbe: probe };
    const input = { manifest: { ...rest, spec: { ...Object(spec), podTemplate } }, dryRun: true };
    const { data } = await gateway.query(CREATE, { input });
    expect(data?.['createWorkspaceKind']).toMatchObject({
      warnings: [expect.stringContaining('less than twice the probeIntervalSeconds')],
    });
    expect(stored(gateway)).toBeUndefined();
  });

  it('returns ALREADY_EXISTS when a WorkspaceKind of the name exists', async () => {
    await using gateway = await start(workspaceKind('jupyterlab'));
    expect(codeOf(await gateway.query(CREATE, { input: { manifest: workspaceKind('jupyterlab') } }))).toBe(
      'ALREADY_EXISTS',
    );
  });
});

describe('updateWorkspaceKind', () => {
  it('changes the given fields of a WorkspaceKind and keeps all others', async () => {
    await using gateway = await start(
      workspaceKind('jupyterlab', {}, { deprecated: true, deprecationMessage: 'Use it not.' }),
    );
    const before = stored(gateway)?.spec;
    const change = { hidden: true, deprecationMessage: null, manifest: { metadata: { labels: { a: 'b' } } } };
    const input = { name: 'jupyterlab', revision: await revision(gateway), ...change };
    const { data, errors } = await gateway.query(UPDATE, { input });
    expect(errors).toBeUndefined();
    expect(data?.['updateWorkspaceKind']).toMatchObject({ workspaceKind: { hidden: true, deprecated: true } });
    const { deprecationMessage: _gone, ...spawner } = Object(Object(before)['spawner']);
    expect(stored(gateway)?.spec).toEqual({ ...Object(before), spawner: { ...spawner, hidden: true } });
    expect(stored(gateway)?.metadata.labels).toEqual({ a: 'b' });
  });

  it('merges a manifest of JSON or YAML, and removes fields that are null', async () => {
    await using gateway = await start(workspaceKind('jupyterlab', { filterRules: [] }));
    const manifest =
      'spec: { filterRules: null, podTemplate: { ports: [{ id: lab, protocol: HTTP, defaultDisplayName: Lab }] } }';
    const input = { name: 'jupyterlab', revision: await revision(gateway), manifest };
    const { errors } = await gateway.query(UPDATE, { input });
    expect(errors).toBeUndefined();
    expect(stored(gateway)?.spec).not.toHaveProperty('filterRules');
    expect(stored(gateway)?.spec).toMatchObject({ podTemplate: { ports: [{ defaultDisplayName: 'Lab' }] } });
  });

  it('returns CONFLICT when the spec of the WorkspaceKind has changed', async () => {
    await using gateway = await start(workspaceKind('jupyterlab'));
    const input = { name: 'jupyterlab', revision: 'stale', hidden: true };
    expect(codeOf(await gateway.query(UPDATE, { input }))).toBe('CONFLICT');
  });

  it('returns INVALID with the option when an option in use would change', async () => {
    await using gateway = await start(workspaceKind('jupyterlab'), workspace('nb'));
    const options = Object(Object(stored(gateway)?.spec)['podTemplate']).options;
    const [scipy, ...others] = options.imageConfig.values;
    const values = [{ ...scipy, spec: { ...scipy.spec, image: 'example.com/other:latest' } }, ...others];
    const manifest = { spec: { podTemplate: { options: { imageConfig: { values } } } } };
    const input = { name: 'jupyterlab', revision: await revision(gateway), manifest };
    const answer = await gateway.query(UPDATE, { input });
    expect(causesOf(answer)).toMatchObject([
      {
        field: 'input.manifest.spec.podTemplate.options.imageConfig.values[scipy]',
        message: expect.stringContaining('is in use and cannot be changed'),
      },
    ]);
  });

  it('returns the path in the input when a value is rejected or a required field is null', async () => {
    await using gateway = await start(workspaceKind('jupyterlab'));
    const input = { name: 'jupyterlab', revision: await revision(gateway) };
    const short = await gateway.query(UPDATE, { input: { ...input, displayName: 'x' } });
    expect(causesOf(short)).toMatchObject([{ field: 'input.displayName' }]);
    const cleared = await gateway.query(UPDATE, { input: { ...input, description: null } });
    expect(causesOf(cleared)).toMatchObject([{ field: 'input.description', reason: 'FieldValueRequired' }]);
  });
});

describe('replaceWorkspaceKind and patchWorkspaceKind', () => {
  it('replaces and patches a WorkspaceKind', async () => {
    await using gateway = await start(workspaceKind('jupyterlab'));
    const { resourceVersion } = stored(gateway)?.metadata ?? {};
    const { metadata: _metadata, ...manifest } = workspaceKind('jupyterlab', {}, { displayName: 'Replaced' });
    const replaced = { name: 'jupyterlab', manifest: { ...manifest, metadata: { resourceVersion } } };
    expect((await gateway.query(REPLACE, { input: replaced })).data).toMatchObject({
      replaceWorkspaceKind: { workspaceKind: { displayName: 'Replaced' } },
    });
    expect(codeOf(await gateway.query(REPLACE, { input: replaced }))).toBe('CONFLICT');
    const operations = [{ op: 'replace', path: '/spec/spawner/displayName', value: 'Patched' }];
    const patched = { name: 'jupyterlab', type: 'JSON', patch: operations };
    expect((await gateway.query(PATCH, { input: patched })).data).toMatchObject({
      patchWorkspaceKind: { workspaceKind: { displayName: 'Patched' } },
    });
  });
});

describe('deleteWorkspaceKind', () => {
  it('deletes a WorkspaceKind when no workspace uses it', async () => {
    await using gateway = await start(workspaceKind('jupyterlab'));
    const { data } = await gateway.query(DELETE, { input: { name: 'jupyterlab' } });
    expect(data?.['deleteWorkspaceKind']).toMatchObject({
      deletionPending: false,
      workspaceKind: { name: 'jupyterlab' },
    });
    expect(stored(gateway)).toBeUndefined();
  });

  it('returns CONFLICT with the number of workspaces when a WorkspaceKind is in use', async () => {
    await using gateway = await start({ ...workspaceKind('jupyterlab'), status: { workspaces: 2 } });
    const answer = await gateway.query(DELETE, { input: { name: 'jupyterlab' } });
    expect(codeOf(answer)).toBe('CONFLICT');
    expect(causesOf(answer)).toMatchObject([{ message: 'WorkspaceKind is used by 2 workspace(s)' }]);
    expect(answer.errors?.[0]?.message).toMatch(/"jupyterlab": WorkspaceKind is used by 2 workspace\(s\)$/u);
  });
});
