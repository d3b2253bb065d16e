import { workspaceKindCrd } from '../dev/demo/crds/workspace-kind.ts';
import { workspaceCrd } from '../dev/demo/crds/workspace.ts';
import type { Manifest } from '../dev/simulator/api-object.ts';
import { startSimulator, type Simulator } from '../dev/simulator/simulator.ts';
import { timestampNow } from './timestamp.ts';

/** About how large one event is. */
export type MessageBytes = 250 | 2000;

/** Written in turn: more than are ever on their way at once, so no change overtakes another of the same object. */
export const WORKSPACES = 8;
const CLAIMS = 11;

/** An API server with the workspaces that are written to. */
export async function startBenchCluster(): Promise<Simulator> {
  const workspaces = Array.from({ length: WORKSPACES }, (_, index) => workspace(index));
  return startSimulator({ objects: [workspaceCrd, workspaceKindCrd, ...workspaces] });
}

/** Changes the next workspace: it then carries the moment of this write. */
export function updateNextWorkspace(cluster: Simulator, event: number): void {
  cluster.apply(workspace(event % WORKSPACES));
}

/** @param reader whose operation it is: equal numbers have equal operations, and all are of the same length */
export function operationOf(messageBytes: MessageBytes, reader: number): string {
  const own = `alias${String(reader).padStart(5, '0')}: displayName`;
  const few = `${own} kindName state stateMessage`;
  const many = `metadata { namespace name uid createdAt generation } ${few} paused pendingRestart deferUpdates
    pausedAt lastRunningAt activity { lastActivityAt lastUpdateAt } imageConfig { id desiredId }
    podConfig { id desiredId } volumes { data { claimName mountPath readOnly } }`;
  return `subscription { workspaces { type object { ${messageBytes === 250 ? few : many} } } }`;
}

function workspace(index: number): Manifest {
  return {
    apiVersion: 'kubeflow.org/v1beta1',
    kind: 'Workspace',
    metadata: { name: `notebook-${index}`, namespace: 'team-a', labels: { team: 'bench' } },
    spec: {
      displayName: `A notebook for the bench, No. ${index}`,
      kind: 'jupyterlab',
      paused: false,
      podTemplate: {
        volumes: { home: 'home-claim', data: Array.from({ length: CLAIMS }, (_, claim) => claimOf(claim)) },
        options: { imageConfig: 'jupyterlab_scipy_190', podConfig: 'tiny_cpu' },
      },
    },
    status: statusNow(),
  };
}

function claimOf(index: number): object {
  const number = String(index).padStart(2, '0');
  return { pvcName: `shared-data-of-the-team-${number}`, mountPath: `/home/jovyan/shared/data-of-the-team-${number}` };
}

function statusNow(): object {
  return {
    state: 'Running',
    stateMessage: `${timestampNow()} Workspace is running`,
    activity: { lastActivity: 1_763_712_000_000, lastUpdate: 1_763_712_060_000 },
    lastRunningTime: 1_763_700_000_000,
    pauseTime: 0,
    pendingRestart: false,
    podTemplateOptions: {
      imageConfig: { desired: 'jupyterlab_scipy_200', redirectChain: [] },
      podConfig: { desired: 'tiny_cpu', redirectChain: [] },
    },
    podTemplatePod: { name: 'notebook-0', nodeName: 'node-1' },
  };
}
