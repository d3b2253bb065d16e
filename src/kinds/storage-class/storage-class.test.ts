import { describe, expect, it } from 'vitest';
import { limitedGateway } from '../../../test/support/limited-gateway.ts';
import { namespace } from '../../../test/support/manifests.ts';
import { storageClass } from '../../../test/support/storage.ts';
import { startTestGateway } from '../../../test/support/test-gateway.ts';

const annotations = {
  'notebooks.kubeflow.org/display-name': 'Fast disks',
  'notebooks.kubeflow.org/description': 'For data that is read often',
  'storageclass.kubernetes.io/is-default-class': 'true',
};
const labels = { 'notebooks.kubeflow.org/can-use': 'true' };
const fast = storageClass('fast', { metadata: { annotations, labels }, allowVolumeExpansion: true });
const plain = storageClass('plain', {
  metadata: { labels: {} },
  reclaimPolicy: 'Keep',
  volumeBindingMode: 'Sometimes',
  provisioner: undefined,
});
const ALL =
  'name displayName description canUse isDefault provisioner reclaimPolicy volumeBindingMode allowVolumeExpansion';

describe('StorageClass', () => {
  it('returns the annotations and labels of an administrator as fields of a class', async () => {
    await using gateway = await startTestGateway({ objects: [fast, plain] });
    const { data, errors } = await gateway.query(`{ storageClasses { totalCount nodes { ${ALL} } } }`);
    expect(errors).toBeUndefined();
    expect(data?.['storageClasses']).toEqual({
      totalCount: 2,
      nodes: [
        {
          name: 'fast',
          displayName: 'Fast disks',
          description: 'For data that is read often',
          canUse: true,
          isDefault: true,
          provisioner: 'ebs.csi.aws.com',
          reclaimPolicy: 'DELETE',
          volumeBindingMode: 'WAIT_FOR_FIRST_CONSUMER',
          allowVolumeExpansion: true,
        },
        {
          name: 'plain',
          displayName: 'plain',
          description: '',
          canUse: false,
          isDefault: false,
          provisioner: '',
          reclaimPolicy: 'UNKNOWN',
          volumeBindingMode: 'UNKNOWN',
          allowVolumeExpansion: false,
        },
      ],
    });
  });

  it('returns a StorageClass as the default also if it is marked with the annotation of old clusters', async () => {
    const old = { 'storageclass.beta.kubernetes.io/is-default-class': 'true' };
    await using gateway = await startTestGateway({
      objects: [storageClass('old', { metadata: { annotations: old } })],
    });
    const { data } = await gateway.query('{ storageClass(name: "old") { isDefault } }');
    expect(data).toEqual({ storageClass: { isDefault: true } });
  });

  it('returns a class without the parameters of its provisioner', async () => {
    await using gateway = await startTestGateway({ objects: [fast] });
    const { data } = await gateway.query(
      '{ storageClass(name: "fast") { manifest metadata { labels { key } } } none: storageClass(name: "none") { name } }',
    );
    expect(data?.['none']).toBeNull();
    expect(JSON.stringify(data)).toContain('WaitForFirstConsumer');
    expect(JSON.stringify(data)).not.toContain('hidden');
  });

  it.each([
    ['(filter: { canUse: true })', ['fast']],
    ['(filter: { canUse: false })', ['plain']],
    ['(filter: { search: "DISKS" })', ['fast']],
    ['(last: 1)', ['plain']],
  ])('filters storageClasses%s', async (args, names) => {
    await using gateway = await startTestGateway({ objects: [fast, plain] });
    const { data } = await gateway.query(`{ storageClasses${args} { nodes { name } } }`);
    expect(data).toEqual({ storageClasses: { nodes: names.map((name) => ({ name })) } });
  });

  it('returns redacted classes to viewers who may only create claims, and none to others', async () => {
    const objects = [namespace('team-a'), fast];
    const query = '{ storageClasses { nodes { name displayName canUse metadata { uid } manifest } } }';
    await using claiming = await limitedGateway({
      objects,
      mayNot: 'get/list storageclasses',
      may: { verb: 'create', resource: 'persistentvolumeclaims' },
    });
    expect(await claiming.query(query)).toMatchObject({
      data: {
        storageClasses: {
          nodes: [{ name: 'fast', displayName: 'Fast disks', canUse: true, metadata: null, manifest: null }],
        },
      },
    });
    await using looking = await limitedGateway({ objects, mayNot: 'get/list storageclasses' });
    expect(await looking.query(query)).toEqual({ data: { storageClasses: { nodes: [] } } });
    const { errors } = await looking.query('{ storageClass(name: "fast") { name } }');
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('sends the changes of storage classes to subscribers', async () => {
    await using gateway = await startTestGateway({ objects: [fast] });
    const changes = gateway.subscribe('subscription { storageClasses { type object { name } } }');
    expect((await changes.next()).value?.data?.['storageClasses']).toMatchObject({ type: 'RESET' });
    expect((await changes.next()).value?.data?.['storageClasses']).toMatchObject({ type: 'ADDED' });
    expect((await changes.next()).value?.data?.['storageClasses']).toMatchObject({ type: 'SYNCED' });
    gateway.cluster.delete('storage.k8s.io/v1', 'StorageClass', 'fast');
    expect((await changes.next()).value?.data?.['storageClasses']).toEqual({
      type: 'DELETED',
      object: { name: 'fast' },
    });
  });
});
