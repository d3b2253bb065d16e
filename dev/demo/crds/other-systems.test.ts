import { expect, it } from 'vitest';
import type { AggregatedResource } from '../../simulator/aggregated-resource.ts';
import { itemNames, startTestSimulator, type TestSimulator } from '../../simulator/test-simulator.ts';
import { volcanoAdmission } from '../admission/volcano-rules.ts';
import { devPodWorkspaceInstanceCrd } from '../../../test/support/crds/dev-pod-workspace-instance.ts';
import { servedDevPodWorkspaceInstances } from '../fixtures/other-systems.ts';
import { volcanoCommandCrd, volcanoJobCrd } from './volcano.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const JOBS = '/apis/batch.volcano.sh/v1alpha1/namespaces/default/jobs';
const INSTANCES = '/apis/management.loft.sh/v1/namespaces/default/devpodworkspaceinstances';
/** Volcano jobs as an aggregated API server of a cloud serves them. It accepts strategic merge patches. */
const servedVolcanoJobs: AggregatedResource = {
  apiVersion: 'batch.volcano.sh/v1alpha1',
  kind: 'Job',
  shortNames: ['vcjob', 'vj'],
  hasStatus: true,
  hasGeneration: true,
};
const MERGE = 'application/merge-patch+json';
const label = { metadata: { labels: { app: 'patchlabel' } } };
const job = {
  apiVersion: 'batch.volcano.sh/v1alpha1',
  kind: 'Job',
  metadata: { name: 'train', namespace: 'default' },
  spec: {
    minAvailable: 1,
    plugins: { env: [], svc: [] },
    tasks: [{ name: 'worker', replicas: 2, template: { spec: { containers: [{ name: 'main', image: 'a:1' }] } } }],
  },
  status: { pending: 3, Succeeded: 1, state: { phase: 'Inqueue' } },
};
const instance = {
  apiVersion: 'management.loft.sh/v1',
  kind: 'DevPodWorkspaceInstance',
  metadata: { name: 'dev', namespace: 'default' },
  spec: {
    owner: { user: 'ada' },
    template: { provider: { name: 'kubernetes', options: { TOKEN: { value: 's3cret' } } } },
  },
  status: { phase: 'Ready' },
};

function patch(test: TestSimulator, type: 'merge' | 'strategic-merge') {
  return test.send('PATCH', `${JOBS}/train`, label, `application/${type}-patch+json`);
}

it('stores both spellings of Volcano jobs and rejects strategic merge patches for custom resources', async () => {
  await using test = await startTestSimulator({ objects: [volcanoJobCrd, volcanoCommandCrd, job] });
  expect((await test.get(`${JOBS}/train`)).body).toMatchObject({ spec: job.spec, status: job.status });
  expect((await patch(test, 'merge')).body).toMatchObject(label);
  expect((await patch(test, 'strategic-merge')).body).toMatchObject({ code: 415, reason: 'UnsupportedMediaType' });
  const { uid } = test.simulator.get('batch.volcano.sh/v1alpha1', 'Job', 'train')?.metadata ?? {};
  const target = { apiVersion: job.apiVersion, kind: 'Job', name: 'train', uid };
  const command = { apiVersion: 'bus.volcano.sh/v1alpha1', kind: 'Command', metadata: { generateName: 'train-' } };
  const commands = '/apis/bus.volcano.sh/v1alpha1/namespaces/default/commands';
  const created = await test.send('POST', commands, { ...command, action: 'AbortJob', target });
  expect(created).toMatchObject({ status: 201, body: { action: 'AbortJob', target } });
});

const denials: readonly (readonly [string, object, string])[] = [
  [
    'with more minAvailable than replicas',
    { minAvailable: 9 },
    "job 'minAvailable' must not be greater than total replicas",
  ],
  ['with fewer tasks', { minAvailable: 0, tasks: [] }, 'job updates may not add or remove tasks'],
  [
    'with another queue',
    { queue: 'x' },
    'job updates may not change fields other than `minAvailable`, `tasks[*].replicas under spec`',
  ],
];

it.each(denials)('denies an update of a Volcano job %s', async (_, spec, denial) => {
  await using test = await startTestSimulator({ objects: [volcanoJobCrd, job], admission: volcanoAdmission });
  const allowed = await test.send('PATCH', `${JOBS}/train`, { spec: { minAvailable: 2 } }, MERGE);
  expect(allowed.status).toBe(200);
  const { body } = await test.send('PATCH', `${JOBS}/train`, { spec }, MERGE);
  const message = `admission webhook "validatejob.volcano.sh" denied the request: ${denial}`;
  expect(body).toMatchObject({ code: 400, message });
});

it('accepts strategic merge patches of Volcano jobs when an aggregated API server serves them', async () => {
  await using test = await startTestSimulator({ aggregated: [servedVolcanoJobs], objects: [job] });
  expect((await patch(test, 'strategic-merge')).body).toMatchObject({ ...label, spec: job.spec, status: job.status });
});

it('serves DevPod workspaces without watch when aggregated, with watch when they are custom resources', async () => {
  await using test = await startTestSimulator({ aggregated: [servedDevPodWorkspaceInstances], objects: [instance] });
  expect((await test.get(`${INSTANCES}/dev`)).body).toMatchObject({ spec: instance.spec, status: instance.status });
  expect((await test.get(`${INSTANCES}?watch=true`)).status).toBe(405);
  await using defined = await startTestSimulator({ objects: [devPodWorkspaceInstanceCrd, instance] });
  expect((await defined.get(`${INSTANCES}/dev`)).body).toMatchObject({ spec: instance.spec, status: instance.status });
  expect((await defined.get(`${INSTANCES}?watch=true&timeoutSeconds=1`)).status).toBe(200);
});

it('stops serving a kind when its definition is deleted and serves it when it is created again', async () => {
  await using test = await startTestSimulator({ objects: [volcanoJobCrd, job] });
  const headers = { Authorization: `Bearer ${test.simulator.token}` };
  const watch = await fetch(`${test.simulator.url}${JOBS}?watch=true`, { headers });
  await test.send('DELETE', `${DEFINITIONS}/jobs.batch.volcano.sh`);
  expect((await watch.text()).split('\n').map((line) => /^\{"type":"(\w+)"/u.exec(line)?.[1])).toEqual([
    'ADDED',
    'DELETED',
    undefined,
  ]);
  expect((await test.get(JOBS)).status).toBe(404);
  expect((await test.get('/apis/batch.volcano.sh/v1alpha1')).status).toBe(404);
  expect((await test.send('POST', DEFINITIONS, volcanoJobCrd)).status).toBe(201);
  expect(itemNames(await test.get(JOBS))).toEqual([]);
  expect((await test.get('/apis/batch.volcano.sh/v1alpha1')).body).toMatchObject({ resources: [{ name: 'jobs' }, {}] });
});
