import { isDeepStrictEqual } from 'node:util';
import { builder } from '../../../graphql/builder.ts';
import type { Context } from '../../../graphql/context.ts';
import { isConflict, isNotFound } from '../../../kubernetes/status-error.ts';
import { annotationOperations, updateAnnotations } from '../../../mutations/audit-annotations.ts';
import { writePayload, type WritePayload } from '../../../mutations/payload.ts';
import { nameFields } from '../../../mutations/inputs.ts';
import { isFailedTest } from '../../../mutations/retry.ts';
import type { ScopedLister } from '../../../viewer-client/scoped-lister.ts';
import { WorkspaceType } from '../refs.ts';
import { Workspace, type WorkspaceObject } from '../resource.ts';
import { RESTART_ANNOTATION, restartStageOf, secondHalfOf } from '../restart.ts';
import { followWorkspace } from './follow.ts';
import { setPaused } from './pause.ts';
import { allowTimeFor, assertTimeout, authorizeAfterWait, timeoutField } from './wait.ts';

const RestartWorkspaceInput = builder.inputType('RestartWorkspaceInput', {
  description: 'Workspace to restart, and options.',
  fields: (t) => ({
    ...nameFields(t, 'workspace'),
    timeoutSeconds: timeoutField(t, 120),
  }),
});

interface RestartPayload extends WritePayload {
  readonly stateReached: boolean;
}

const RestartWorkspacePayload = writePayload<RestartPayload>('RestartWorkspacePayload', {
  field: 'workspace',
  type: WorkspaceType,
});

builder.objectField(RestartWorkspacePayload, 'stateReached', (t) =>
  t.exposeBoolean('stateReached', {
    description:
      'Whether the workspace was PAUSED and has been started again. False if `timeoutSeconds` passed first; the gateway then starts the workspace later, see `stateHint`. False also if the workspace was deleted, or changed by another client.',
  }),
);

builder.mutationField('restartWorkspace', (t) =>
  t.field({
    type: RestartWorkspacePayload,
    nullable: true,
    description:
      'Restarts a workspace: pauses it, waits until it is PAUSED, and starts it. It is started also if the client disconnects or `timeoutSeconds` passes, and, after a crash of the gateway, by the next one if it may patch workspaces. Until then `stateHint` reports the restart. A change of the spec by another client ends it. CONFLICT if `paused` is already true, or if the workspace is being deleted.',
    args: { input: t.arg({ type: RestartWorkspaceInput, required: true, description: 'Workspace and options.' }) },
    resolve: (_, { input }, context) => restart(context, input),
  }),
);

type RestartInput = typeof RestartWorkspaceInput.$inferInput;

/** Time after which a restart is left to {@link startRestartFinisher}, which has no limit. */
const LONGEST_PAUSE_SECONDS = 3_600;
const CONTINUES = 'The workspace is not PAUSED yet. The gateway starts it when it is: see `stateHint`.';

async function restart(context: Context, input: RestartInput): Promise<RestartPayload> {
  assertTimeout(input);
  allowTimeFor(context, input);
  const { namespace, name, timeoutSeconds } = input;
  const at = { namespace, name };
  const { client, signal } = context;
  const followed = await client.reader.listerForWatch(Workspace, at);
  const { object, warnings } = await setPaused(context, at, { paused: true, restart: true, dryRun: false });
  const started = startWhenPaused(context, followed, object);
  let isAwaited = true;
  started.catch((error: unknown) => {
    if (!isAwaited) context.gateway.onUnexpected(error); // no request reports it
  });
  const timeUp = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => timeUp.resolve(undefined), timeoutSeconds * 1_000);
  const onAbort = () => timeUp.resolve(undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const outcome = await Promise.race([started, timeUp.promise]);
    isAwaited = outcome !== undefined;
    const added = outcome ? outcome.warnings : [CONTINUES];
    const ended = { object, stateReached: false, warnings: [...warnings, ...added] };
    if (!(await authorizeAfterWait(context, object))) return ended;
    return { ...ended, object: followed.withUid(object.metadata.uid) ?? object, ...outcome, warnings: ended.warnings };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

function isMarked({ metadata }: WorkspaceObject): boolean {
  return metadata.annotations?.[RESTART_ANNOTATION] !== undefined;
}

/** Waits until the workspace is PAUSED, and starts it with the identity of the viewer. The request does not end it. */
async function startWhenPaused(
  context: Context,
  followed: ScopedLister<WorkspaceObject>,
  paused: WorkspaceObject,
): Promise<RestartPayload> {
  const { signal } = new AbortController();
  let isReported = false; // the status at the write is that of the time before the pause
  const { workspace, decision } = await followWorkspace(followed, paused, {
    timeoutSeconds: LONGEST_PAUSE_SECONDS,
    signal,
    decide: (version) => {
      isReported ||= !isDeepStrictEqual(version.status, paused.status);
      const stage = restartStageOf(version);
      if (stage !== 'due') return stage === 'pausing' ? undefined : 'ended';
      return isReported ? stage : undefined;
    },
  });
  if (decision !== 'due') {
    // Another gateway, or a client, has started the workspace.
    const isStarted = decision === 'ended' && !isMarked(workspace) && !workspace.metadata.deletionTimestamp;
    return { object: workspace, stateReached: isStarted, warnings: [] };
  }
  const fresh = context.withFreshAuthorization(performance.now(), signal);
  const body = [...secondHalfOf(workspace), ...annotationOperations(updateAnnotations(context), 'annotations')];
  try {
    const patch = { type: 'JSON', body } as const;
    const { object, warnings } = await fresh.client.writer.patch(Workspace, workspace.metadata, patch, {
      verb: 'update',
    });
    return { object, stateReached: true, warnings };
  } catch (error) {
    if (!isFailedTest(error) && !isConflict(error) && !isNotFound(error)) throw error;
    const latest = followed.withUid(workspace.metadata.uid);
    return { object: latest ?? workspace, stateReached: latest !== undefined && !isMarked(latest), warnings: [] };
  }
}
