import { describe, expect, it } from 'vitest';
import { namespace, workspace } from '../../../test/support/manifests.ts';
import { queryWorkspace } from '../../../test/support/workspace-query.ts';
import { podOf } from '../../../test/support/pods.ts';
import { claim, MOUNTABLE, storageClass, volumeOf } from '../../../test/support/storage.ts';
import { startTestGateway } from '../../../test/support/test-gateway.ts';

const mounting = (volumes: object) => ({
  podTemplate: { volumes, options: { imageConfig: 'scipy', podConfig: 'tiny' } },
});
const nb = workspace('nb', { spec: mounting({ home: 'home', data: [{ pvcName: 'data', mountPath: '/data' }] }) });
const other = workspace('other', {
  spec: mounting({
    data: [
      { pvcName: 'data', mountPath: '/d' },
      { pvcName: 'data', mountPath: '/e' },
    ],
  }),
});
const pod = podOf('nb', {
  spec: {
    nodeName: 'node-1',
    containers: [{ name: 'main', image: 'x' }],
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
  },
});
const pending = claim('pending', {
  metadata: { labels: {} },
  spec: {
    accessModes: ['ReadWriteMany', 'Telepathic'],
    storageClassName: undefined,
    volumeName: undefined,
    volumeMode: 'Block',
  },
  status: { phase: 'Pending', capacity: undefined },
});
const objects = [namespace('team-a'), claim('data'), pending, volumeOf('data'), storageClass('fast'), nb, other, pod];

describe('PersistentVolumeClaim', () => {
  it('returns the storage class of the annotation, as in Kubernetes', async () => {
    const old = claim('old', { metadata: { annotations: { 'volume.beta.kubernetes.io/storage-class': 'slow' } } });
    await using gateway = await startTestGateway({ objects: [...objects, old, storageClass('slow')] });
    const { data } = await gateway.query(
      '{ persistentVolumeClaims(filter: { storageClasses: ["slow"] }) { nodes { name storageClassName storageClass { name } } } }',
    );
    const nodes = [{ name: 'old', storageClassName: 'slow', storageClass: { name: 'slow' } }];
    expect(data).toEqual({ persistentVolumeClaims: { nodes } });
  });

  it('returns the requested and actual storage of a claim, and its workspaces and pods', async () => {
    await using gateway = await startTestGateway({ objects });
    const own =
      'name canMount canUpdate phase requestedSize { resource quantity value } capacity { quantity } accessModes volumeMode storageClassName volumeName';
    const related =
      'namespace { name } storageClass { displayName } volume { name phase } workspaces { name state } pods { name phase nodeName }';
    const { data, errors } = await gateway.query(`{ persistentVolumeClaims { nodes { ${own} ${related} } } }`);
    expect(errors).toBeUndefined();
    const both = {
      namespace: { name: 'team-a' },
      requestedSize: { resource: 'storage', quantity: '10Gi', value: 10 * 2 ** 30 },
    };
    expect(data?.['persistentVolumeClaims']).toEqual({
      nodes: [
        {
          ...both,
          name: 'data',
          canMount: true,
          canUpdate: true,
          phase: 'BOUND',
          capacity: { quantity: '12Gi' },
          accessModes: ['READ_WRITE_ONCE'],
          volumeMode: 'FILESYSTEM',
          storageClassName: 'fast',
          volumeName: 'pv-data',
          storageClass: { displayName: 'fast' },
          volume: { name: 'pv-data', phase: 'BOUND' },
          workspaces: [
            { name: 'nb', state: 'UNKNOWN' },
            { name: 'other', state: 'UNKNOWN' },
          ],
          pods: [{ name: 'ws-nb-abcde-0', phase: 'RUNNING', nodeName: 'node-1' }],
        },
        {
          ...both,
          name: 'pending',
          canMount: false,
          canUpdate: false,
          phase: 'PENDING',
          capacity: null,
          accessModes: ['READ_WRITE_MANY', 'UNKNOWN'],
          volumeMode: 'BLOCK',
          storageClassName: null,
          volumeName: null,
          storageClass: null,
          volume: null,
          workspaces: [],
          pods: [],
        },
      ],
    });
  });

  it('returns the claim of each mount of a workspace, or null if it does not exist', async () => {
    const selection =
      'volumes { home { claimName claim { name } } data { claim { name phase conditions { type } audit { createdBy } } } }';
    expect(await queryWorkspace(selection, nb, claim('data'))).toEqual({
      volumes: {
        home: { claimName: 'home', claim: null },
        data: [{ claim: { name: 'data', phase: 'BOUND', conditions: [], audit: { createdBy: null } } }],
      },
    });
  });

  it.each([
    ['(namespace: "team-a", filter: { canMount: true })', ['data']],
    ['(filter: { canUpdate: false })', ['pending']],
    ['(filter: { phases: [BOUND] })', ['data']],
    ['(filter: { storageClasses: ["fast"] })', ['data']],
    ['(filter: { search: "PEND" })', ['pending']],
    ['(filter: { labelSelector: "notebooks.kubeflow.org/can-mount" })', ['data']],
  ])('filters persistentVolumeClaims%s', async (args, names) => {
    await using gateway = await startTestGateway({ objects });
    const { data } = await gateway.query(`{ persistentVolumeClaims${args} { nodes { name } } }`);
    expect(data).toEqual({ persistentVolumeClaims: { nodes: names.map((name) => ({ name })) } });
  });

  it('sends the changes of claims and of their workspaces to subscribers', async () => {
    await using gateway = await startTestGateway({ objects: [claim('data')] });
    const changes = gateway.subscribe(
      'subscription { persistentVolumeClaims(namespace: "team-a") { type object { phase workspaces { name } } } }',
    );
    const one = gateway.subscribe(
      'subscription { persistentVolumeClaim(namespace: "team-a", name: "data") { phase } }',
    );
    const nextEvent = async () => (await changes.next()).value?.data?.['persistentVolumeClaims'];
    expect(await nextEvent()).toMatchObject({ type: 'RESET' });
    expect([await nextEvent(), await nextEvent()]).toMatchObject([{ type: 'ADDED' }, { type: 'SYNCED' }]);
    gateway.cluster.apply(nb);
    expect(await nextEvent()).toEqual({ type: 'MODIFIED', object: { phase: 'BOUND', workspaces: [{ name: 'nb' }] } });
    expect((await one.next()).value?.data).toEqual({ persistentVolumeClaim: { phase: 'BOUND' } });
    gateway.cluster.apply(claim('data', { status: { phase: 'Lost' } }));
    expect(await nextEvent()).toEqual({ type: 'MODIFIED', object: { phase: 'LOST', workspaces: [{ name: 'nb' }] } });
    expect((await one.next()).value?.data).toEqual({ persistentVolumeClaim: { phase: 'LOST' } });
  });
});

describe('createPersistentVolumeClaim', () => {
  const CREATE = `mutation ($input: CreatePersistentVolumeClaimInput!) {
    createPersistentVolumeClaim(input: $input) { warnings persistentVolumeClaim { name phase canMount canUpdate audit { createdBy } } }
  }`;
  const input = {
    namespace: 'team-a',
    name: 'new',
    storageClassName: 'fast',
    accessModes: ['READ_WRITE_ONCE'],
    requestedSize: '5Gi',
    labels: [{ key: 'team', value: 'ml' }],
  };
  const unusable = storageClass('slow', { metadata: { labels: {} } });

  it('creates a claim that workspaces may mount', async () => {
    await using gateway = await startTestGateway({ objects });
    const { data, errors } = await gateway.query(CREATE, { input });
    expect(errors).toBeUndefined();
    const made = {
      name: 'new',
      phase: 'PENDING',
      canMount: true,
      canUpdate: true,
      audit: { createdBy: expect.stringMatching(/./u) },
    };
    expect(data?.['createPersistentVolumeClaim']).toEqual({ warnings: [], persistentVolumeClaim: made });
    expect(gateway.cluster.get('v1', 'PersistentVolumeClaim', 'new', 'team-a')).toMatchObject({
      metadata: { labels: { ...MOUNTABLE, team: 'ml' } },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'fast',
        volumeMode: 'Filesystem',
        resources: { requests: { storage: '5Gi' } },
      },
    });
  });

  it('stores no claim in a dry run', async () => {
    await using gateway = await startTestGateway({ objects });
    const { errors } = await gateway.query(CREATE, { input: { ...input, dryRun: true } });
    expect(errors).toBeUndefined();
    expect(gateway.cluster.get('v1', 'PersistentVolumeClaim', 'new', 'team-a')).toBeUndefined();
  });

  it.each([
    [{ storageClassName: 'none' }, 'input.storageClassName', 'StorageClass "none" not found'],
    [{ storageClassName: 'slow' }, 'input.storageClassName', 'is not labeled with notebooks.kubeflow.org/can-use=true'],
    [{ accessModes: [] }, 'input.accessModes', 'expected at least one access mode'],
    [
      { accessModes: ['READ_WRITE_ONCE', 'UNKNOWN'] },
      'input.accessModes[1]',
      'expected another access mode than UNKNOWN',
    ],
    [{ volumeMode: 'UNKNOWN' }, 'input.volumeMode', 'expected FILESYSTEM or BLOCK'],
    [{ requestedSize: 'much' }, 'input.requestedSize', 'got "much"'],
    [{ requestedSize: '0' }, 'input.requestedSize', 'got "0"'],
    [
      { annotations: [{ key: 'volume.beta.kubernetes.io/storage-class', value: 'slow' }] },
      'input.annotations[0].key',
      'would replace storageClassName',
    ],
    [{ name: 'No Name' }, 'input.name', ''],
  ])('rejects the input %j with the path of the invalid field', async (change, field, message) => {
    await using gateway = await startTestGateway({ objects: [...objects, unusable] });
    const { errors } = await gateway.query(CREATE, { input: { ...input, ...change } });
    const causes = [{ field, message: expect.stringContaining(message) }];
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID', causes } }]);
  });

  it('returns ALREADY_EXISTS for an existing claim', async () => {
    await using gateway = await startTestGateway({ objects });
    const { errors } = await gateway.query(CREATE, { input: { ...input, name: 'data' } });
    expect(errors).toMatchObject([{ extensions: { code: 'ALREADY_EXISTS' } }]);
  });
});

describe('deletePersistentVolumeClaim', () => {
  const DELETE = `mutation ($name: String!, $uid: ID) {
    deletePersistentVolumeClaim(input: { namespace: "team-a", name: $name, uid: $uid }) { deletionPending persistentVolumeClaim { name } }
  }`;

  it('deletes a claim, which remains until no pod mounts it', async () => {
    const held = claim('held', { metadata: { finalizers: ['kubernetes.io/pvc-protection'] } });
    await using gateway = await startTestGateway({ objects: [...objects, held] });
    const gone = await gateway.query(DELETE, { name: 'data' });
    const payload = { deletionPending: false, persistentVolumeClaim: { name: 'data' } };
    expect(gone).toEqual({ data: { deletePersistentVolumeClaim: payload } });
    expect(gateway.cluster.get('v1', 'PersistentVolumeClaim', 'data', 'team-a')).toBeUndefined();
    const waiting = await gateway.query(DELETE, { name: 'held' });
    expect(waiting.data?.['deletePersistentVolumeClaim']).toMatchObject({ deletionPending: true });
  });

  it.each([
    [{ name: 'pending' }, { code: 'FORBIDDEN', reason: 'NotLabeled' }],
    [{ name: 'none' }, { code: 'NOT_FOUND' }],
    [{ name: 'data', uid: 'another' }, { code: 'CONFLICT' }],
  ])('rejects the deletion %j', async (variables, extensions) => {
    await using gateway = await startTestGateway({ objects });
    expect((await gateway.query(DELETE, variables)).errors).toMatchObject([{ extensions }]);
    expect(gateway.cluster.list('v1', 'PersistentVolumeClaim')).toHaveLength(2);
  });
});
