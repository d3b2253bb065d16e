import { expect, it } from 'vitest';
import { itemNames, startTestSimulator, type TestSimulator } from './test-simulator.ts';
import type { JsonObject } from './json.ts';

const CORE = '/api/v1/namespaces/default';
const SECRETS = `${CORE}/secrets`;
const CLAIMS = `${CORE}/persistentvolumeclaims`;

function secret(name: string, fields: JsonObject = {}) {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, ...fields };
}

function claim(name: string, spec: JsonObject = {}) {
  const asked = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec };
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name }, spec: asked };
}

async function messageOf(sent: ReturnType<TestSimulator['send']>): Promise<unknown> {
  const { body } = await sent;
  return body['message'];
}

it('returns stringData of a Secret as base64 data', async () => {
  await using test = await startTestSimulator();
  const { body } = await test.send('POST', SECRETS, secret('a', { stringData: { key: 'wörd' } }));
  expect(body).toMatchObject({ type: 'Opaque', data: { key: Buffer.from('wörd').toString('base64') } });
  expect(body).not.toHaveProperty('stringData');
  expect((await test.send('POST', SECRETS, secret('b', { data: { key: '***' } }))).status).toBe(400);
  expect(await messageOf(test.send('POST', SECRETS, secret('c', { data: { 'a b': 'eA==' } })))).toContain(
    'data[a b]: Invalid value: "a b": a valid config key must consist of',
  );
  expect(await messageOf(test.send('POST', SECRETS, secret('d', { type: 'kubernetes.io/tls' })))).toBe(
    'Secret "d" is invalid: [data[tls.crt]: Required value, data[tls.key]: Required value]',
  );
});

it('refuses to change the type of a Secret, or an immutable Secret', async () => {
  await using test = await startTestSimulator();
  await test.send('POST', SECRETS, secret('a', { immutable: true, data: { key: 'eA==' } }));
  const merge = (body: JsonObject) => test.send('PATCH', `${SECRETS}/a`, body, 'application/merge-patch+json');
  expect((await merge({ metadata: { labels: { x: 'y' } } })).status).toBe(200);
  expect((await merge({ type: 'other' })).body).toMatchObject({
    code: 422,
    message: 'Secret "a" is invalid: type: Invalid value: "other": field is immutable',
  });
  expect(await messageOf(merge({ data: { key: 'eQ==' } }))).toBe(
    'Secret "a" is invalid: data: Forbidden: field is immutable when `immutable` is set',
  );
});

it('defaults claims, and refuses spec changes except the requests of a bound claim', async () => {
  await using test = await startTestSimulator();
  const { body } = await test.send('POST', CLAIMS, claim('a', { volumeName: 'pv-a' }));
  expect(body).toMatchObject({ spec: { volumeMode: 'Filesystem' }, status: { phase: 'Pending' } });
  const merge = (spec: JsonObject) => test.send('PATCH', `${CLAIMS}/a`, { spec }, 'application/merge-patch+json');
  expect((await merge({ resources: { requests: { storage: '2Gi' } } })).status).toBe(200);
  expect(await messageOf(merge({ storageClassName: 'fast' }))).toContain('spec: Forbidden: spec is immutable');
  expect(await messageOf(test.send('POST', CLAIMS, claim('b', { accessModes: [], resources: {} })))).toBe(
    'PersistentVolumeClaim "b" is invalid: [spec.accessModes: Required value: at least 1 access mode is required, spec.resources[storage]: Required value]',
  );
});

it('defaults pods, volumes and storage classes', async () => {
  await using test = await startTestSimulator();
  const resources = { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } };
  const spec = { containers: [{ name: 'main', image: 'jupyter:v1', resources }] };
  const pod = await test.send('POST', `${CORE}/pods`, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec });
  expect(pod.body).toMatchObject({
    spec: { restartPolicy: 'Always', containers: [{ imagePullPolicy: 'IfNotPresent' }] },
    status: { phase: 'Pending', qosClass: 'Guaranteed' },
  });
  const type = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'fast' } };
  const classes = '/apis/storage.k8s.io/v1/storageclasses';
  expect(await messageOf(test.send('POST', classes, type))).toBe(
    'StorageClass.storage.k8s.io "fast" is invalid: provisioner: Required value',
  );
  expect((await test.send('POST', classes, { ...type, provisioner: 'p' })).body).toMatchObject({
    reclaimPolicy: 'Delete',
  });
  const volume = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'pv-a' }, spec: {} };
  expect((await test.send('POST', '/api/v1/persistentvolumes', volume)).body).toMatchObject({
    spec: { persistentVolumeReclaimPolicy: 'Retain' },
  });
});

const selections: readonly (readonly [string, string, readonly string[]])[] = [
  ['pods', 'spec.nodeName=worker-1', ['a']],
  ['pods', 'status.phase!=Running', ['b']],
  ['pods', 'metadata.name=b', ['b']],
  ['secrets', 'type=kubernetes.io/basic-auth', ['login']],
  ['events', 'involvedObject.kind=Pod,involvedObject.name=a', ['a.1']],
  ['events', 'involvedObject.uid=uid-b', ['b.1']],
  ['events', 'reason=BackOff,type=Warning', ['b.1']],
  ['events', 'type!=Warning', ['a.1']],
];

it.each(selections)('selects %s by %s', async (plural, fields, names) => {
  await using test = await startTestSimulator({ objects: [...pods(), ...events(), ...secrets()] });
  const answer = await test.get(`${CORE}/${plural}?fieldSelector=${encodeURIComponent(fields)}`);
  expect(itemNames(answer)).toEqual(names);
});

it('refuses an Event outside the namespace of its involved object', async () => {
  await using test = await startTestSimulator();
  const [event] = events();
  const involvedObject = { kind: 'Pod', namespace: 'kube-system', name: 'a' };
  expect(await messageOf(test.send('POST', `${CORE}/events`, { ...event, involvedObject }))).toContain(
    'involvedObject.namespace: Invalid value: "kube-system": does not match event.namespace',
  );
});

function pods() {
  return [
    { name: 'a', nodeName: 'worker-1', phase: 'Running' },
    { name: 'b', nodeName: undefined, phase: 'Pending' },
  ].map(({ name, nodeName, phase }) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: `uid-${name}` },
    spec: { nodeName, containers: [{ name: 'main' }] },
    status: { phase },
  }));
}

function events() {
  return [
    { name: 'a', reason: 'Started', type: 'Normal' },
    { name: 'b', reason: 'BackOff', type: 'Warning' },
  ].map(({ name, reason, type }) => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.1`, namespace: 'default' },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name, uid: `uid-${name}` },
    reason,
    type,
  }));
}

function secrets() {
  const namespace = 'default';
  return [
    { ...secret('login', { type: 'kubernetes.io/basic-auth' }), metadata: { name: 'login', namespace } },
    { ...secret('plain'), metadata: { name: 'plain', namespace } },
  ];
}
