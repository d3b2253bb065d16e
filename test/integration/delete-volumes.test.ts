import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { limitedGateway } from '../support/limited-gateway.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { podOf } from '../support/pods.ts';
import { claim } from '../support/storage.ts';
import { startTestGateway, type Answer } from '../support/test-gateway.ts';

const DELETE = `mutation ($input: DeleteWorkspaceInput!) {
  deleteWorkspace(input: $input) { deletedVolumes keptVolumes { claimName reason } }
}`;

function withClaims(name: string, home: string | undefined, ...data: readonly string[]): Manifest {
  const volumes = { home, data: data.map((pvcName) => ({ pvcName, mountPath: `/${pvcName}` })) };
  const options = { imageConfig: 'scipy', podConfig: 'tiny' };
  return workspace(name, { spec: { podTemplate: { volumes, options } } });
}

function podWith(name: string, claimName: string, phase = 'Running', metadata = {}): Manifest {
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName } }];
  return podOf('nb', {
    name,
    metadata,
    spec: { volumes, containers: [{ name: 'main', image: 'x' }] },
    status: { phase },
  });
}

const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'u-1' };
const objects = [
  namespace('team-a'),
  withClaims('nb', 'home', 'data', 'shared', 'busy', 'ended', 'fixed', 'owned', 'gone', 'home'),
  withClaims('other', undefined, 'shared'),
  ...['home', 'data', 'shared', 'busy', 'ended'].map((name) => claim(name)),
  claim('fixed', { metadata: { labels: {} } }),
  claim('owned', { metadata: { ownerReferences: [owner] } }),
  podWith('ws-nb-0', 'home'),
  podWith('trainer', 'busy', 'Running', { labels: {} }),
  podWith('done', 'ended', 'Succeeded', { labels: {} }),
];

const claimNames = ['home', 'data', 'shared', 'busy', 'ended', 'fixed', 'owned', 'gone'];

const kept = [
  { claimName: 'shared', reason: 'The workspace other mounts it.' },
  { claimName: 'busy', reason: 'The pod trainer mounts it.' },
  { claimName: 'fixed', reason: expect.stringContaining('notebooks.kubeflow.org/can-update') },
  { claimName: 'owned', reason: 'StatefulSet db owns it.' },
  { claimName: 'gone', reason: 'It does not exist.' },
];

type Cluster = Awaited<ReturnType<typeof startTestGateway>>['cluster'];

function claimsIn(cluster: Cluster): string[] {
  return cluster
    .list('v1', 'PersistentVolumeClaim', 'team-a')
    .map(({ metadata }) => metadata.name)
    .sort();
}

function inputOf(options: object = {}) {
  return { input: { namespace: 'team-a', name: 'nb', deleteVolumes: true, ...options } };
}

function payloadOf({ data, errors }: Answer): unknown {
  expect(errors).toBeUndefined();
  return data?.['deleteWorkspace'];
}

describe('deleteWorkspace with deleteVolumes', () => {
  it('deletes the claims that nothing else uses, and returns why it keeps the others', async () => {
    await using gateway = await startTestGateway({ objects });
    const expected = { deletedVolumes: ['home', 'data', 'ended'], keptVolumes: kept };
    expect(payloadOf(await gateway.query(DELETE, inputOf({ dryRun: true })))).toEqual(expected);
    expect(claimsIn(gateway.cluster)).toHaveLength(7);
    expect(payloadOf(await gateway.query(DELETE, inputOf()))).toEqual(expected);
    expect(claimsIn(gateway.cluster)).toEqual(['busy', 'fixed', 'owned', 'shared']);
  });

  it.each([
    { title: 'it is not set', options: { deleteVolumes: false }, reasons: [] },
    {
      title: 'the pod stays',
      options: { propagationPolicy: 'ORPHAN' },
      reasons: ['The pod of the workspace stays, because the propagation policy is ORPHAN.'],
    },
  ])('keeps every claim when $title', async ({ options, reasons }) => {
    await using gateway = await startTestGateway({
      objects: [namespace('team-a'), withClaims('nb', 'home'), claim('home')],
    });
    const keptVolumes = reasons.map((reason) => ({ claimName: 'home', reason }));
    expect(payloadOf(await gateway.query(DELETE, inputOf(options)))).toEqual({ deletedVolumes: [], keptVolumes });
    expect(claimsIn(gateway.cluster)).toEqual(['home']);
  });

  it('keeps every claim when the workspace is not deleted', async () => {
    await using gateway = await startTestGateway({ objects });
    const { errors } = await gateway.query(DELETE, inputOf({ uid: 'another' }));
    expect(errors).toMatchObject([{ extensions: { code: 'CONFLICT' } }]);
    expect(claimsIn(gateway.cluster)).toHaveLength(7);
  });

  it('does not delete a claim without permission for it', async () => {
    const may = { verb: 'delete', resource: 'workspaces' };
    await using gateway = await limitedGateway({ objects, mayNot: 'secrets', may });
    expect(payloadOf(await gateway.query(DELETE, inputOf()))).toEqual({
      deletedVolumes: [],
      keptVolumes: claimNames.map((claimName) => ({
        claimName,
        reason: 'You may not delete persistentvolumeclaims in the namespace "team-a".',
      })),
    });
    expect(claimsIn(gateway.cluster)).toHaveLength(7);
  });

  it('keeps claims when it is not known which pods mount them', async () => {
    await using gateway = await limitedGateway({ objects, mayNot: 'pods', may: { verb: 'delete', resource: '*' } });
    const payload = Object(payloadOf(await gateway.query(DELETE, inputOf())));
    expect(payload.deletedVolumes).toEqual([]);
    expect(payload.keptVolumes).toContainEqual({
      claimName: 'home',
      reason: 'Whether other workspaces and pods mount it is not known.',
    });
    expect(claimsIn(gateway.cluster)).toHaveLength(7);
  });
});
