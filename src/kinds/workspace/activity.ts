import { builder } from '../../graphql/builder.ts';
import { millisecondsOf, timestampOf, statusOf, type ActivityStatus, type WorkspaceObject } from './resource.ts';
import { stateOf } from './state.ts';

const ProbeResult = builder.enumType('ProbeResult', {
  description: 'Result of an activity probe.',
  values: {
    SUCCESS: { description: 'The workspace reported its last activity.' },
    FAILURE: { description: 'The probe failed.' },
    TIMEOUT: { description: 'The workspace did not respond in time.' },
    UNKNOWN: { description: 'A result that this gateway does not know.' },
  } as const,
});

const resultByName: ReadonlyMap<string, typeof ProbeResult.$inferType> = new Map([
  ['Success', 'SUCCESS'],
  ['Failure', 'FAILURE'],
  ['Timeout', 'TIMEOUT'],
]);

interface Probe {
  readonly startedAt: string;
  readonly endedAt: string;
  readonly result: string;
  readonly message: string;
}

const WorkspaceProbe = builder.objectRef<Probe>('WorkspaceProbe').implement({
  description: 'Activity probe that the controller ran against a workspace.',
  fields: (t) => ({
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'Start of the probe.' }),
    endedAt: t.expose('endedAt', { type: 'DateTime', description: 'End of the probe.' }),
    result: t.field({
      type: ProbeResult,
      description: 'Result of the probe.',
      resolve: ({ result }) => resultByName.get(result) ?? 'UNKNOWN',
    }),
    message: t.exposeString('message', { description: 'Human-readable message of the controller.' }),
  }),
});

/** Returns the last probe. Null if the controller reports none, or none with a time. */
function probeOf(activity: ActivityStatus | undefined): Probe | null {
  const { startTime, endTime, result = '', message = '' } = activity?.lastProbe ?? {};
  const startedAt = timestampOf(startTime) ?? timestampOf(endTime);
  return startedAt === null ? null : { startedAt, endedAt: timestampOf(endTime) ?? startedAt, result, message };
}

/** Returns the time from which the controller may pause the workspace, in milliseconds. Undefined unless it is RUNNING. */
export function pauseEligibleAtOf(workspace: WorkspaceObject): number | undefined {
  if (stateOf(workspace) !== 'RUNNING') return undefined; // otherwise the time belongs to the previous run
  return millisecondsOf(statusOf(workspace).activity?.rules?.pauseWorkspace?.eligibleAfter);
}

export const WorkspaceActivity = builder.objectRef<WorkspaceObject>('WorkspaceActivity').implement({
  description:
    'Activity of a workspace. The controller resets it when the workspace starts; times may move backwards or lie in the future.',
  fields: (t) => ({
    lastActivityAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Time of the last observed activity. Null if none is known.',
      resolve: (workspace) => timestampOf(statusOf(workspace).activity?.lastActivity),
    }),
    lastUpdateAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Time when the controller last updated the activity. Null before the first update.',
      resolve: (workspace) => timestampOf(statusOf(workspace).activity?.lastUpdate),
    }),
    lastProbe: t.field({
      type: WorkspaceProbe,
      nullable: true,
      description: 'Last activity probe. Null before the first probe, and if the controller does not report probes.',
      resolve: (workspace) => probeOf(statusOf(workspace).activity),
    }),
    pauseEligibleAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'Time from which the controller may pause the workspace for inactivity. Null unless it is RUNNING and the time is known.',
      resolve: (workspace) => timestampOf(pauseEligibleAtOf(workspace)),
    }),
  }),
});
