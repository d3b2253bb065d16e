import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controlPlaneMissing } from '../../test/support/control-plane.ts';
import { recordWorkspace } from '../../test/support/workspace-recorder.ts';
import { requestTimeout, servers, startControllerOn } from '../../test/support/demo-controller.ts';
import type { Client } from '../../src/kubernetes/client.ts';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import type { Resource } from '../../src/kubernetes/resource.ts';
import { startSimulator } from '../simulator/simulator.ts';
import type { Fault } from './annotations.ts';
import {
  Claims,
  Events,
  Pods,
  RoleBindings,
  Secrets,
  ServiceAccounts,
  Services,
  StatefulSets,
} from './kubernetes-resources.ts';
import { WorkspaceKinds } from './workspace-kind.ts';
import { Workspaces, type WorkspaceVolumes } from './workspace.ts';

const namespace = 'team-research';
const owned = [StatefulSets, Services, ServiceAccounts, RoleBindings] as const;

if (controlPlaneMissing) console.warn(`Testing owned objects against the simulator only: ${controlPlaneMissing}.`);

describe.each(servers.filter(({ missing }) => !missing))('workspace controller against $name', ({ start }) => {
  let client: Client;
  const started = new AsyncDisposableStack();

  beforeAll(async () => {
    client = await startControllerOn(started, await start());
  });
  afterAll(() => started.disposeAsync());

  it.each([61, 62, 63])('starts a workspace whose name has %i characters', async (length) => {
    await using recorder = await recordWorkspace(client, namespace, 'n'.repeat(length));
    await recorder.create({});
    await recorder.until(({ status }) => status?.state === 'Running');
    expect(recorder.latest().status?.podTemplatePod.name).toMatch(/^ws-n{42}-[0-9a-f]{5}-0$/u);
  });

  it('never reports about workspaces whose name has 64 characters or a dot', async () => {
    const names = ['n'.repeat(64), 'with.dot'];
    for (const name of names) {
      await using recorder = await recordWorkspace(client, namespace, name);
      await recorder.create({});
    }
    await using later = await recordWorkspace(client, namespace, 'later');
    await later.create({});
    await later.until(({ status }) => status?.state === 'Running');
    for (const name of names) {
      expect((await client.get(Workspaces, { namespace, name }, requestTimeout())).status).toBeUndefined();
      await client.delete(Workspaces, { namespace, name }, { signal: requestTimeout() });
    }
  });

  const faults: readonly [Fault, string, string][] = [
    ['ExceededQuota', 'Error', 'Workspace StatefulSet has warning event: create Pod ws-.*exceeded quota: '],
    ['Unschedulable', 'Error', 'Workspace Pod is unschedulable: 0/4 nodes are available: .*'],
    ['FailedMount', 'Error', 'Workspace Pod has warning event: MountVolume.SetUp failed for volume .*'],
    ['ErrImagePull', 'Error', 'Workspace Pod has warning event: (?:Error: ErrImagePull|Failed to pull image .*)'],
    ['ImagePullBackOff', 'Error', 'Workspace Container is not running .ImagePullBackOff.'],
    ['CrashLoopBackOff', 'Error', 'Workspace Container is not running .CrashLoopBackOff.'],
    ['Unhealthy', 'Error', 'Workspace Pod has warning event: Readiness probe failed: .*'],
    ['NeverReady', 'Unknown', 'Workspace is in an unknown state'],
  ];
  it.each(faults)('reports the state of the published controller for %s', async (fault, state, message) => {
    await using recorder = await recordWorkspace(client, namespace, `fault-${fault.toLowerCase()}`);
    await recorder.create({ fault });
    await recorder.until(({ status }) => new RegExp(`^${message}`, 'u').test(status?.stateMessage ?? ''));
    expect(recorder.latest().status?.state).toBe(state);
  });

  const mounts: readonly [string, WorkspaceVolumes, Resource, object, string][] = [
    [
      'claim',
      { home: 'late-home' },
      Claims,
      {
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'late-home' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
      'Workspace Pod is unschedulable: 0/4 nodes are available: persistentvolumeclaim "late-home" not found. ',
    ],
    [
      'Secret',
      { secrets: [{ secretName: 'late-token', mountPath: '/token' }] },
      Secrets,
      { kind: 'Secret', metadata: { name: 'late-token' } },
      'Workspace Pod has warning event: MountVolume.SetUp failed for volume "secret-volume-0" : secret "late-token" not found',
    ],
  ];
  it.each(mounts)('runs a workspace only when its %s exists', async (what, volumes, resource, object, message) => {
    await using recorder = await recordWorkspace(client, namespace, `mounts-${what.toLowerCase()}`);
    await recorder.create({ volumes });
    await recorder.until(({ status }) => status?.stateMessage.startsWith(message) === true);
    expect(recorder.latest().status?.state).toBe('Error');
    await client.create(resource, { apiVersion: 'v1', ...object }, { namespace, signal: requestTimeout() });
    await recorder.until(({ status }) => status?.state === 'Running');
  });

  it('keeps a workspace running when a Secret that it mounts is deleted', async () => {
    await client.create(
      Secrets,
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'brief' } },
      { namespace, signal: requestTimeout() },
    );
    await using recorder = await recordWorkspace(client, namespace, 'keeps');
    await recorder.create({ volumes: { secrets: [{ secretName: 'brief', mountPath: '/brief' }] } });
    await recorder.until(({ status }) => status?.state === 'Running');
    await client.delete(Secrets, { namespace, name: 'brief' }, { signal: requestTimeout() });
    await recorder.patch({ spec: { displayName: 'Looked at again' } });
    await recorder.until(({ spec }) => spec.displayName === 'Looked at again');
    const [pod] = await ofWorkspace(client, Pods, 'keeps');
    expect(pod?.metadata.deletionTimestamp).toBeUndefined();
    expect(recorder.latest().status?.state).toBe('Running');
  });

  it('creates the objects that a workspace owns, and deletes them with it', async () => {
    await giveRoles(client, 'rstudio', ['view', 'edit']);
    await using recorder = await recordWorkspace(client, namespace, 'owner');
    await recorder.create({ kind: 'rstudio', imageConfig: 'rstudio-tidyverse:v1.10.0', podConfig: 'small_cpu' });
    await recorder.until(({ status }) => status?.state === 'Running');
    const rolesOf = async () => (await ofWorkspace(client, RoleBindings, 'owner')).map(({ roleRef }) => roleRef.name);
    // The controller may receive the workspace before the change of its kind.
    await expect.poll(async () => (await rolesOf()).sort()).toEqual(['edit', 'view']);
    const { uid } = recorder.latest().metadata;
    const owner = { kind: 'Workspace', name: 'owner', uid, controller: true, blockOwnerDeletion: true };
    for (const resource of owned) {
      const objects = await ofWorkspace(client, resource, 'owner');
      expect([resource.kind, objects.length]).toEqual([resource.kind, resource === RoleBindings ? 2 : 1]);
      for (const { metadata } of objects) expect(metadata.ownerReferences).toMatchObject([owner]);
    }
    const [service] = await ofWorkspace(client, Services, 'owner');
    expect(service?.metadata.name).toMatch(/^ws-owner-[0-9a-f]{5}$/u);
    expect(service?.spec.ports).toMatchObject([{ name: 'http-8787', port: 8_787 }]);
    const [pod] = await ofWorkspace(client, Pods, 'owner');
    expect(pod?.metadata.ownerReferences).toMatchObject([
      { kind: 'StatefulSet', controller: true, blockOwnerDeletion: true },
    ]);

    await giveRoles(client, 'rstudio', ['edit']);
    await expect.poll(rolesOf).toEqual(['edit']);
    await client.delete(Workspaces, { namespace, name: 'owner' }, { signal: requestTimeout() });
    for (const resource of [...owned, Pods])
      await expect.poll(() => ofWorkspace(client, resource, 'owner')).toEqual([]);
  });

  it('reports a ServiceAccount that the workspace does not own, and recovers when it is deleted', async () => {
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'ws-taken' } };
    await client.create(ServiceAccounts, account, { namespace, signal: requestTimeout() });
    await using recorder = await recordWorkspace(client, namespace, 'taken');
    await recorder.create({});
    const stateMessage = 'Workspace ServiceAccount ws-taken already exists and is not owned by the Workspace';
    await recorder.until(({ status }) => status?.stateMessage === stateMessage);
    expect(recorder.latest().status?.state).toBe('Error');
    expect(await ofWorkspace(client, Pods, 'taken')).toEqual([]);
    await client.delete(ServiceAccounts, { namespace, name: 'ws-taken' }, { signal: requestTimeout() });
    await recorder.patch({ metadata: { labels: { touched: 'true' } } });
    await recorder.until(({ status }) => status?.state === 'Running');
  });

  it('reports several Services that the workspace owns', async () => {
    await using recorder = await recordWorkspace(client, namespace, 'twice');
    await recorder.create({});
    await recorder.until(({ status }) => status?.state === 'Running');
    const [service] = await ofWorkspace(client, Services, 'twice');
    const { ownerReferences = [] } = service?.metadata ?? {};
    const metadata = { name: 'another', ownerReferences };
    const spec = { ports: [{ name: 'http', port: 80 }] };
    await client.create(
      Services,
      { apiVersion: 'v1', kind: 'Service', metadata, spec },
      { namespace, signal: requestTimeout() },
    );
    const stateMessage = `Workspace owns multiple Services: another, ${service?.metadata.name}`;
    await recorder.until(({ status }) => status?.state === 'Error');
    expect(recorder.latest().status?.stateMessage).toBe(stateMessage);
    await client.delete(Services, { namespace, name: 'another' }, { signal: requestTimeout() });
    await recorder.until(({ status }) => status?.state === 'Running');
  });

  it('updates the template of the StatefulSet and the Service when the options change', async () => {
    await using recorder = await recordWorkspace(client, namespace, 'changing');
    await recorder.create({ podConfig: 'tiny_cpu' });
    await recorder.until(({ status }) => status?.state === 'Running');
    const requestsOf = async () => {
      const [set] = await ofWorkspace(client, StatefulSets, 'changing');
      return Object(Object(set?.spec)['template']).spec.containers[0].resources.requests.memory;
    };
    expect(await requestsOf()).toBe('128Mi');
    await recorder.patch({ spec: { podTemplate: { options: { podConfig: 'small_cpu' } } } });
    await recorder.until(({ status }) => status?.state === 'Terminating');
    expect(await requestsOf()).toBe('2Gi');
    await recorder.until(({ status }) => status?.state === 'Running');
  });
});

it('reports the error of the API server when it does not admit the pod', async () => {
  const admission = [
    ({ resource, operation }: { readonly resource: { readonly resource: string }; readonly operation: string }) =>
      resource.resource === 'pods' && operation === 'CREATE'
        ? { deny: { code: 403, message: 'exceeded quota: team' } as const }
        : undefined,
  ];
  await using started = new AsyncDisposableStack();
  const client = await startControllerOn(started, await startSimulator({ admission }));
  await using recorder = await recordWorkspace(client, namespace, 'refused');
  await recorder.create({});
  await recorder.until(({ status }) => status?.stateMessage.includes('exceeded quota: team') === true);
  expect(recorder.latest().status).toMatchObject({
    state: 'Error',
    stateMessage: expect.stringMatching(/^Workspace StatefulSet has warning event: create Pod ws-refused-.*-0 in /u),
  });
  const { items } = await client.list(Events, { namespace, signal: requestTimeout() }, () => undefined);
  expect(items.map(({ reason, type }) => `${type} ${reason}`)).toEqual(['Warning FailedCreate']);
});

async function ofWorkspace<T extends KubernetesObject>(client: Client, resource: Resource<T>, name: string) {
  const labelSelector = `notebooks.kubeflow.org/workspace-name=${name}`;
  const { items } = await client.list(
    resource,
    { namespace, labelSelector, signal: requestTimeout() },
    () => undefined,
  );
  return items;
}

async function giveRoles(client: Client, kind: string, names: readonly string[]): Promise<void> {
  const clusterRoles = names.map((name) => ({ name }));
  const body = { spec: { podTemplate: { serviceAccount: { clusterRoles } } } };
  await client.patch(WorkspaceKinds, { name: kind }, { type: 'MERGE', body }, { signal: requestTimeout() });
}
