import { expect, it } from 'vitest';
import { Client } from '../../src/kubernetes/client.ts';
import { parseQuantity } from '../../src/kubernetes/quantity.ts';
import { createApiConnection } from '../../src/kubernetes/api-connection.ts';
import { requestTimeout } from '../../test/support/demo-controller.ts';
import type { Manifest } from '../simulator/api-object.ts';
import { startSimulator } from '../simulator/simulator.ts';
import { workspaceAdmission } from './admission.ts';
import { demoDelays } from './controller/controller-context.ts';
import { startActivityGenerator } from './activity-generator.ts';
import { Pods, type Pod, RoleBindings, ServiceAccounts, Services, StatefulSets } from './kubernetes-resources.ts';
import { startWorkspaceController } from './workspace-controller.ts';
import { WorkspaceKinds } from './workspace-kind.ts';
import { isWorkspace, Workspaces } from './workspace.ts';
import { clusterFixtures } from './fixtures.ts';

const delays = {
  ...demoDelays,
  createPodMs: 1,
  startPodMs: 1,
  startPodSpreadMs: 0,
  deletePodMs: 1,
  endPodMs: 1,
  countMs: 1,
};

it('contains a workspace in every state, and pending restarts', () => {
  const objects: readonly unknown[] = clusterFixtures(new Date());
  const workspaces = objects.filter(isWorkspace);
  const states = workspaces.map(({ status }) => status?.state);
  expect(new Set(states)).toEqual(new Set(['Running', 'Paused', 'Pending', 'Terminating', 'Error', 'Unknown']));
  expect(new Set(workspaces.map(({ metadata }) => metadata.namespace)).size).toBe(3);
  expect(workspaces.filter(({ status }) => status?.pendingRestart).length).toBeGreaterThanOrEqual(2);
});

it.each([0, 5_000])('requests no more than its nodes have when there are %i workspaces', (count) => {
  const objects: readonly unknown[] = clusterFixtures(new Date(), count);
  const pods = objects.filter(isPod);
  expect(pods.length).toBeGreaterThan(count / 5);
  for (const { metadata, status } of objects.filter(isNode)) {
    const scheduled = pods.filter(({ spec }) => spec.nodeName === metadata.name);
    expect(scheduled.length).toBeLessThanOrEqual(amountOf(status.allocatable, 'pods'));
    for (const resource of ['cpu', 'memory']) {
      const requests = scheduled.flatMap(({ spec }) => spec.containers.map(({ resources }) => resources?.requests));
      const sum = requests.reduce((total, amounts = {}) => total + amountOf(amounts, resource), 0);
      expect(sum, `${resource} of ${metadata.name}`).toBeLessThanOrEqual(amountOf(status.allocatable, resource));
    }
  }
});

it('causes no write when the controller starts', async () => {
  const now = new Date();
  await using simulator = await startSimulator({ objects: clusterFixtures(now), admission: workspaceAdmission });
  const client = await clientOf(simulator.kubeconfig);
  const before = await snapshot(client);
  await using _controller = startWorkspaceController({ client, delays, now: () => now.getTime() });
  await runOne(client);
  const after = new Map(await snapshot(client));
  for (const [key, version] of before) expect([key, after.get(key)]).toEqual([key, version]);
});

it('passes admission without warnings', async () => {
  await using simulator = await startSimulator({ objects: clusterFixtures(new Date()), admission: workspaceAdmission });
  const client = await clientOf(simulator.kubeconfig);
  const { items } = await client.list(WorkspaceKinds, { signal: requestTimeout() }, () => undefined);
  for (const kind of items) {
    const { warnings } = await client.replace(WorkspaceKinds, kind.metadata, kind, {
      dryRun: true,
      signal: requestTimeout(),
    });
    expect(warnings).toEqual([]);
  }
});

it('pauses, starts, deletes and recreates workspaces while the activity generator runs', async () => {
  await using simulator = await startSimulator({ objects: clusterFixtures(new Date()), admission: workspaceAdmission });
  const client = await clientOf(simulator.kubeconfig);
  await using _controller = startWorkspaceController({ client, delays });
  const seen = new Set<string>();
  const all = ['ADDED pop-up', 'DELETED pop-up', 'Running night-owl', 'Paused night-owl'];
  const complete = Promise.withResolvers<void>();
  const stopping = new AbortController();
  const watching = client.watch(Workspaces, {
    resourceVersion: (await client.list(Workspaces, { signal: requestTimeout() }, () => undefined)).resourceVersion,
    timeoutSeconds: 60,
    idleTimeoutMs: 60_000,
    signal: stopping.signal,
    onMalformed: complete.reject,
    onEvent: (event) => {
      if (event.type === 'BOOKMARK') return;
      const { metadata, status } = event.object;
      seen.add(`${event.type} ${metadata.name}`).add(`${status?.state} ${metadata.name}`);
      if (all.every((scene) => seen.has(scene))) complete.resolve();
    },
  });
  watching.catch(complete.reject);
  await using _activity = startActivityGenerator({ client, intervalMs: 20 });
  await complete.promise;
  stopping.abort();
  await expect(watching).rejects.toThrow(/abort/u);
});

interface NodeManifest {
  readonly metadata: { readonly name: string };
  readonly status: { readonly allocatable: Readonly<Record<string, string>> };
}

function isNode(object: unknown): object is NodeManifest {
  return isManifest(object) && object.kind === 'Node';
}

function isPod(object: unknown): object is Pod {
  return isManifest(object) && object.kind === 'Pod';
}

function isManifest(object: unknown): object is Manifest {
  return typeof object === 'object' && object !== null && 'kind' in object;
}

function amountOf(amounts: Readonly<Record<string, string>>, resource: string): number {
  const amount = parseQuantity(amounts[resource] ?? '0');
  if (amount === undefined) throw new TypeError(`Expected a quantity of ${resource}.`);
  return amount;
}

async function clientOf(kubeconfig: string): Promise<Client> {
  return new Client(await createApiConnection({ type: 'text', text: kubeconfig }));
}

/** Resource versions of all objects that the controller writes. */
async function snapshot(client: Client): Promise<[string, string][]> {
  const lists = [
    (await client.list(Workspaces, { signal: requestTimeout() }, () => undefined)).items,
    (await client.list(WorkspaceKinds, { signal: requestTimeout() }, () => undefined)).items.filter(
      ({ metadata }) => metadata.name !== 'codeserver',
    ),
    (await client.list(Pods, { signal: requestTimeout() }, () => undefined)).items,
    (await client.list(StatefulSets, { signal: requestTimeout() }, () => undefined)).items,
    (await client.list(Services, { signal: requestTimeout() }, () => undefined)).items,
    (await client.list(ServiceAccounts, { signal: requestTimeout() }, () => undefined)).items,
    (await client.list(RoleBindings, { signal: requestTimeout() }, () => undefined)).items,
  ];
  return lists
    .flat()
    .map(({ kind, metadata }) => [`${kind} ${metadata.namespace}/${metadata.name}`, metadata.resourceVersion]);
}

/** Waits until a new workspace is Running: the controller has reconciled the existing ones before. */
async function runOne(client: Client): Promise<void> {
  const namespace = 'team-vision';
  const options = { imageConfig: 'codeserver-python:v1.10.0', podConfig: 'tiny_cpu' };
  const spec = { kind: 'codeserver', podTemplate: { volumes: {}, options } };
  const manifest = {
    apiVersion: 'kubeflow.org/v1beta1',
    kind: 'Workspace',
    metadata: { name: 'new', namespace },
    spec,
  };
  await client.create(Workspaces, manifest, { namespace, signal: requestTimeout() });
  const state = async () => (await client.get(Workspaces, { namespace, name: 'new' }, requestTimeout())).status?.state;
  await expect.poll(state).toBe('Running');
}
