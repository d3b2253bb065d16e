import { workspaceKindCrd } from '../dev/demo/crds/workspace-kind.ts';
import { workspaceCrd } from '../dev/demo/crds/workspace.ts';
import type { Manifest } from '../dev/simulator/api-object.ts';
import { startSimulator, type Simulator } from '../dev/simulator/simulator.ts';
import { timestampNow } from './timestamp.ts';

/** Approximate size of one message. */
export type MessageBytes = 250 | 2000;

/**
 * Whether all subscribers have the `same` operation, each `different` fields, each another namespace (`by namespace`), or each another
 * filter (`by filter`). The last two select one workspace for each subscriber, so each event is for one of them.
 */
export type Operations = 'same' | 'different' | 'by namespace' | 'by filter';

/** `few`: in one namespace, for subscribers of all of them. `many`: each in a namespace of its own, for subscribers of one. */
export type ClusterLayout = 'few' | 'many';

/**
 * Updated in turn. Many more than the events in flight, so that changes of one object are not coalesced where some subscriptions lag.
 */
const WORKSPACES = { few: 64, many: 1_000 } as const satisfies Record<ClusterLayout, number>;
const CLAIMS = 11;

/** A simulated API server with workspaces to update. */
export interface BenchCluster extends AsyncDisposable {
  readonly simulator: Simulator;
  /** Updates the next workspace: writes the current time into its status. */
  updateNext(event: number): void;
}

export async function startBenchCluster(layout: ClusterLayout): Promise<BenchCluster> {
  const count = WORKSPACES[layout];
  const workspaces = Array.from({ length: count }, (_, index) => workspace(index, layout));
  const simulator = await startSimulator({ objects: [workspaceCrd, workspaceKindCrd, ...workspaces] });
  return {
    simulator,
    updateNext: (event) => void simulator.apply(workspace(event % count, layout)),
    [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose](),
  };
}

export interface OperationOptions {
  readonly operations: Operations;
  readonly messageBytes: MessageBytes;
}

/** Returns the subscription of a subscriber. All have the same length. */
export function operationOf({ operations, messageBytes }: OperationOptions, subscriber: number): string {
  const own = `alias${operations === 'different' ? digitsOf(subscriber) : '0000'}: displayName`;
  const few = `${own} kindName state stateMessage`;
  const many = `metadata { namespace name uid createdAt generation } ${few} paused pendingRestart deferUpdates
    pausedAt lastRunningAt activity { lastActivityAt lastUpdateAt } imageConfig { optionId desiredOptionId }
    podConfig { optionId desiredOptionId } volumes { data { claimName mountPath readOnly } }`;
  const fields = messageBytes === 250 ? few : many;
  return `subscription { workspaces${argumentsOf(operations, digitsOf(subscriber))} { type object { ${fields} } } }`;
}

function argumentsOf(operations: Operations, digits: string): string {
  if (operations === 'by namespace') return `(namespace: "team-${digits}")`;
  if (operations !== 'by filter') return '';
  const filters = [`search: "BOOK-${digits}"`, `labelSelector: "number=${digits}"`, `createdBy: ["user-${digits}"]`];
  return `(filter: { ${filters[Number(digits) % filters.length]} })`;
}

function digitsOf(index: number): string {
  return String(index).padStart(4, '0');
}

function workspace(index: number, layout: ClusterLayout): Manifest {
  const digits = digitsOf(index);
  return {
    apiVersion: 'kubeflow.org/v1beta1',
    kind: 'Workspace',
    metadata: {
      name: `notebook-${digits}`,
      namespace: layout === 'many' ? `team-${digits}` : 'team-a',
      labels: { team: 'bench', number: digits },
      annotations: { 'notebooks.kubeflow.org/created-by': `user-${digits}` },
    },
    spec: {
      displayName: `A notebook for the bench, No. ${digits}`,
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
