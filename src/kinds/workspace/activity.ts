import { builder } from '../../graphql/builder.ts';
import { timestampOf, statusOf, type ActivityStatus, type WorkspaceObject } from './resource.ts';
import { stateOf } from './state.ts';

const probeResults = { Success: 'SUCCESS', Failure: 'FAILURE', Timeout: 'TIMEOUT' } as const;

const ProbeResult = builder.enumType('ProbeResult', {
  description: 'How an activity probe ended.',
  values: {
    SUCCESS: { description: 'The workspace told when it was last active.' },
    FAILURE: { description: 'The workspace could not be asked.' },
    TIMEOUT: { description: 'The workspace did not answer in time.' },
    UNKNOWN: { description: 'Something this gateway does not know.' },
  } as const,
});

interface Probe {
  readonly startedAt: string;
  readonly endedAt: string;
  readonly result: string;
  readonly message: string;
}

const WorkspaceProbe = builder.objectRef<Probe>('WorkspaceProbe').implement({
  description: 'One look of the controller at how active a workspace is.',
  fields: (t) => ({
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
    endedAt: t.expose('endedAt', { type: 'DateTime', description: 'When it ended.' }),
    result: t.field({
      type: ProbeResult,
      description: 'How it ended.',
      resolve: ({ result }) => (isKnown(result) ? probeResults[result] : 'UNKNOWN'),
    }),
    message: t.exposeString('message', { description: 'What the controller says of it, for people.' }),
  }),
});

/** Null where the controller does not tell, or tells no time of it. */
function probeOf(activity: ActivityStatus | undefined): Probe | null {
  const { startTime, endTime, result = '', message = '' } = activity?.lastProbe ?? {};
  const startedAt = timestampOf(startTime) ?? timestampOf(endTime);
  return startedAt === null ? null : { startedAt, endedAt: timestampOf(endTime) ?? startedAt, result, message };
}

function isKnown(result: string): result is keyof typeof probeResults {
  return Object.hasOwn(probeResults, result);
}

export const WorkspaceActivity = builder.objectRef<WorkspaceObject>('WorkspaceActivity').implement({
  description:
    'When a workspace was last used. Forgotten each time it begins to run; the times may go back or lie in the future.',
  fields: (t) => ({
    lastActivityAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used. Null when that is not known.',
      resolve: (workspace) => timestampOf(statusOf(workspace).activity?.lastActivity),
    }),
    lastUpdateAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When this was last found out. Null before the first time.',
      resolve: (workspace) => timestampOf(statusOf(workspace).activity?.lastUpdate),
    }),
    lastProbe: t.field({
      type: WorkspaceProbe,
      nullable: true,
      description: 'The last look at it. Null before the first, and where the controller does not tell.',
      resolve: (workspace) => probeOf(statusOf(workspace).activity),
    }),
    pauseEligibleAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'From when on it may be paused for want of activity. Null unless it is RUNNING and the time is known.',
      resolve: (workspace) => {
        if (stateOf(workspace) !== 'RUNNING') return null; // what is there then is left over from the last run
        return timestampOf(statusOf(workspace).activity?.rules?.pauseWorkspace?.eligibleAfter);
      },
    }),
  }),
});
