import { expect, it } from 'vitest';
import type { Cluster } from '../clusters.ts';
import { TestNamespace } from '../test-namespace.ts';

/** Reports an event about an object. */
async function report(team: TestNamespace, kind: string, name: string, message: string): Promise<void> {
  const apiVersion = kind === 'StatefulSet' ? 'apps/v1' : 'v1';
  const lastTimestamp = new Date().toISOString().replace(/\.\d+/u, '');
  const involvedObject = { apiVersion, kind, name, namespace: team.name };
  const metadata = { generateName: `${name}-` };
  await team.api.create(team.pathTo('events'), {
    apiVersion: 'v1',
    kind: 'Event',
    metadata,
    involvedObject,
    message,
    type: 'Warning',
    reason: 'FailedCreate',
    firstTimestamp: lastTimestamp,
    lastTimestamp,
    count: 1,
  });
}

export function reads(cluster: () => Cluster): void {
  events(cluster);
  mounts(cluster);
  resources(cluster);
}

function events(cluster: () => Cluster): void {
  it('sends the events of workspaces whose StatefulSets have names that are cut, and no others', async () => {
    const [team, other] = [await TestNamespace.in(cluster()), await TestNamespace.in(cluster())];
    const cut = 'n'.repeat(42);
    const names = [`${cut}-first`, `${cut}-second`];
    for (const [index, name] of names.entries()) {
      const created = await team.create(name, { state: 'Running' });
      await team.createPodOf(name, { uid: created.metadata?.uid ?? '', set: `ws-${cut}-${index}` });
    }
    await using gateway = await cluster().startGateway();
    const stream = gateway.subscribe<{ readonly workspace: unknown }>(
      `subscription ($namespace: String!) { workspace(namespace: $namespace, name: "${names[1]}") { events { message } } }`,
      { namespace: team.name },
    );
    expect((await stream.next()).value?.data).toEqual({ workspace: { events: [] } });
    await report(other, 'StatefulSet', `ws-${cut}-1`, 'in another namespace');
    await report(team, 'StatefulSet', `ws-${cut}-0`, 'of the neighbour');
    await report(team, 'Node', 'node-1', 'of another kind');
    await report(team, 'StatefulSet', `ws-${cut}-1`, 'exceeded quota');
    expect((await stream.next()).value?.data).toEqual({ workspace: { events: [{ message: 'exceeded quota' }] } });
    const kinds = gateway.statistics().kinds.filter(({ resource }) => resource.kind === 'Event');
    expect(kinds.map(({ objects }) => objects).toSorted((a, b) => a - b)).toEqual([0, 2]); // those of both StatefulSets of the namespace
  });
}

const nothing = { automountServiceAccountToken: false };
const main = { name: 'main', image: 'i', resources: { requests: { cpu: 1 }, limits: { cpu: 2 } } };

function mounts(cluster: () => Cluster): void {
  it('returns every pod that mounts a claim', async () => {
    const team = await TestNamespace.in(cluster());
    await team.api.create(team.pathTo('persistentvolumeclaims'), {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
    for (const metadata of [{ name: 'trainer' }, { name: 'ws-nb-0', labels: labelsOf('nb') }]) {
      const spec = { containers: [main], volumes, ...nothing };
      await team.api.create(team.pathTo('pods'), { apiVersion: 'v1', kind: 'Pod', metadata, spec });
    }
    await using gateway = await cluster().startGateway();
    const { data, errors } = await gateway.query(
      'query ($namespace: String!) { persistentVolumeClaim(namespace: $namespace, name: "data") { pods { name } } }',
      { namespace: team.name },
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({ persistentVolumeClaim: { pods: [{ name: 'trainer' }, { name: 'ws-nb-0' }] } });
  });
}

function resources(cluster: () => Cluster): void {
  it('returns the resources of a pod with a sidecar', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { state: 'Running' });
    const sidecar = { name: 'proxy', image: 'i', restartPolicy: 'Always', resources: { requests: { cpu: '500m' } } };
    const spec = { containers: [main], initContainers: [sidecar], ...nothing };
    const metadata = { name: 'ws-nb-0', labels: labelsOf('nb') };
    await team.api.create(team.pathTo('pods'), { apiVersion: 'v1', kind: 'Pod', metadata, spec });
    await using gateway = await cluster().startGateway();
    const { data } = await gateway.query(
      `query ($namespace: String!) { workspace(namespace: $namespace, name: "nb") {
        resources { source requests { resource quantity } limits { quantity } } } }`,
      { namespace: team.name },
    );
    const requests = [{ resource: 'cpu', quantity: '1500m' }];
    expect(data).toEqual({ workspace: { resources: { source: 'POD', requests, limits: [{ quantity: '2' }] } } });
  });
}

function labelsOf(workspaceName: string): Readonly<Record<string, string>> {
  return { 'notebooks.kubeflow.org/workspace-name': workspaceName };
}
