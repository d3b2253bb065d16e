import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../../dev/simulator/api-object.ts';
import { limitedGateway } from '../../../test/support/limited-gateway.ts';
import { namespace, workspace } from '../../../test/support/manifests.ts';
import { podOf } from '../../../test/support/pods.ts';
import { claim } from '../../../test/support/storage.ts';
import { startTestGateway } from '../../../test/support/test-gateway.ts';

/** Returns a pod without a workspace that mounts a claim. */
function foreignPod(name: string, claimName: string, { at = 'team-a', phase = 'Running' } = {}): Manifest {
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName } }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: at },
    spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'x' }], volumes },
    status: { phase },
  };
}

const volumes = { data: [{ pvcName: 'data', mountPath: '/data' }] };
const nb = workspace('nb', {
  spec: { podTemplate: { volumes, options: { imageConfig: 'scipy', podConfig: 'tiny' } } },
});
const ofWorkspace = podOf('nb', {
  spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] },
});
const ephemeral = {
  ...foreignPod('job', 'unused'),
  spec: { containers: [{ name: 'main', image: 'x' }], volumes: [{ name: 'scratch', ephemeral: {} }] },
};
const withoutClaim = { ...foreignPod('plain', 'unused'), spec: { containers: [{ name: 'main', image: 'x' }] } };
const PODS = '{ persistentVolumeClaim(namespace: "team-a", name: "data") { pods { name workspace { name } } } }';
const podsOf = (...pods: readonly unknown[]) => ({ persistentVolumeClaim: { pods } });
const trainer = { name: 'trainer', workspace: null };
const objects = [namespace('team-a'), namespace('team-b'), claim('data'), nb];

describe('PersistentVolumeClaim.pods', () => {
  it('returns every pod that mounts the claim, and reads those of its namespace only', async () => {
    const others = [foreignPod('elsewhere', 'data', { at: 'team-b' }), foreignPod('another', 'other'), withoutClaim];
    await using gateway = await startTestGateway({
      objects: [...objects, ofWorkspace, foreignPod('trainer', 'data'), ...others],
    });
    const { data, errors } = await gateway.query(PODS);
    expect(errors).toBeUndefined();
    expect(data).toEqual(podsOf(trainer, { name: 'ws-nb-abcde-0', workspace: { name: 'nb' } }));
    const asked = gateway.cluster.requests.filter(({ resource, url }) => resource === 'pods' && !url.includes('label'));
    expect(new Set(asked.map((request) => request.namespace))).toEqual(new Set(['team-a']));
    const stored = gateway.statistics().kinds.filter(({ resource }) => resource.cache.view === 'with-claims');
    expect(stored.map((kind) => kind.objects)).toEqual([3]); // without the pod that mounts none
  });

  it('returns the pod of the claim of an ephemeral volume', async () => {
    await using gateway = await startTestGateway({ objects: [...objects, claim('job-scratch'), ephemeral] });
    const { data } = await gateway.query(PODS.replace('"data"', '"job-scratch"'));
    expect(data).toEqual(podsOf({ name: 'job', workspace: null }));
  });

  it('sends the pods of a claim to subscribers when a pod starts and ends', async () => {
    await using gateway = await startTestGateway({ objects });
    const stream = gateway.subscribe(`subscription ${PODS}`);
    expect((await stream.next()).value?.data).toEqual(podsOf());
    gateway.cluster.apply(withoutClaim);
    gateway.cluster.apply(foreignPod('trainer', 'data'));
    expect((await stream.next()).value?.data).toEqual(podsOf(trainer));
    gateway.cluster.delete('v1', 'Pod', 'trainer', 'team-a');
    expect((await stream.next()).value?.data).toEqual(podsOf());
  });

  it('returns pods that node(id) finds again', async () => {
    await using gateway = await startTestGateway({ objects: [...objects, foreignPod('trainer', 'data')] });
    const { data } = await gateway.query(PODS.replace('workspace { name }', 'id'));
    const [found] = (data as { readonly persistentVolumeClaim: { readonly pods: readonly { readonly id: string }[] } })
      .persistentVolumeClaim.pods;
    const again = await gateway.query('query ($id: ID!) { node(id: $id) { id ... on Pod { name } } }', {
      id: found?.id,
    });
    expect(again.data).toEqual({ node: { id: found?.id, name: 'trainer' } });
  });

  it('returns no pods of a claim when the viewer may not list pods', async () => {
    await using gateway = await limitedGateway({
      objects: [...objects, foreignPod('trainer', 'data')],
      mayNot: 'pods',
    });
    const { data, errors } = await gateway.query(PODS);
    expect({ data, errors }).toEqual({ data: podsOf(), errors: undefined });
  });
});

describe('deletePersistentVolumeClaim', () => {
  const DELETE = `mutation ($name: String!, $dryRun: Boolean!) {
    deletePersistentVolumeClaim(input: { namespace: "team-a", name: $name, dryRun: $dryRun }) { deletionPending warnings }
  }`;

  it.each([true, false])('warns of the pods and workspaces that mount the claim if dryRun is %s', async (dryRun) => {
    const pods = [ofWorkspace, foreignPod('trainer', 'data'), foreignPod('ended', 'data', { phase: 'Succeeded' })];
    await using gateway = await startTestGateway({ objects: [...objects, claim('free'), ...pods] });
    const { data, errors } = await gateway.query(DELETE, { name: 'data', dryRun });
    expect(errors).toBeUndefined();
    expect(data?.['deletePersistentVolumeClaim']).toMatchObject({
      warnings: [
        'PersistentVolumeClaim team-a/data is mounted by pods trainer, ws-nb-abcde-0. Kubernetes keeps it until no pod uses it.',
        'PersistentVolumeClaim team-a/data is mounted by workspace nb, which cannot start without it.',
      ],
    });
    const free = await gateway.query(DELETE, { name: 'free', dryRun });
    expect(free.data?.['deletePersistentVolumeClaim']).toMatchObject({ warnings: [] });
  });
});
