import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controlPlaneMissing } from '../../test/support/control-plane.ts';
import { requestTimeout, servers, startControllerOn } from '../../test/support/demo-controller.ts';
import type { Client } from '../../src/kubernetes/client.ts';
import { isNotFound } from '../../src/kubernetes/status-error.ts';
import { Events, Pods, StatefulSets } from './kubernetes-resources.ts';
import { FAULT, WORKSPACE_KIND_FINALIZER } from './annotations.ts';
import { WorkspaceKinds } from './workspace-kind.ts';
import { recordWorkspace } from '../../test/support/workspace-recorder.ts';
import { Workspaces, type Workspace } from './workspace.ts';

const namespace = 'team-research';
if (controlPlaneMissing) console.warn(`Testing the controller against the simulator only: ${controlPlaneMissing}.`);

describe.each(servers.filter(({ missing }) => !missing))('workspace controller against $name', ({ start }) => {
  let client: Client;
  const started = new AsyncDisposableStack();

  beforeAll(async () => {
    client = await startControllerOn(started, await start());
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
      .poll(() => eventsOf(client, 'eventful'))
      .toEqual([
        'default-scheduler Pod Scheduled',
        'kubelet Pod Created',
        'kubelet Pod Pulled',
        'kubelet Pod Started',
        'statefulset-controller StatefulSet SuccessfulCreate',
      ]);
    await recorder.patch({ spec: { paused: true } });
    await recorder.until(isIn('Paused'));
    await expect.poll(() => eventsOf(client, 'eventful')).toHaveLength(7);
    const { items } = await client.list(StatefulSets, { namespace, signal: requestTimeout() }, () => undefined);
    const set = items.find(({ metadata }) => metadata.name.startsWith('ws-eventful-'));
    expect([set?.spec.replicas, set?.metadata.ownerReferences]).toMatchObject([
      0,
      [{ kind: 'Workspace', name: 'eventful' }],
    ]);
  });

  it('keeps at most 30 events of a workspace that is created anew again and again', async () => {
    for (let round = 0; round < 7; round += 1) {
      await using recorder = await recordWorkspace(client, namespace, 'recurring');
      await recorder.create({});
      await recorder.until(isIn('Running'));
      const pod = recorder.latest().status?.podTemplatePod.name ?? '';
      await client.delete(Workspaces, { namespace, name: 'recurring' }, { signal: requestTimeout() });
      await recorder.deleted();
      // Otherwise the next workspace of the name may use the StatefulSet and the pod of this one.
      await expect.poll(() => isDeleted(client, pod)).toBe(true);
    }
    await expect.poll(() => eventsOf(client, 'recurring')).toHaveLength(30);
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
    const pod = recorder.latest().status?.podTemplatePod.name ?? '';
    await client.delete(Workspaces, { namespace, name: 'short-lived' }, { signal: requestTimeout() });
    await recorder.deleted();
    await expect.poll(() => isDeleted(client, pod)).toBe(true);
  });

  it('counts the workspaces of a kind and adds the finalizer while there are any', async () => {
    await using recorder = await recordWorkspace(client, namespace, 'counted');
    await recorder.create({ kind: 'rstudio', imageConfig: 'rstudio-tidyverse:v1.10.0', podConfig: 'small_cpu' });
    const kind = () => client.get(WorkspaceKinds, { name: 'rstudio' }, requestTimeout());
    await expect.poll(async () => (await kind()).status?.workspaces).toBe(1);
    expect((await kind()).metadata.finalizers).toEqual([WORKSPACE_KIND_FINALIZER]);
    await client.delete(Workspaces, { namespace, name: 'counted' }, { signal: requestTimeout() });
    await expect.poll(async () => (await kind()).metadata.finalizers ?? []).toEqual([]);
  });
});

/**
 * Events of a workspace's pods and stateful set as component, kind and reason, sorted. A kube-apiserver itself reports
 * `ClusterIPNotAllocated` about a Service of the same name if its caches of Services and of IP addresses differ for a moment.
 */
async function eventsOf(client: Client, workspace: string): Promise<string[]> {
  const { items } = await client.list(Events, { namespace, signal: requestTimeout() }, () => undefined);
  const own = items.filter(
    ({ involvedObject: { kind, name } }) => kind !== 'Service' && name.startsWith(`ws-${workspace}-`),
  );
  return own.map(({ source, involvedObject, reason }) => `${source.component} ${involvedObject.kind} ${reason}`).sort();
}

/** Returns whether there is no pod of this name. */
async function isDeleted(client: Client, pod: string): Promise<boolean> {
  try {
    await client.get(Pods, { namespace, name: pod }, requestTimeout());
    return false;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return true;
  }
}

function isIn(state: string): (workspace: Workspace) => boolean {
  return ({ status }) => status?.state === state;
}
