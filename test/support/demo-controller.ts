import { vi } from 'vitest';
import type { Delays } from '../../dev/demo/controller/controller-context.ts';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { workspaceKindSpecs } from '../../dev/demo/fixtures/workspace-kinds.ts';
import { Namespaces } from '../../dev/demo/kubernetes-resources.ts';
import { startWorkspaceController } from '../../dev/demo/workspace-controller.ts';
import { WorkspaceKinds } from '../../dev/demo/workspace-kind.ts';
import { Workspaces } from '../../dev/demo/workspace.ts';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { startSimulator } from '../../dev/simulator/simulator.ts';
import { createApiConnection } from '../../src/kubernetes/api-connection.ts';
import { Client } from '../../src/kubernetes/client.ts';
import { controlPlaneMissing, startControlPlane } from './control-plane.ts';

interface Server extends AsyncDisposable {
  readonly kubeconfig: string;
}

/** The API servers that the demo's controller is tested against. */
export const servers = [
  { name: 'the simulator', missing: undefined, start: (): Promise<Server> => startSimulator() },
  { name: 'a real API server', missing: controlPlaneMissing, start: (): Promise<Server> => startControlPlane() },
];

const delays: Delays = {
  createPodMs: 5,
  startPodMs: 5,
  startPodSpreadMs: 0,
  deletePodMs: 5,
  endPodMs: 5,
  countMs: 5,
  retryMs: 20,
};

const definitions = [workspaceCrd, workspaceKindCrd];
const TIMEOUT_MS = 60_000;

/** Returns a limit on the time of one request. A limit of a module would expire while later test files share the module. */
export function requestTimeout(): AbortSignal {
  return AbortSignal.timeout(TIMEOUT_MS);
}

/** Creates the kinds of the demo and the namespace `team-research`, and starts the demo's controller. */
export async function startControllerOn(started: AsyncDisposableStack, server: Server): Promise<Client> {
  started.use(server);
  const client = new Client(await createApiConnection({ type: 'text', text: server.kubeconfig }));
  await populate(client);
  started.use(startWorkspaceController({ client, delays }));
  return client;
}

async function populate(client: Client): Promise<void> {
  const Definitions = {
    ...Namespaces,
    group: 'apiextensions.k8s.io',
    kind: 'CustomResourceDefinition',
    plural: 'customresourcedefinitions',
  };
  for (const definition of definitions) await client.create(Definitions, definition, { signal: requestTimeout() });
  await vi.waitUntil(() => served(client), { timeout: 20_000 });
  await client.create(Namespaces, manifest('Namespace', 'team-research', 'v1'), { signal: requestTimeout() });
  for (const [name, spec] of Object.entries(workspaceKindSpecs)) {
    await client.create(WorkspaceKinds, { ...manifest('WorkspaceKind', name), spec }, { signal: requestTimeout() });
  }
}

async function served(client: Client): Promise<boolean> {
  const lists = [
    client.list(Workspaces, { signal: requestTimeout() }, () => undefined),
    client.list(WorkspaceKinds, { signal: requestTimeout() }, () => undefined),
  ];
  return (await Promise.allSettled(lists)).every(({ status }) => status === 'fulfilled');
}

function manifest(kind: string, name: string, apiVersion = 'kubeflow.org/v1beta1'): Manifest {
  return { apiVersion, kind, metadata: { name } };
}
