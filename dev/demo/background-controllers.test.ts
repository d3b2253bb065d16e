import { expect, it } from 'vitest';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import type { Manifest } from '../simulator/api-object.ts';
import { listAt, objectAt, stringAt, type JsonObject } from '../simulator/json.ts';
import { startSimulator, type Simulator } from '../simulator/simulator.ts';
import { workspaceAdmission } from './admission.ts';
import { WORKSPACE_NAME_LABEL } from './annotations.ts';
import { createBackgroundControllers } from './background-controllers.ts';
import { aggregatedFixtures, aggregatedApis, clusterFixtures } from './fixtures.ts';

const NOW = new Date();
const VOLCANO = 'batch.volcano.sh/v1alpha1';
const DEVPOD = 'management.loft.sh/v1';

it('writes the reason to the log when a container crashes', async () => {
  await using demo = await startDemoCluster();
  demo.step(0);
  const [crashed] = demo.podsOf('crash-course');
  for (const query of ['', '?previous=true']) expect(await demo.logOf(crashed, query)).toContain('Permission denied');
  expect(objectAt(crashed, 'status')).toMatchObject({
    containerStatuses: [
      {
        restartCount: 5,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 1 } },
      },
    ],
  });
});

it('increments the restart count and the event count when a container crashes again', async () => {
  await using demo = await startDemoCluster();
  const backOff = () => demo.eventsOf('crash-course').find(({ reason }) => reason === 'BackOff');
  demo.step(0);
  const count = Number(backOff()?.['count']);
  demo.step(60);
  demo.step(61);
  expect(demo.podsOf('crash-course')[0]?.['status']).toMatchObject({ containerStatuses: [{ restartCount: 6 }] });
  expect(backOff()).toMatchObject({ type: 'Warning', count: count + 1 });
  expect((await demo.logOf(demo.podsOf('crash-course')[0])).match(/FATAL/gu)).toHaveLength(1);
});

it('appends lines to the logs of running containers', async () => {
  await using demo = await startDemoCluster();
  demo.step(0);
  const [pod] = demo.podsOf('fraud-model');
  const before = await demo.logOf(pod, '?timestamps=true');
  expect(before.split('\n').length).toBeGreaterThan(100);
  for (let second = 1; second <= 10; second += 1) demo.step(second);
  const after = await demo.logOf(pod, '?timestamps=true');
  expect(after.startsWith(before)).toBe(true);
  expect(after.length).toBeGreaterThan(before.length);
  const times = after
    .trim()
    .split('\n')
    .map((line) => line.slice(0, 30));
  expect(times).toEqual(times.toSorted());
});

it('creates PodMetrics for running pods only', async () => {
  await using demo = await startDemoCluster();
  demo.step(0);
  const measured = demo.list('metrics.k8s.io/v1beta1', 'PodMetrics');
  expect(measured.map(workspaceOf).sort()).toEqual([
    'churn-analysis',
    'closing-time',
    'fraud-model',
    'labelling',
    'night-owl',
    'slow-start',
    'stats-desk',
  ]);
  expect(measured[0]).toMatchObject({
    containers: [
      { name: 'main', usage: { cpu: expect.stringMatching(/^\d+n$/u), memory: expect.stringMatching(/^\d+Ki$/u) } },
    ],
  });
});

it('measures pods whose requests have another unit than those of the fixtures', async () => {
  await using demo = await startDemoCluster();
  const resources = { requests: { cpu: '1e3', memory: '2T' } };
  for (const pod of demo.podsOf('fraud-model')) {
    const containers = listAt(pod['spec'], 'containers').map((container) => ({ ...(container as object), resources }));
    demo.apply({ ...pod, metadata: { ...pod.metadata }, spec: { ...objectAt(pod, 'spec'), containers } });
  }
  demo.step(0);
  const measured = demo
    .list('metrics.k8s.io/v1beta1', 'PodMetrics')
    .find((each) => workspaceOf(each) === 'fraud-model');
  const usage = objectAt(listAt(measured, 'containers')[0], 'usage');
  expect(Number.parseInt(stringAt(usage, 'cpu') ?? '', 10)).toBeGreaterThan(1e11);
  expect(Number.parseInt(stringAt(usage, 'memory') ?? '', 10)).toBeGreaterThan(1e8);
});

it('writes events for every pod of the fixtures', async () => {
  await using demo = await startDemoCluster();
  const reasons = (name: string) => demo.eventsOf(name).map(({ reason }) => reason);
  expect(reasons('gpu-training')).toEqual(['FailedScheduling', 'SuccessfulCreate']);
  expect(reasons('crash-course')).toEqual(['BackOff', 'Created', 'Pulled', 'Scheduled', 'Started', 'SuccessfulCreate']);
  expect(reasons('image-typo')).toContain('Failed');
  expect(reasons('closing-time')).toContain('Killing');
  const [event] = demo.eventsOf('gpu-training');
  expect(event).toMatchObject({
    involvedObject: { kind: 'Pod', namespace: 'team-vision', uid: demo.podsOf('gpu-training')[0]?.metadata.uid },
    type: 'Warning',
    message: expect.stringContaining('Insufficient nvidia.com/gpu'),
    count: 12,
    reportingComponent: 'default-scheduler',
  });
  const future = demo
    .list('v1', 'Event')
    .filter(({ lastTimestamp }) => Date.parse(String(lastTimestamp)) > NOW.getTime());
  expect(future).toEqual([]);
});

it('provisions a volume for a new claim and deletes it with the claim', async () => {
  await using demo = await startDemoCluster();
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'fresh', namespace: 'team-vision' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '3Gi' } }, storageClassName: 'fast-ssd' },
  };
  const { uid } = demo.apply(claim).metadata;
  demo.step(0);
  expect(demo.get('v1', 'PersistentVolumeClaim', 'fresh', 'team-vision')).toMatchObject({
    spec: { volumeName: `pvc-${uid}` },
    status: { phase: 'Bound', capacity: { storage: '3Gi' } },
  });
  expect(demo.get('v1', 'PersistentVolume', `pvc-${uid}`)).toMatchObject({
    spec: { claimRef: { name: 'fresh', uid } },
  });
  demo.delete('v1', 'PersistentVolumeClaim', 'fresh', 'team-vision');
  demo.step(1);
  expect(demo.get('v1', 'PersistentVolume', `pvc-${uid}`)).toBeUndefined();
  expect(demo.list('v1', 'PersistentVolume').length).toBe(demo.list('v1', 'PersistentVolumeClaim').length);
});

it('keeps a deleted claim while a pod mounts it', async () => {
  await using demo = await startDemoCluster();
  const claim = () => demo.get('v1', 'PersistentVolumeClaim', 'bob-home', 'team-research');
  expect(await demo.deleteByHttp('/api/v1/namespaces/team-research/persistentvolumeclaims/bob-home')).toBe(200);
  demo.step(0);
  expect(claim()?.metadata.deletionTimestamp).toBeDefined();
  demo.delete('v1', 'Pod', demo.podsOf('churn-analysis')[0]?.metadata.name ?? '', 'team-research');
  demo.step(1);
  expect(claim()).toBeUndefined();
});

it('executes Volcano commands and deletes them', async () => {
  await using demo = await startDemoCluster();
  const phase = () => stringAt(objectAt(objectAt(job(), 'status'), 'state'), 'phase');
  const job = () =>
    demo.get(VOLCANO, 'Job', 'detector-training', 'team-vision') as (KubernetesObject & JsonObject) | undefined;
  const seen = ['AbortJob', 'ResumeJob'].flatMap((action) => {
    demo.apply(command(action, job()?.metadata.uid ?? ''));
    return [0, 1, 2, 3].map((second) => {
      demo.step(second);
      return phase();
    });
  });
  expect(seen).toEqual(['Aborting', 'Aborted', 'Aborted', 'Aborted', 'Restarting', 'Pending', 'Running', 'Running']);
  expect(job()).toMatchObject({
    status: { running: 4, pending: 0, taskStatusCount: { worker: { phase: { Running: 3 } } } },
  });
  expect(demo.list('bus.volcano.sh/v1alpha1', 'Command')).toEqual([]);
});

it('makes new DevPod workspaces ready', async () => {
  await using demo = await startDemoCluster();
  const template = { provider: { name: 'docker' } };
  demo.apply({
    apiVersion: DEVPOD,
    kind: 'DevPodWorkspaceInstance',
    metadata: { name: 'new', namespace: 'team-vision' },
    spec: { template },
  });
  const status = () => demo.get(DEVPOD, 'DevPodWorkspaceInstance', 'new', 'team-vision');
  demo.step(0);
  demo.step(1);
  expect(status()).toMatchObject({ status: { phase: 'Ready', lastWorkspaceStatus: 'Running', instance: template } });
});

function command(action: string, uid: string): Manifest {
  const target = { apiVersion: VOLCANO, kind: 'Job', name: 'detector-training', uid };
  const metadata = { generateName: 'detector-training-', namespace: 'team-vision' };
  return { apiVersion: 'bus.volcano.sh/v1alpha1', kind: 'Command', metadata, action, target };
}

function workspaceOf({ metadata: { labels = {} } }: KubernetesObject): string {
  return labels[WORKSPACE_NAME_LABEL] ?? '';
}

async function startDemoCluster() {
  const objects = [...clusterFixtures(NOW), ...aggregatedFixtures(NOW)];
  const simulator = await startSimulator({ objects, aggregated: aggregatedApis, admission: workspaceAdmission });
  const step = createBackgroundControllers(simulator);
  const list = (apiVersion: string, kind: string) =>
    simulator.list(apiVersion, kind) as readonly (KubernetesObject & JsonObject)[];
  const podsOf = (workspace: string) => list('v1', 'Pod').filter((pod) => workspaceOf(pod) === workspace);
  return {
    step: (second: number) => step(new Date(NOW.getTime() + second * 1_000)),
    list,
    podsOf,
    eventsOf: (workspace: string) => {
      const events = list('v1', 'Event').filter(({ metadata }) => metadata.name.startsWith(`ws-${workspace}-`));
      return events.toSorted((a, b) => String(a['reason']).localeCompare(String(b['reason'])));
    },
    deleteByHttp: async (path: string) => {
      const headers = { Authorization: `Bearer ${simulator.token}` };
      return (await fetch(`${simulator.url}${path}`, { method: 'DELETE', headers })).status;
    },
    logOf: (pod: KubernetesObject | undefined, query = '') => logOf(simulator, pod, query),
    apply: (manifest: Manifest) => simulator.apply(manifest),
    get: (...at: Parameters<Simulator['get']>) => simulator.get(...at),
    delete: (...at: Parameters<Simulator['delete']>) => simulator.delete(...at),
    [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose](),
  };
}

async function logOf({ url, token }: Simulator, pod: KubernetesObject | undefined, query: string): Promise<string> {
  const { namespace, name } = pod?.metadata ?? {};
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/log${query}`;
  const response = await fetch(`${url}${path}`, { headers: { Authorization: `Bearer ${token}` } });
  return response.text();
}
