import { builder } from '../../graphql/builder.ts';
import { authorOf } from '../../mutations/audit-annotations.ts';
import { WorkspaceType } from './refs.ts';
import { millisecondsOf, specOf, statusOf, type WorkspaceObject } from './resource.ts';

const PauseCause = builder.enumType('PauseCause', {
  description: 'Reason for the pause of a workspace, as far as it can be inferred: the controller does not record it.',
  values: {
    USER: { description: 'A user paused it through this gateway, or created it paused.' },
    IDLE: { description: 'The controller paused it for inactivity, by a rule of its WorkspaceKind.' },
    UNKNOWN: {
      description:
        'Not known: paused with other tools, such as the REST backend, which does not record the user; changed by a user since; or the controller has not reported the time yet.',
    },
  } as const,
});

interface Pause {
  readonly cause: typeof PauseCause.$inferType;
  readonly user: string | null;
}

/** Time in which the controller notices a change, or pauses after the probe that found the workspace idle. */
const REACTION_MS = 30_000;
/** Differences between the clocks of gateway and controller. */
const SKEW_MS = 5_000;

/**
 * Returns why a workspace is paused; null while it is not to be paused. A user's change sets the audit annotations, and the
 * controller reports `pauseTime` right after the change. It pauses an idle workspace itself, right after a successful probe
 * past `eligibleAfter`: a change that was made before this probe left the workspace running, and did not pause it.
 */
function pauseOf(workspace: WorkspaceObject): Pause | null {
  if (specOf(workspace).paused !== true) return null;
  const pausedAt = millisecondsOf(statusOf(workspace).pauseTime);
  if (pausedAt === undefined) return { cause: 'UNKNOWN', user: null };
  const author = authorOf(workspace);
  const changedAt = Date.parse(author.at);
  const foundIdleAt = foundIdleAtOf(workspace, pausedAt);
  if (author.name !== null && isRightBefore(changedAt, pausedAt) && !(foundIdleAt && changedAt < foundIdleAt))
    return { cause: 'USER', user: author.name };
  return { cause: foundIdleAt ? 'IDLE' : 'UNKNOWN', user: null };
}

/** Returns the time of the probe that has found the workspace idle right before its pause. Undefined if none has. */
function foundIdleAtOf(workspace: WorkspaceObject, pausedAt: number): number | undefined {
  const { rules, lastProbe } = statusOf(workspace).activity ?? {};
  const eligibleAt = millisecondsOf(rules?.pauseWorkspace?.eligibleAfter);
  const probedAt = millisecondsOf(lastProbe?.endTime);
  if (eligibleAt === undefined || probedAt === undefined || lastProbe?.result !== 'Success') return undefined;
  return eligibleAt <= pausedAt && isRightBefore(probedAt, pausedAt) ? probedAt : undefined;
}

/** False if a time is NaN. */
function isRightBefore(time: number, pausedAt: number): boolean {
  return time <= pausedAt + SKEW_MS && pausedAt - time <= REACTION_MS;
}

const WorkspacePause = builder.objectRef<Pause>('WorkspacePause').implement({
  description: 'Pause of a workspace, with its cause.',
  fields: (t) => ({
    cause: t.expose('cause', { type: PauseCause, description: 'Cause of the pause.' }),
    user: t.exposeString('user', {
      nullable: true,
      description:
        'Name of the user who paused the workspace, or changed it up to 30 seconds before. Null unless the cause is USER.',
    }),
  }),
});

builder.objectField(WorkspaceType, 'pause', (t) =>
  t.field({
    type: WorkspacePause,
    nullable: true,
    description:
      'Cause of the pause, inferred from the audit annotations, `pausedAt` and the last activity probe. Null while `paused` is false.',
    resolve: pauseOf,
  }),
);
