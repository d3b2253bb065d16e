import { workspaceKindCrd } from '../dev/demo/crds/workspace-kind.ts';
import { workspaceCrd } from '../dev/demo/crds/workspace.ts';
import type { Manifest } from '../dev/simulator/api-object.ts';
import { startSimulator, type Simulator } from '../dev/simulator/simulator.ts';
import { timestampNow } from './timestamp.ts';

/** Approximate size of one message. */
export type MessageBytes = 250 | 2000;

/** Updated in turn. Many more than the events in flight, so that changes of one object are not coalesced where some subscriptions lag. */
const WORKSPACES = 64;
const CLAIMS = 11;

/** Starts a simulated API server with the workspaces to update. */
export async function startBenchCluster(): Promise<Simulator> {
  const workspaces = Array.from({ length: WORKSPACES }, (_, index) => workspace(index));
  return startSimulator({ objects: [workspaceCrd, workspaceKindCrd, ...workspaces] });
}

/** Updates the next workspace: writes the current time into its status. */
export function updateNextWorkspace(cluster: Simulator, event: number): void {
  cluster.apply(workspace(event % WORKSPACES));
}

/** Returns a subscription. Equal numbers have equal operations; all are of the same length. */
export function operationOf(messageBytes: MessageBytes, number: number): string {
  const own = `alias${String(number).padStart(5, '0')}: displayName`;
  const few = `${own} kindName state stateMessage`;
  const many = `metadata { namespace name uid createdAt generation } ${few} paused pendingRestart deferUpdates
    pausedAt lastRunningAt activity { lastActivityAt lastUpdateAt } imageConfig { optionId desiredOptionId }
    podConfig { optionId desiredOptionId } volumes { data { claimName mountPath readOnly } }`;
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
