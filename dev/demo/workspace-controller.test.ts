import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { controlPlaneMissing, startControlPlane } from '../../test/support/control-plane.ts';
import { Client } from '../../src/kubernetes/client.ts';
import { createApiConnection } from '../../src/kubernetes/api-connection.ts';
import { isNotFound } from '../../src/kubernetes/status-error.ts';
import type { Manifest } from '../simulator/api-object.ts';
import { startSimulator } from '../simulator/simulator.ts';
import type { Delays } from './controller/controller-context.ts';
import { workspaceCrd } from './crds/workspace.ts';
import { workspaceKindCrd } from './crds/workspace-kind.ts';
import { Events, Namespaces, Pods, StatefulSets } from './kubernetes-resources.ts';
import { FAULT, WORKSPACE_KIND_FINALIZER } from './annotations.ts';
import { WorkspaceKinds } from './workspace-kind.ts';
import { startWorkspaceController } from './workspace-controller.ts';
import { recordWorkspace } from '../../test/support/workspace-recorder.ts';
import { Workspaces, type Workspace } from './workspace.ts';
import { workspaceKindSpecs } from './fixtures/workspace-kinds.ts';

const delays: Delays = {
  createPodMs: 5,
  startPodMs: 5,
  startPodSpreadMs: 0,
  deletePodMs: 5,
  endPodMs: 5,
  probeIntervalMs: 60_000,
  countMs: 5,
  retryMs: 20,
};
const signal = AbortSignal.timeout(120_000);
const namespace = 'team-research';
const definitions = [workspaceCrd, workspaceKindCrd];
const servers = [
  { name: 'the simulator', missing: undefined, start: () => startSimulator() },
  { name: 'a real API server', missing: controlPlaneMissing, start: () => startControlPlane() },
];

if (controlPlaneMissing) console.warn(`Testing the controller against the simulator only: ${controlPlaneMissing}.`);

describe.each(servers.filter(({ missing }) => !missing))('workspace controller against $name', ({ start }) => {
  let client: Client;
  const started = new AsyncDisposableStack();

  beforeAll(async () => {
    const server = started.use(await start());
    client = new Client(await createApiConnection({ type: 'text', text: server.kubeconfig }));
    await populate(client);
    started.use(startWorkspaceController({ client, delays }));
  });
  afterAll(() => started.disposeAsync());

  it('starts a new workspace: Unknown, Pending, Running', async () => {
    await using recorder = await recordWorkspace(client, namespace, 'up');
    await recorder.create({});
    await recorder.until(isIn('Running'));
    expect(recorder.states()).toEqual(['no status', 'Unknown', 'Pending', 'Running']);
    const { status } = recorder.latest();
    expect(status?.podTemplatePod).toMatchObject({ serviceAccountName: 'ws-up', containers: [{ name: 'main' }] });
    expect(status?.lastRunningTime).toBeGreaterThan(1e12);
  });

  it('records events of the pod and the stateful set of a workspace', async () => {
    await using recorder = await recordWorkspace(client, namespace, 'eventful');
    await recorder.create({});
    await recorder.until(isIn('Running'));
    await expect
      .poll(() => eventsOf(client, 'eventful'), { timeout: 10_000 })
      .toEqual([
        'default-scheduler Pod Scheduled',
        'kubelet Pod Created',
        'kubelet Pod Pulled',
        'kubelet Pod Started',
        'statefulset-controller StatefulSet SuccessfulCreate',
      ]);
    await recorder.patch({ spec: { paused: true } });
    await recorder.until(isIn('Paused'));
    await expect.poll(() => eventsOf(client, 'eventful'), { timeout: 10_000 }).toHaveLength(7);
    const { items } = await client.list(StatefulSets, { namespace, signal }, () => undefined);
    const set = items.find(({ metadata }) => metadata.name.startsWith('ws-eventful-'));
    expect([set?.spec.replicas, set?.metadata.ownerReferences]).toMatchObject([
      0,
      [{ kind: 'Workspace', name: 'eventful' }],
    ]);
  });

  it('creates no pod when a workspace is created paused', async () => {
    await using recorder = await recordWorkspace(client, namespace, 'asleep');
    await recorder.create({ paused: true });
    await recorder.until(isIn('Paused'));
    expect(recorder.states()).toEqual(['no status', 'Paused paused']);
    expect(recorder.latest().status?.pauseTime).toBeGreaterThan(1e12);
  });

  it('pauses and starts a workspace through all states', async () => {
    await using recorder = await recordWorkspace(client, namespace, 'round-trip');
    await recorder.create({});
    await recorder.until(isIn('Running'));
    await recorder.patch({ spec: { paused: true } });
    await recorder.until(isIn('Paused'));
    await recorder.patch({ spec: { paused: false } });
    await recorder.until(isIn('Running'));
    expect(recorder.states().slice(4).join(', ')).toBe(
      'Running (pause requested), Running paused, Terminating paused, Paused paused, Paused (start requested), Unknown, Pending, Running',
    );
  });

  it('restarts a running workspace when its options change', async () => {
    await using recorder = await recordWorkspace(client, namespace, 'edited');
    await recorder.create({});
    await recorder.until(isIn('Running'));
    await recorder.patch({ spec: { podTemplate: { options: { podConfig: 'small_cpu' } } } });
    await recorder.until(isIn('Terminating'));
    await recorder.until(isIn('Running'));
    expect(recorder.states().slice(4)).toEqual(['Terminating', 'Unknown', 'Pending', 'Running']);
  });

  it('reports an error for a fault annotation and recovers when it is removed', async () => {
    await using recorder = await recordWorkspace(client, namespace, 'faulty');
    await recorder.create({ fault: 'ImagePullBackOff' });
    await recorder.until(isIn('Error'));
    await recorder.patch({ metadata: { annotations: { [FAULT]: null } } });
    await recorder.until(isIn('Running'));
    expect(recorder.states()).toEqual(['no status', 'Unknown', 'Pending', 'Error', 'Running']);
  });

  it('reports a pending restart until a redirect is accepted', async () => {
    await using recorder = await recordWorkspace(client, namespace, 'redirected');
    await recorder.create({ imageConfig: 'jupyter-scipy:v1.9.2', paused: true });
    await recorder.until(({ status }) => status?.pendingRestart === true);
    expect(recorder.latest().status?.podTemplateOptions.imageConfig.redirectChain).toHaveLength(1);
    await recorder.patch({ spec: { podTemplate: { options: { imageConfig: 'jupyter-scipy:v1.10.0' } } } });
    await recorder.until(({ status }) => status?.pendingRestart === false);
    expect(recorder.latest().status?.podTemplateOptions.imageConfig).toEqual({ desired: 'jupyter-scipy:v1.10.0' });
  });

  it('deletes the pod of a deleted workspace', async () => {
    await using recorder = await recordWorkspace(client, namespace, 'short-lived');
    await recorder.create({});
    await recorder.until(isIn('Running'));
    const at = { namespace, name: recorder.latest().status?.podTemplatePod.name ?? '' };
    await client.delete(Workspaces, { namespace, name: 'short-lived' }, { signal });
    await recorder.deleted();
    await expect
      .poll(() => client.get(Pods, at, signal).catch((error: unknown) => isNotFound(error)), { timeout: 10_000 })
      .toBe(true);
  });

  it('counts the workspaces of a kind and adds the finalizer while there are any', async () => {
    await using recorder = await recordWorkspace(client, namespace, 'counted');
    await recorder.create({ kind: 'rstudio', imageConfig: 'rstudio-tidyverse:v1.10.0', podConfig: 'small_cpu' });
    const kind = () => client.get(WorkspaceKinds, { name: 'rstudio' }, signal);
    await expect.poll(async () => (await kind()).status?.workspaces, { timeout: 10_000 }).toBe(1);
    expect((await kind()).metadata.finalizers).toEqual([WORKSPACE_KIND_FINALIZER]);
    await client.delete(Workspaces, { namespace, name: 'counted' }, { signal });
    await expect.poll(async () => (await kind()).metadata.finalizers ?? [], { timeout: 10_000 }).toEqual([]);
  });
});

/** Events of a workspace's pods and stateful set as component, kind and reason, sorted. */
async function eventsOf(client: Client, workspace: string): Promise<string[]> {
  const { items } = await client.list(Events, { namespace, signal }, () => undefined);
  const own = items.filter(({ involvedObject }) => involvedObject.name.startsWith(`ws-${workspace}-`));
  return own.map(({ source, involvedObject, reason }) => `${source.component} ${involvedObject.kind} ${reason}`).sort();
}

async function populate(client: Client): Promise<void> {
  const Definitions = {
    ...Namespaces,
    group: 'apiextensions.k8s.io',
    kind: 'CustomResourceDefinition',
    plural: 'customresourcedefinitions',
  };
  for (const definition of definitions) await client.create(Definitions, definition, { signal });
  await vi.waitUntil(() => served(client), { timeout: 20_000 });
  await client.create(Namespaces, manifest('Namespace', namespace, 'v1'), { signal });
  for (const [name, spec] of Object.entries(workspaceKindSpecs)) {
    await client.create(WorkspaceKinds, { ...manifest('WorkspaceKind', name), spec }, { signal });
  }
}

async function served(client: Client): Promise<boolean> {
  const lists = [
    client.list(Workspaces, { signal }, () => undefined),
    client.list(WorkspaceKinds, { signal }, () => undefined),
  ];
  return (await Promise.allSettled(lists)).every(({ status }) => status === 'fulfilled');
}

function manifest(kind: string, name: string, apiVersion = 'kubeflow.org/v1beta1'): Manifest {
  return { apiVersion, kind, metadata: { name } };
}

function isIn(state: string): (workspace: Workspace) => boolean {
  return ({ status }) => status?.state === state;
}
