import { expect, it } from 'vitest';
import { workspaceKind } from '../../support/manifests.ts';
import type { Cluster } from '../clusters.ts';

/** Quantities as they are sent, and as an API server stores them as the size of a volume and as the resource of a container. */
const stored: readonly (readonly [string | number, string, string?])[] = [
  ['1000m', '1'],
  ['1500m', '1500m'],
  ['0.5', '500m'],
  [0.5, '500m'],
  [2, '2'],
  ['2000', '2k'],
  ['1e3', '1e3'],
  ['1500e0', '1500e0'],
  ['12E6', '12E6'],
  ['12e5', '1200e3'],
  ['10e2', '1e3'],
  ['5e-1', '500e-3'],
  ['1.5k', '1500'],
  ['1000k', '1M'],
  ['0', '0'],
  ['0Gi', '0'],
  ['0.0001', '100u', '1m'],
  ['100n', '100n', '1m'],
  ['0.0000000001', '1n', '1m'],
  ['1024Mi', '1Gi'],
  ['1000Mi', '1000Mi'],
  ['1536Mi', '1536Mi'],
  ['0.5Gi', '512Mi'],
  ['1.2Gi', '1288490188800m'],
  ['1Ki', '1Ki'],
  ['0.5Ki', '512'],
  ['1048576Ki', '1Gi'],
  ['+3', '+3'],
  ['3.0', '3'],
  ['.5', '500m'],
  ['1.', '1.'],
  ['1.500', '1.500'],
  ['01000m', '1'],
];

export function quantities(cluster: () => Cluster): void {
  canonicalForms(cluster);
  builtInKinds(cluster);
  defaultRequests(cluster);
  otherCases(cluster);
}

function canonicalForms(cluster: () => Cluster): void {
  it.each(stored)('stores %s as %s where the schema has a quantity', async (sent, size, resource = size) => {
    const { api } = cluster();
    const namespace = await api.namespace();
    const resources = { limits: { cpu: sent } };
    const volumes = [{ name: 'v', emptyDir: { sizeLimit: sent } }];
    const template = {
      metadata: { labels: { app: 'a' } },
      spec: { containers: [{ name: 'main', image: 'i', resources }], volumes },
    };
    const spec = { serviceName: '', selector: { matchLabels: { app: 'a' } }, template };
    const set = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'a' }, spec };
    const { code, body } = await api.post(`/apis/apps/v1/namespaces/${namespace}/statefulsets`, set);
    const pod = Object(Object(body.spec).template).spec;
    expect([code, pod?.volumes[0].emptyDir.sizeLimit, pod?.containers[0].resources.limits.cpu]).toEqual([
      201,
      size,
      resource,
    ]);
  });
}

function builtInKinds(cluster: () => Cluster): void {
  it('stores the quantities of claims, volumes and pods in their canonical form', async () => {
    const { api } = cluster();
    const namespace = await api.namespace();
    const path = `/api/v1/namespaces/${namespace}`;
    const accessModes = ['ReadWriteOnce'];
    const metadata = { name: namespace };
    const requests = { storage: '1024Mi' };
    const claim = { kind: 'PersistentVolumeClaim', metadata, spec: { accessModes, resources: { requests } } };
    const bound = await api.post(`${path}/persistentvolumeclaims`, { apiVersion: 'v1', ...claim });
    expect(Object(bound.body.spec).resources.requests).toEqual({ storage: '1Gi' });
    const volume = {
      kind: 'PersistentVolume',
      metadata,
      spec: { accessModes, capacity: requests, hostPath: { path: '/' } },
    };
    const provisioned = await api.post('/api/v1/persistentvolumes', { apiVersion: 'v1', ...volume });
    expect(Object(provisioned.body.spec).capacity).toEqual({ storage: '1Gi' });
    const containers = [{ name: 'main', image: 'i', resources: { requests: { cpu: '1000m', memory: '2048Ki' } } }];
    const pod = await api.post(`${path}/pods`, { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers } });
    expect(Object(pod.body.spec).containers[0].resources.requests).toEqual({ cpu: '1', memory: '2Mi' });
  });
}

function defaultRequests(cluster: () => Cluster): void {
  it('stores the limit of a container of a pod as its request when the request is omitted', async () => {
    const { api } = cluster();
    const namespace = await api.namespace();
    const limits = { cpu: '2', 'nvidia.com/gpu': '1' };
    const container = { name: 'main', image: 'i', resources: { requests: { cpu: '500m' }, limits } };
    const spec = {
      containers: [container, { name: 'other', image: 'i' }],
      initContainers: [{ name: 'first', image: 'i', resources: { limits: { memory: '1Gi' } } }],
    };
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec };
    const { code, body } = await api.post(`/api/v1/namespaces/${namespace}/pods`, pod);
    const { containers, initContainers } = Object(body.spec);
    const requests = [...Object(containers), ...Object(initContainers)].map(({ resources }) => resources.requests);
    expect([code, ...requests]).toEqual([201, { cpu: '500m', 'nvidia.com/gpu': '1' }, undefined, { memory: '1Gi' }]);
  });
}

function otherCases(cluster: () => Cluster): void {
  it('stores quantities of a custom resource as they are sent', async () => {
    const { api } = cluster();
    const kind = workspaceKind('as-sent');
    const resources = { requests: { cpu: '1000m', memory: '1024Mi' }, limits: { cpu: '0.5' } };
    const { spec } = kind;
    const podTemplate = Object(spec)['podTemplate'];
    const values = podTemplate.options.podConfig.values.map((value: object) => ({ ...value, spec: { resources } }));
    const podConfig = { ...podTemplate.options.podConfig, values };
    const options = { ...podTemplate.options, podConfig };
    const sent = { ...kind, spec: { ...Object(spec), podTemplate: { ...podTemplate, options } } };
    const { code, body } = await api.post('/apis/kubeflow.org/v1beta1/workspacekinds', sent);
    expect(code).toBe(201);
    expect(Object(body.spec).podTemplate.options.podConfig.values[0].spec.resources).toEqual(resources);
  });

  it('rejects a text that is not a quantity', async () => {
    const { api } = cluster();
    const namespace = await api.namespace();
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: 'much' } } };
    const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'a' }, spec };
    const { code, body } = await api.post(`/api/v1/namespaces/${namespace}/persistentvolumeclaims`, claim);
    expect([code, body.reason]).toEqual([400, 'BadRequest']);
    expect(body.message).toContain('cannot be handled as a PersistentVolumeClaim: quantities must match');
  });
}
