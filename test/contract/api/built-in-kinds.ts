import { expect, it } from 'vitest';
import { volcanoJobCrd } from '../../../dev/demo/crds/volcano.ts';
import { DEFINITIONS, namesIn } from '../api-client.ts';
import type { Cluster } from '../clusters.ts';
import { waitFor } from '../../support/wait-for.ts';

type Fields = Readonly<Record<string, unknown>>;

const claimSpec = {
  accessModes: ['ReadWriteOnce'],
  resources: { requests: { storage: '1Gi' } },
  storageClassName: 'fast',
};
const JOB = { apiVersion: 'batch.volcano.sh/v1alpha1', kind: 'Job' };

export function builtInKinds(cluster: () => Cluster): void {
  secrets(cluster);
  storage(cluster);
  pods(cluster);
  limitRanges(cluster);
  fieldSelectors(cluster);
  eventsAndLogs(cluster);
  deletedDefinitions(cluster);
}

async function place(cluster: () => Cluster) {
  const { api } = cluster();
  const namespace = await api.namespace();
  const path = (plural: string) => `/api/v1/namespaces/${namespace}/${plural}`;
  const create = (kind: string, name: string, fields: Fields = {}) =>
    api.post(path(`${kind.toLowerCase()}s`), { apiVersion: 'v1', kind, metadata: { name }, ...fields });
  return { api, namespace, path, create };
}

function secrets(cluster: () => Cluster): void {
  it('stores stringData of a secret, and returns it encoded in data', async () => {
    const { create } = await place(cluster);
    const { code, body } = await create('Secret', 'a', { stringData: { key: 'wörd' } });
    expect(body).toMatchObject({ type: 'Opaque', data: { key: Buffer.from('wörd').toString('base64') } });
    expect([code, 'stringData' in body]).toEqual([201, false]);
  });

  it('rejects a secret when values are not base64, keys are invalid or required keys are missing', async () => {
    const { create } = await place(cluster);
    const undecoded = await create('Secret', 'a', { data: { key: '***' } });
    expect(undecoded).toMatchObject({ code: 400, body: { reason: 'BadRequest' } });
    expect(undecoded.body.message).toContain('illegal base64 data at input byte 0');
    const misnamed = await create('Secret', 'a', { data: { 'a b': 'eA==' } });
    expect(misnamed.body.message).toMatch(
      /^Secret "a" is invalid: data\[a b\]: Invalid value: "a b": a valid config key/u,
    );
    const partial = await create('Secret', 'a', { type: 'kubernetes.io/tls', data: { 'tls.crt': 'eA==' } });
    expect(partial.body.message).toBe('Secret "a" is invalid: data[tls.key]: Required value');
  });

  it('rejects changes of the type of a secret and of immutable secrets', async () => {
    const { api, create, path } = await place(cluster);
    await create('Secret', 'a', { immutable: true, data: { key: 'eA==' } });
    const merge = (body: Fields) => api.patch(path('secrets/a'), 'MERGE', body);
    expect((await merge({ metadata: { labels: { x: 'y' } } })).code).toBe(200);
    expect((await merge({ type: 'other' })).body).toMatchObject({
      code: 422,
      message: 'Secret "a" is invalid: type: Invalid value: "other": field is immutable',
    });
    expect((await merge({ data: { key: 'eQ==' } })).body.message).toBe(
      'Secret "a" is invalid: data: Forbidden: field is immutable when `immutable` is set',
    );
  });
}

function storage(cluster: () => Cluster): void {
  it('sets defaults of a claim, and rejects changes of its spec', async () => {
    const { api, create, path } = await place(cluster);
    const { body } = await create('PersistentVolumeClaim', 'a', { spec: claimSpec });
    expect(body).toMatchObject({ spec: { volumeMode: 'Filesystem' }, status: { phase: 'Pending' } });
    const changed = await api.patch(path('persistentvolumeclaims/a'), 'MERGE', { spec: { storageClassName: 'slow' } });
    expect(changed.body).toMatchObject({
      code: 422,
      message: expect.stringContaining('spec: Forbidden: spec is immutable after creation except resources.requests'),
    });
  });

  it('rejects a claim when required fields are missing', async () => {
    const { create } = await place(cluster);
    const { body } = await create('PersistentVolumeClaim', 'a', { spec: { storageClassName: 'fast' } });
    expect(body).toMatchObject({ code: 422 });
    expect(body.message).toContain('spec.accessModes: Required value: at least 1 access mode is required');
    expect(body.message).toContain('spec.resources[storage]: Required value');
  });

  it('rejects a storage class without a provisioner, and sets defaults with one', async () => {
    const { api, namespace: name } = await place(cluster);
    const manifest = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name } };
    const classes = '/apis/storage.k8s.io/v1/storageclasses';
    expect((await api.post(classes, manifest)).body.message).toContain('provisioner: Required value');
    const { body } = await api.post(classes, { ...manifest, provisioner: 'example.com/p' });
    expect(body).toMatchObject({ reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' });
    await api.delete(`${classes}/${name}`);
  });
}

function pods(cluster: () => Cluster): void {
  it('sets defaults of a pod', async () => {
    const { create } = await place(cluster);
    const resources = { requests: { cpu: '1' } };
    const { body } = await create('Pod', 'a', { spec: { containers: [{ name: 'main', image: 'a:v1', resources }] } });
    expect(body).toMatchObject({
      spec: {
        restartPolicy: 'Always',
        terminationGracePeriodSeconds: 30,
        dnsPolicy: 'ClusterFirst',
        schedulerName: 'default-scheduler',
        containers: [{ imagePullPolicy: 'IfNotPresent', terminationMessagePolicy: 'File' }],
      },
      status: { phase: 'Pending', qosClass: 'Burstable' },
    });
  });
}

function limitRanges(cluster: () => Cluster): void {
  it('sets defaults of a limit range for containers, and of no other type', async () => {
    const { create } = await place(cluster);
    const amounts = { max: { cpu: '2', memory: '1024Mi' }, min: { cpu: '0.1', 'example.com/a': '1' } };
    const limits = [
      { type: 'Container', ...amounts, default: { cpu: '1' }, defaultRequest: { memory: '64Mi' } },
      { type: 'Pod', ...amounts },
    ];
    const { code, body } = await create('LimitRange', 'a', { spec: { limits } });
    const stored = { max: { cpu: '2', memory: '1Gi' }, min: { cpu: '100m', 'example.com/a': '1' } };
    expect([code, body.message, body.spec]).toEqual([
      201,
      undefined,
      {
        limits: [
          {
            type: 'Container',
            ...stored,
            default: { cpu: '1', memory: '1Gi' },
            defaultRequest: { cpu: '1', memory: '64Mi', 'example.com/a': '1' },
          },
          { type: 'Pod', ...stored },
        ],
      },
    ]);
  });
}

function fieldSelectors(cluster: () => Cluster): void {
  it.each([
    ['events', 'involvedObject.kind=Pod,involvedObject.name=a', ['a.1']],
    ['events', 'involvedObject.uid=uid-b', ['b.1']],
    ['events', 'reason=BackOff,type!=Normal', ['b.1']],
    ['pods', 'spec.nodeName=worker-1', ['a']],
    ['pods', 'status.phase=Pending,metadata.name!=a', ['b']],
    ['secrets', 'type=kubernetes.io/basic-auth', ['a']],
  ])('selects %s by %s', async (plural, fields, names) => {
    const { api, namespace, create, path } = await place(cluster);
    const containers = [{ name: 'main', image: 'a' }];
    const about = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', namespace, name, uid: `uid-${name}` });
    await create('Pod', 'a', { spec: { nodeName: 'worker-1', containers } });
    await create('Pod', 'b', { spec: { containers } });
    await create('Event', 'a.1', { involvedObject: about('a'), reason: 'Started', type: 'Normal' });
    await create('Event', 'b.1', { involvedObject: about('b'), reason: 'BackOff', type: 'Warning' });
    await create('Secret', 'a', { type: 'kubernetes.io/basic-auth', stringData: { username: 'x', password: 'y' } });
    await create('Secret', 'b', {});
    const answer = await api.get(`${path(plural)}?fieldSelector=${encodeURIComponent(fields)}`);
    expect(namesIn(answer)).toEqual(names);
  });

  it('rejects a field selector when the kind does not support the field', async () => {
    const { api, path } = await place(cluster);
    const messageOf = async (plural: string) =>
      (await api.get(`${path(plural)}?fieldSelector=data.key%3Dx`)).body.message;
    expect(await messageOf('secrets')).toBe('field label not supported: data.key');
    expect(await messageOf('configmaps')).toBe(
      '"data.key" is not a known field selector: only "metadata.name", "metadata.namespace"',
    );
  });
}

function eventsAndLogs(cluster: () => Cluster): void {
  it('rejects an event when its namespace differs from that of its object', async () => {
    const { create } = await place(cluster);
    const involvedObject = { kind: 'Pod', namespace: 'kube-system', name: 'a' };
    const { code, body } = await create('Event', 'a.1', { involvedObject, reason: 'Started', type: 'Normal' });
    expect(code).toBe(422);
    expect(body.message).toContain('does not match event.namespace');
  });

  it('rejects a log request when the pod or container is missing or ambiguous', async () => {
    const { api, create, path } = await place(cluster);
    const containers = ['main', 'proxy'].map((name) => ({ name, image: 'a' }));
    await create('Pod', 'a', { spec: { containers, initContainers: [{ name: 'setup', image: 'a' }] } });
    const log = (query: string, accept?: string) => api.get(path(`pods/a/log?${query}`), accept);
    expect((await log('')).body).toMatchObject({
      code: 400,
      message: 'a container name must be specified for pod a, choose one of: [setup main proxy]',
    });
    expect((await log('container=x')).body).toMatchObject({ code: 400, message: 'container x is not valid for pod a' });
    expect((await api.get(path('pods/b/log'))).body).toMatchObject({ code: 404, message: 'pods "b" not found' });
    expect((await log('container=main&tailLines=-1')).code).toBe(422);
    expect((await log('container=main&tailLines=few')).code).toBe(400);
    expect((await log('container=main', 'text/plain')).code).toBe(406);
    expect(await log('container=main', '*/*')).toMatchObject({ code: 204, text: '' });
  });
}

function deletedDefinitions(cluster: () => Cluster): void {
  it('stops serving a kind when its definition is deleted, and serves it again when it is created', async () => {
    const { api, namespace } = await place(cluster);
    const jobs = `/apis/batch.volcano.sh/v1alpha1/namespaces/${namespace}/jobs`;
    await api.define(volcanoJobCrd);
    await api.create(jobs, { ...JOB, metadata: { name: 'a' }, spec: { minAvailable: 1, tasks: [] } });
    expect((await api.patch(`${jobs}/a`, 'STRATEGIC', {})).body).toMatchObject({ code: 415 });
    using watch = await api.watch(jobs);
    expect(await watch.nextTitle()).toBe('ADDED a');
    await api.delete(`${DEFINITIONS}/jobs.batch.volcano.sh`);
    expect(await watch.nextTitle()).toBe('DELETED a');
    expect(await watch.nextTitle()).toBeUndefined();
    await waitFor(async () => (await api.get(jobs)).code === 404, 'jobs are not served');
    await api.define(volcanoJobCrd);
    expect(namesIn(await api.get(jobs))).toEqual([]);
    await api.delete(`${DEFINITIONS}/jobs.batch.volcano.sh`);
  });
}
