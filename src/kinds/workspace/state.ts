import { builder } from '../../graphql/builder.ts';
import { statusOf, type WorkspaceObject } from './resource.ts';

const descriptions = {
  RUNNING: 'Its pod runs and is ready.',
  TERMINATING: 'Its pod is going.',
  PAUSED: 'It has no pod, as asked for.',
  PENDING: 'Its pod is being scheduled or started.',
  ERROR: 'It cannot run; `stateMessage` says why.',
  UNKNOWN: 'The controller has not looked yet, does not know, or says something this gateway does not know.',
} as const;

export type WorkspaceState = keyof typeof descriptions;

export const WorkspaceStateEnum = builder.enumType('WorkspaceState', {
  description: 'What a workspace is doing, as the controller last reported.',
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

/** UNKNOWN for a missing status, an empty state, and a state of a newer cluster. */
export function stateOf(workspace: WorkspaceObject): WorkspaceState {
  return stateByName.get(statusOf(workspace).state) ?? 'UNKNOWN';
}
