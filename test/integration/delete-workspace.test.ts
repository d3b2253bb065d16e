import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { loseResponse } from '../support/lost-response.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { startTestGateway, type Answer, type SimulatedGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const DELETE =
  'mutation ($input: DeleteWorkspaceInput!) { deleteWorkspace(input: $input) { deletionPending warnings workspace { name state metadata { deletedAt } } } }';
const DELETE_MANY = 'mutation ($input: DeleteWorkspacesInput!) { deleteWorkspaces(input: $input) { count warnings } }';
const at = { namespace: 'team-a', name: 'nb' };

function start(...objects: readonly Manifest[]) {
  return startTestGateway({ objects: [namespace('team-a'), ...objects] });
}

function kept(name: string): Manifest {
  const nb = workspace(name, { state: 'Running' });
  return { ...nb, metadata: { ...nb.metadata, finalizers: ['example.org/keep'] } };
}

function stored(gateway: SimulatedGateway) {
  return gateway.cluster.get('kubeflow.org/v1beta1', 'Workspace', 'nb', 'team-a');
}

function remove(gateway: SimulatedGateway, how: object = {}): Promise<Answer> {
  return gateway.query(DELETE, { input: { ...at, ...how } });
}

function names({ cluster }: SimulatedGateway): string[] {
  return cluster.list('kubeflow.org/v1beta1', 'Workspace').map(({ metadata }) => metadata.name);
}

function codeOf({ errors }: Answer): unknown {
  return errors?.[0]?.extensions['code'];
}

describe('deleteWorkspace', () => {
  it('deletes a workspace and returns its last state, and the next query returns null', async () => {
    await using gateway = await start(workspace('nb', { state: 'Running' }));
    const { data, errors } = await remove(gateway);
    expect(errors).toBeUndefined();
    expect(data?.['deleteWorkspace']).toEqual({
      deletionPending: false,
      warnings: [],
      workspace: { name: 'nb', state: 'RUNNING', metadata: { deletedAt: null } },
    });
    expect(stored(gateway)).toBeUndefined();
    expect((await gateway.query('{ workspaces { totalCount } }')).data?.['workspaces']).toEqual({ totalCount: 0 });
  });

  it('returns deletionPending when a finalizer delays the deletion', async () => {
    await using gateway = await start(kept('nb'));
    const { data } = await remove(gateway);
    expect(data?.['deleteWorkspace']).toMatchObject({
      deletionPending: true,
      workspace: { metadata: { deletedAt: expect.any(String) } },
    });
    expect(stored(gateway)).toBeDefined();
  });

  it('returns after the workspace is deleted or timeoutSeconds has passed when waitFor is GONE', async () => {
    await using gateway = await start(kept('nb'));
    const late = await remove(gateway, { waitFor: 'GONE', timeoutSeconds: 0 });
    expect(late.data?.['deleteWorkspace']).toMatchObject({ deletionPending: true });
    const waiting = remove(gateway, { waitFor: 'GONE' });
    await gateway.requested('delete', 2);
    gateway.cluster.delete('kubeflow.org/v1beta1', 'Workspace', 'nb', 'team-a');
    expect((await waiting).data?.['deleteWorkspace']).toMatchObject({ deletionPending: false });
  });

  it('changes nothing when deleteWorkspace is a dry run, and returns the expected result', async () => {
    await using gateway = await start(kept('nb'));
    const { data } = await remove(gateway, { dryRun: true, waitFor: 'GONE' });
    expect(data?.['deleteWorkspace']).toMatchObject({ deletionPending: true });
    expect(stored(gateway)?.metadata.deletionTimestamp).toBeUndefined();
  });

  it('returns no deletionPending from a dry run when no finalizer would delay the deletion', async () => {
    await using gateway = await start(workspace('nb'));
    const { data } = await remove(gateway, { dryRun: true });
    expect(data?.['deleteWorkspace']).toMatchObject({ deletionPending: false, workspace: { name: 'nb' } });
    expect(stored(gateway)).toBeDefined();
  });

  it('returns CONFLICT when the uid or resourceVersion differs', async () => {
    await using gateway = await start(workspace('nb'));
    expect(codeOf(await remove(gateway, { uid: 'another' }))).toBe('CONFLICT');
    expect(codeOf(await remove(gateway, { resourceVersion: '1' }))).toBe('CONFLICT');
    const { uid, resourceVersion } = stored(gateway)?.metadata ?? {};
    expect(codeOf(await remove(gateway, { uid, resourceVersion }))).toBeUndefined();
  });

  it('keeps dependents when the propagation policy is ORPHAN', async () => {
    await using gateway = await start(workspace('nb'));
    const owner = {
      apiVersion: 'kubeflow.org/v1beta1',
      kind: 'Workspace',
      name: 'nb',
      uid: stored(gateway)?.metadata.uid,
    };
    const metadata = { name: 'owned', namespace: 'team-a', ownerReferences: [owner] };
    gateway.cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata } as Manifest);
    await remove(gateway, { propagationPolicy: 'ORPHAN', gracePeriodSeconds: 0 });
    expect(stored(gateway)).toBeUndefined();
    expect(gateway.cluster.get('v1', 'ConfigMap', 'owned', 'team-a')).toBeDefined();
  });

  it('returns NOT_FOUND when the workspace does not exist, and TIMEOUT when the outcome is unknown', async () => {
    await using gateway = await start(workspace('nb'));
    expect(codeOf(await remove(gateway, { name: 'none' }))).toBe('NOT_FOUND');
    const { answer, asked } = await loseResponse(gateway, 'delete', () => remove(gateway));
    expect([codeOf(answer), asked]).toEqual(['TIMEOUT', 1]);
  });
});

describe('deleteWorkspaces', () => {
  const labelled = ['a', 'b', 'c'].map((name) => workspace(name, { labels: { team: name === 'c' ? 'other' : 'ml' } }));

  it('deletes workspaces of the namespace when they match both selectors', async () => {
    await using gateway = await start(...labelled, workspace('a', { namespace: 'team-b', labels: { team: 'ml' } }));
    const input = { namespace: 'team-a', labelSelector: 'team in (ml)', fieldSelector: 'metadata.name!=b' };
    const dry = await gateway.query(DELETE_MANY, { input: { ...input, dryRun: true } });
    expect(dry.data?.['deleteWorkspaces']).toEqual({ count: 1, warnings: [] });
    expect(names(gateway)).toHaveLength(4);
    const { data } = await gateway.query(DELETE_MANY, { input });
    expect(data?.['deleteWorkspaces']).toEqual({ count: 1, warnings: [] });
    await waitFor(async () => names(gateway).length === 3, 'they are deleted');
    expect(names(gateway).toSorted()).toEqual(['a', 'b', 'c']);
  });

  it.each(['labelSelector', 'fieldSelector'])('returns BAD_REQUEST when the %s is too long', async (selector) => {
    await using gateway = await start(...labelled);
    const input = { namespace: 'team-a', [selector]: 'a'.repeat(8_001) };
    expect(codeOf(await gateway.query(DELETE_MANY, { input }))).toBe('BAD_REQUEST');
    expect(names(gateway)).toHaveLength(3);
  });

  it('returns BAD_REQUEST when a selector is malformed', async () => {
    await using gateway = await start(...labelled);
    const input = { namespace: 'team-a', labelSelector: 'team in' };
    expect(codeOf(await gateway.query(DELETE_MANY, { input }))).toBe('BAD_REQUEST');
    expect(names(gateway)).toHaveLength(3);
  });
});
