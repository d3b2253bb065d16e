import { builder } from '../../graphql/builder.ts';
import { statusOf, type WorkspaceObject } from './resource.ts';

export const WorkspaceStateEnum = builder.enumType('WorkspaceState', {
  description:
    'Observed state of a workspace: TERMINATING while it is being deleted, else as last reported by the controller.',
  values: {
    RUNNING: { description: 'The pod is running and ready.' },
    TERMINATING: { description: 'The pod is being terminated, or the workspace is being deleted.' },
    PAUSED: { description: 'The workspace is paused and has no pod.' },
    PENDING: { description: 'The pod is being scheduled or started.' },
    ERROR: { description: 'The workspace cannot run. See `stateMessage` for the reason.' },
    UNKNOWN: {
      description: 'The controller has not reported a state, or reports one that this gateway does not know.',
    },
  } as const,
});

export type WorkspaceState = typeof WorkspaceStateEnum.$inferType;

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
