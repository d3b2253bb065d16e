import { builder } from '../../graphql/builder.ts';
import { statusOf, type WorkspaceObject } from './resource.ts';

const descriptions = {
  RUNNING: 'The pod is running and ready.',
  TERMINATING: 'The pod is being terminated, or the workspace is being deleted.',
  PAUSED: 'The workspace is paused and has no pod.',
  PENDING: 'The pod is being scheduled or started.',
  ERROR: 'The workspace cannot run. See `stateMessage` for the reason.',
  UNKNOWN: 'The controller has not reported a state, or reports one that this gateway does not know.',
} as const;

export type WorkspaceState = keyof typeof descriptions;

export const WorkspaceStateEnum = builder.enumType('WorkspaceState', {
  description:
    'Observed state of a workspace: TERMINATING while it is being deleted, else as last reported by the controller.',
  values: {
    RUNNING: { description: descriptions.RUNNING },
    TERMINATING: { description: descriptions.TERMINATING },
    PAUSED: { description: descriptions.PAUSED },
    PENDING: { description: descriptions.PENDING },
    ERROR: { description: descriptions.ERROR },
    UNKNOWN: { description: descriptions.UNKNOWN },
  } as const satisfies Record<WorkspaceState, object>,
});

const stateByName: ReadonlyMap<string | undefined, WorkspaceState> = new Map([
  ['Running', 'RUNNING'],
  ['Terminating', 'TERMINATING'],
  ['Paused', 'PAUSED'],
  ['Pending', 'PENDING'],
  ['Error', 'ERROR'],
]);

/**
 * Returns the observed state. The controller ignores a workspace that is being deleted, so its last report is outdated and the
 * state is TERMINATING. UNKNOWN if the status or state is missing, or if the state is not known to this gateway.
 */
export function stateOf(workspace: WorkspaceObject): WorkspaceState {
  if (isBeingDeleted(workspace)) return 'TERMINATING';
  return stateByName.get(statusOf(workspace).state) ?? 'UNKNOWN';
}

export function isBeingDeleted({ metadata }: WorkspaceObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Maximum length of a label value. The controller labels the objects of a workspace with its name. */
export const LONGEST_NAME = 63;

/** Returns why the state of a workspace will not change by itself. Undefined if no reason is known. */
export function stateHintOf(workspace: WorkspaceObject): string | undefined {
  return deletionHintOf(workspace) ?? nameHintOf(workspace);
}

/** Finalizers of the garbage collector of Kubernetes, and what they wait for. */
const garbageCollection = new Map([
  ['foregroundDeletion', 'the deletion of the objects that the workspace owns, such as its pod'],
  ['orphan', 'the garbage collector, which releases the objects that the workspace owns'],
]);

function deletionHintOf(workspace: WorkspaceObject): string | undefined {
  const { finalizers = [] } = workspace.metadata;
  if (!isBeingDeleted(workspace) || finalizers.length === 0) return undefined;
  const awaited = finalizers.map(
    (finalizer) =>
      garbageCollection.get(finalizer) ?? `the finalizer ${JSON.stringify(finalizer)}, which its controller removes`,
  );
  return `The workspace is being deleted. The deletion waits for ${awaited.join(', and for ')}.`;
}

function nameHintOf(workspace: WorkspaceObject): string | undefined {
  const { name } = workspace.metadata;
  const state = stateOf(workspace);
  if (state !== 'UNKNOWN' && state !== 'ERROR') return undefined; // the controller does run it
  if (name.length > LONGEST_NAME) {
    const why = `the name has ${name.length} characters, but it becomes a label value of at most ${LONGEST_NAME}`;
    return `The controller cannot run this workspace: ${why}. Create a workspace with a shorter name.`;
  }
  if (!name.includes('.')) return undefined;
  const why = 'the name contains a dot, but it becomes part of the name of a Service';
  return `The controller cannot run this workspace: ${why}. Create a workspace with a name without dots.`;
}
