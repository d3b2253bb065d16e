import { expect, it } from 'vitest';
import { POD_METRICS, type AggregatedResource } from './aggregated-resource.ts';
import { itemNames, startTestSimulator } from './test-simulator.ts';

const METRICS = '/apis/metrics.k8s.io/v1beta1/namespaces/default/pods';
const usage = {
  apiVersion: 'metrics.k8s.io/v1beta1',
  kind: 'PodMetrics',
  metadata: { name: 'nb', namespace: 'default', labels: { team: 'a' } },
  timestamp: '2026-11-25T10:00:00Z',
  window: '15s',
  containers: [{ name: 'main', usage: { cpu: '120m', memory: '512Mi' } }],
};
const GIZMOS: AggregatedResource = {
  apiVersion: 'management.example.org/v1',
  kind: 'Gizmo',
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update'],
};

it('serves computed objects without uid and version, and refuses to watch or write them', async () => {
  await using test = await startTestSimulator({ aggregated: [POD_METRICS], objects: [usage] });
  const { body } = await test.get(`${METRICS}/nb`);
  expect(body).toMatchObject({ kind: 'PodMetrics', window: '15s', containers: usage.containers });
  expect(Object.keys(body['metadata'] as object)).toEqual(['name', 'namespace', 'labels', 'creationTimestamp']);
  const list = await test.get(`${METRICS}?labelSelector=team%3Da`);
  expect([list.body['kind'], list.body['metadata'], itemNames(list)]).toEqual(['PodMetricsList', {}, ['nb']]);
  expect((await test.send('DELETE', `${METRICS}/nb`)).status).toBe(405);
  expect((await test.get(`${METRICS}?watch=true`)).body).toMatchObject({
    code: 405,
    reason: 'MethodNotAllowed',
    message: 'watch is not supported on resources of kind "pods.metrics.k8s.io"',
  });
  const { body: served } = await test.get('/apis/metrics.k8s.io/v1beta1');
  expect(served).toMatchObject({ resources: [{ name: 'pods', kind: 'PodMetrics', verbs: ['get', 'list'] }] });
});

it('serves an aggregated resource until its registration is undone', async () => {
  await using test = await startTestSimulator();
  const path = '/apis/management.example.org/v1/namespaces/default/gizmos';
  expect((await test.get(path)).text).toBe('404 page not found\n');
  const undo = test.simulator.aggregate(GIZMOS);
  const gizmo = { apiVersion: 'management.example.org/v1', kind: 'Gizmo', metadata: { name: 'a' } };
  expect((await test.send('POST', path, gizmo)).status).toBe(201);
  expect((await test.get(`${path}?watch=true`)).status).toBe(405);
  const patch = { metadata: { labels: { x: 'y' } } };
  const patched = await test.send('PATCH', `${path}/a`, patch, 'application/strategic-merge-patch+json');
  expect(patched.body).toMatchObject(patch);
  undo();
  expect((await test.get(path)).status).toBe(404);
  expect((await test.get('/apis/management.example.org/v1')).status).toBe(404);
});

it('ends the watches of an aggregated resource when its registration is undone', async () => {
  await using test = await startTestSimulator();
  const undo = test.simulator.aggregate({ ...GIZMOS, verbs: ['list', 'watch'] });
  const watch = await fetch(`${test.simulator.url}/apis/management.example.org/v1/gizmos?watch=true`, {
    headers: { Authorization: `Bearer ${test.simulator.token}` },
  });
  undo();
  expect(await watch.text()).toBe('');
});

it('returns 503 without a Status when the server of an aggregated group is unavailable', async () => {
  await using test = await startTestSimulator({ aggregated: [POD_METRICS], objects: [usage] });
  {
    using _away = test.simulator.faults.unavailable('metrics.k8s.io');
    expect(await test.get(METRICS)).toMatchObject({ status: 503, text: 'service unavailable\n' });
    expect((await test.get('/apis/metrics.k8s.io/v1beta1')).status).toBe(503);
    expect((await test.get('/api/v1/pods')).status).toBe(200);
  }
  expect((await test.get(METRICS)).status).toBe(200);
});
