import { expect, it } from 'vitest';
import { claim, storageClass, volumeOf } from '../../../test/support/storage.ts';
import { startTestGateway } from '../../../test/support/test-gateway.ts';
import { connectUser } from '../../../test/support/user-client.ts';

const free = {
  ...volumeOf('none', { claimRef: undefined, persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Block' }),
  status: { phase: 'Available' },
};
const objects = [claim('data'), volumeOf('data'), free, storageClass('fast')];

it('returns persistent volumes with their claims', async () => {
  await using gateway = await startTestGateway({ objects });
  const selection =
    'name phase capacity { quantity value } accessModes volumeMode reclaimPolicy reason message storageClass { name } claim { name }';
  const { data, errors } = await gateway.query(`{ persistentVolumes { nodes { ${selection} } } }`);
  expect(errors).toBeUndefined();
  const both = {
    capacity: { quantity: '12Gi', value: 12 * 2 ** 30 },
    accessModes: ['READ_WRITE_ONCE'],
    storageClass: { name: 'fast' },
    reason: null,
    message: null,
  };
  expect(data?.['persistentVolumes']).toEqual({
    nodes: [
      {
        ...both,
        name: 'pv-data',
        phase: 'BOUND',
        volumeMode: 'FILESYSTEM',
        reclaimPolicy: 'DELETE',
        claim: { name: 'data' },
      },
      { ...both, name: 'pv-none', phase: 'AVAILABLE', volumeMode: 'BLOCK', reclaimPolicy: 'RETAIN', claim: null },
    ],
  });
});

it('returns the storage class of the annotation, as in Kubernetes', async () => {
  const annotations = { 'volume.beta.kubernetes.io/storage-class': 'slow' };
  const old = { ...volumeOf('old', { storageClassName: '' }), metadata: { name: 'pv-old', annotations } };
  await using gateway = await startTestGateway({ objects: [volumeOf('data'), old, storageClass('slow')] });
  const { data } = await gateway.query(
    '{ persistentVolumes(filter: { storageClasses: ["slow"] }) { nodes { name storageClass { name } } } }',
  );
  expect(data).toEqual({ persistentVolumes: { nodes: [{ name: 'pv-old', storageClass: { name: 'slow' } }] } });
});

it('returns no claim when the claim was re-created with the same name', async () => {
  const volume = volumeOf('data', { claimRef: { namespace: 'team-a', name: 'data', uid: 'before' } });
  await using gateway = await startTestGateway({ objects: [claim('data'), volume] });
  const { data } = await gateway.query('{ persistentVolume(name: "pv-data") { claim { name } } }');
  expect(data).toEqual({ persistentVolume: { claim: null } });
});

it('returns no volume source', async () => {
  await using gateway = await startTestGateway({ objects });
  const { data } = await gateway.query('{ persistentVolume(name: "pv-data") { manifest } }');
  expect(JSON.stringify(data)).toContain('ReadWriteOnce');
  expect(JSON.stringify(data)).not.toContain('hidden');
});

it.each([
  ['(filter: { phases: [AVAILABLE] })', ['pv-none']],
  ['(filter: { storageClasses: ["slow"] })', []],
  ['(filter: { search: "DATA" })', ['pv-data']],
  ['(filter: { labelSelector: "a=b" })', []],
])('filters persistentVolumes%s', async (args, names) => {
  await using gateway = await startTestGateway({ objects });
  const { data } = await gateway.query(`{ persistentVolumes${args} { nodes { name } } }`);
  expect(data).toEqual({ persistentVolumes: { nodes: names.map((name) => ({ name })) } });
});

it('sends the changes of persistent volumes to subscribers', async () => {
  await using gateway = await startTestGateway({ objects: [free] });
  const changes = gateway.subscribe('subscription { persistentVolumes { type object { phase } } }');
  await changes.next();
  expect((await changes.next()).value?.data?.['persistentVolumes']).toMatchObject({ type: 'ADDED' });
  await changes.next();
  gateway.cluster.apply({ ...free, status: { phase: 'Failed', reason: 'DeletionFailed' } });
  const modified = { type: 'MODIFIED', object: { phase: 'FAILED' } };
  expect((await changes.next()).value?.data?.['persistentVolumes']).toEqual(modified);
});

it.each(['persistentVolumes { totalCount }', 'persistentVolume(name: "pv-none") { name }'])(
  'refuses %s with FORBIDDEN when the viewer may not read persistent volumes',
  async (field) => {
    const users = [{ name: 'vic', token: 'vic-token' }];
    await using gateway = await startTestGateway({ authentication: { mode: 'token' }, users, objects });
    await using vic = connectUser(gateway.url, { token: 'vic-token' });
    const { errors } = await vic.ask(`{ ${field} }`);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  },
);
