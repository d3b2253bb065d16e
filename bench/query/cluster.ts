import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { startSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { bound, clusterRole } from '../../test/support/access/rbac-objects.ts';
import { namespace, workspaceKind } from '../../test/support/manifests.ts';

export const NAMESPACES = 20;
const KIND = 'jupyterlab';
const BEGIN_MS = Date.UTC(2026, 0, 1);
const STEP_MS = 61_000;
const states = ['Running', 'Running', 'Running', 'Paused', 'Pending', 'Error'] as const;

/** The viewers of all requests. Each may do everything, by a binding of its own. */
export const viewers = ['viewer-0', 'viewer-1', 'viewer-2'] as const;

/** Viewers who may do everything in {@link MEMBER_NAMESPACES} of the namespaces, if there are more. */
export const members = ['member-0', 'member-1', 'member-2'] as const;

const MEMBER_NAMESPACES = 20;

/** Starts a simulated API server with workspaces in some namespaces. */
export async function startQueryCluster(workspaces: number, namespaces = NAMESPACES): Promise<Simulator> {
  const names = Array.from({ length: namespaces }, (_, index) => `team-${index}`);
  const joined = names.filter((_, index) => index % (namespaces / MEMBER_NAMESPACES) === 0);
  const everything = clusterRole('everything', { apiGroups: ['*'], resources: ['*'], verbs: ['*'] });
  return startSimulator({
    bookmarkIntervalMs: 60_000,
    objects: [
      workspaceCrd,
      workspaceKindCrd,
      everything,
      ...viewers.map((name) => bound({ name, groups: [] }, 'everything')),
      ...members.flatMap((name) => joined.map((at) => bound({ name, groups: [] }, 'everything', at))),
      workspaceKind(KIND),
      ...names.map((name) => namespace(name)),
      ...Array.from({ length: workspaces }, (_, index) => workspaceAt(index, { namespaces })),
    ],
  });
}

/** Changes one workspace: its state message becomes the given text. */
export function changeWorkspace(cluster: Simulator, index: number, message: string): void {
  cluster.apply(workspaceAt(index, { message }));
}

/** Returns the name of a workspace. */
export function nameAt(index: number): string {
  return `notebook-${index}`;
}

/** Returns the namespace of a workspace. */
export function namespaceAt(index: number, namespaces = NAMESPACES): string {
  return `team-${index % namespaces}`;
}

function workspaceAt(
  index: number,
  { namespaces = NAMESPACES, message = 'Workspace is running' }: { namespaces?: number; message?: string } = {},
): Manifest {
  return {
    apiVersion: 'kubeflow.org/v1beta1',
    kind: 'Workspace',
    metadata: {
      name: nameAt(index),
      namespace: namespaceAt(index, namespaces),
      labels: { team: `team-${index % NAMESPACES}`, tier: index % 3 === 0 ? 'dev' : 'prod' },
      annotations: {
        'notebooks.kubeflow.org/created-by': `user-${index % 200}@example.com`,
        'notebooks.kubeflow.org/updated-by': `user-${index % 300}@example.com`,
        'notebooks.kubeflow.org/updated-at': new Date(BEGIN_MS + index * STEP_MS).toISOString(),
      },
    },
    spec: specOf(index),
    status: statusOf(index, message),
  };
}

function specOf(index: number): object {
  return {
    displayName: `Notebook ${(index * 7_919) % 100_000} of a data scientist`,
    kind: KIND,
    paused: states[index % states.length] === 'Paused',
    podTemplate: {
      podMetadata: { labels: { app: 'notebook' }, annotations: {} },
      volumes: {
        home: `home-${index}`,
        data: [{ pvcName: `data-${index % 500}`, mountPath: '/data/shared', readOnly: false }],
      },
      options: { imageConfig: index % 4 === 0 ? 'scipy' : 'scipy-2', podConfig: index % 5 === 0 ? 'big' : 'tiny' },
    },
  };
}

function statusOf(index: number, message: string): object {
  const at = Math.floor((BEGIN_MS + ((index * 7_919) % 100_000) * STEP_MS) / 1_000);
  const redirect = { source: 'scipy', target: 'scipy-2' };
  return {
    state: states[index % states.length],
    stateMessage: message,
    activity: { lastActivity: at, lastUpdate: at + 60 },
    lastRunningTime: at - 3_600,
    pauseTime: states[index % states.length] === 'Paused' ? at + 600 : 0,
    pendingRestart: index % 4 === 0,
    podTemplateOptions: {
      imageConfig: index % 4 === 0 ? { desired: 'scipy-2', redirectChain: [redirect] } : { desired: 'scipy-2' },
      podConfig: {},
    },
    podTemplatePod: { name: `ws-notebook-${index}-0`, nodeName: `node-${index % 100}` },
  };
}
