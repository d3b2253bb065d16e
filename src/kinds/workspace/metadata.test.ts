import { describe, expect, it } from 'vitest';
import { queryWorkspace, WORKSPACE_NB } from '../../../test/support/workspace-query.ts';
import { startTestGateway } from '../../../test/support/test-gateway.ts';
import { completeWorkspace } from '../../../test/support/complete-objects.ts';

const CREATED = '2026-01-01T00:00:00Z';

function withMetadata(metadata: object) {
  const nb = completeWorkspace('nb');
  return { ...nb, metadata: { ...nb.metadata, ...metadata } };
}

describe('Workspace.metadata', () => {
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'u-1', blockOwnerDeletion: true };
  const labels = { b: '2', a: '1', empty: '' };
  const manifest = withMetadata({
    labels,
    generateName: 'n',
    finalizers: ['example.com/f'],
    ownerReferences: [owner],
    creationTimestamp: CREATED,
  });

  it('returns the metadata of Kubernetes', async () => {
    const selection =
      'metadata { name generateName namespace generation createdAt deletedAt deletionGracePeriodSeconds finalizers ownerReferences { apiVersion kind name uid controller blockOwnerDeletion } }';
    expect(await queryWorkspace(selection, manifest)).toEqual({
      metadata: {
        name: 'nb',
        generateName: 'n',
        namespace: 'team-a',
        generation: 1,
        createdAt: CREATED,
        deletedAt: null,
        deletionGracePeriodSeconds: null,
        finalizers: ['example.com/f'],
        ownerReferences: [{ ...owner, controller: false }],
      },
    });
  });

  it('returns the largest Int when the grace period of the deletion is longer', async () => {
    const deleted = { deletionTimestamp: CREATED, deletionGracePeriodSeconds: 99_999_999_999, finalizers: ['a.b/c'] };
    expect(await queryWorkspace('metadata { deletionGracePeriodSeconds }', withMetadata(deleted))).toEqual({
      metadata: { deletionGracePeriodSeconds: 2_147_483_647 },
    });
  });

  it.each([
    { keys: '', expected: ['a', 'b', 'empty'] },
    { keys: '(keys: null)', expected: ['a', 'b', 'empty'] },
    { keys: '(keys: ["b", "none"])', expected: ['b'] },
    { keys: '(keys: [])', expected: [] },
  ])('returns labels$keys $expected, sorted by key', async ({ keys, expected }) => {
    const entries = expected.map((key) => ({ key }));
    expect(await queryWorkspace(`metadata { labels${keys} { key } }`, manifest)).toEqual({
      metadata: { labels: entries },
    });
  });

  it('returns the manifest as the API server stores it', async () => {
    await using gateway = await startTestGateway({ objects: [manifest] });
    const stored = gateway.cluster.get('kubeflow.org/v1beta1', 'Workspace', 'nb', 'team-a');
    const { managedFields: _, ...metadata } = { managedFields: 0, ...stored?.metadata };
    const { data } = await gateway.query(`{ ${WORKSPACE_NB} { manifest metadata { uid resourceVersion } } }`);
    const { uid, resourceVersion } = metadata;
    expect(data).toEqual({ workspace: { manifest: { ...stored, metadata }, metadata: { uid, resourceVersion } } });
  });

  it('returns the time of deletion while finalizers keep the object', async () => {
    const deletionTimestamp = '2026-03-01T00:00:00Z';
    const going = withMetadata({ finalizers: ['example.com/f'], deletionTimestamp });
    expect(await queryWorkspace('metadata { deletedAt } audit { deletedAt }', going)).toEqual({
      metadata: { deletedAt: deletionTimestamp },
      audit: { deletedAt: deletionTimestamp },
    });
  });
});

describe('Workspace.audit', () => {
  it('returns authors and times that are recorded', async () => {
    const annotations = {
      'notebooks.kubeflow.org/created-by': 'ada',
      'notebooks.kubeflow.org/updated-by': 'bob',
      'notebooks.kubeflow.org/updated-at': '2026-02-01T02:00:00+02:00',
    };
    const selection = 'audit { createdAt createdBy updatedAt updatedBy deletedAt }';
    expect(await queryWorkspace(selection, withMetadata({ annotations, creationTimestamp: CREATED }))).toEqual({
      audit: {
        createdAt: CREATED,
        createdBy: 'ada',
        updatedAt: '2026-02-01T00:00:00.000Z',
        updatedBy: 'bob',
        deletedAt: null,
      },
    });
  });

  it.each(['yesterday', '+012345-01-01T00:00:00Z'])('returns null for missing values and the time %s', async (at) => {
    const annotations = { 'notebooks.kubeflow.org/updated-at': at, 'notebooks.kubeflow.org/created-by': '' };
    const selection = 'audit { createdBy updatedAt updatedBy }';
    expect(await queryWorkspace(selection, withMetadata({ annotations }))).toEqual({
      audit: { createdBy: null, updatedAt: null, updatedBy: null },
    });
  });
});
