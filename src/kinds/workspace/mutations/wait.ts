import { isDeepStrictEqual } from 'node:util';
import { type InputFields, builder, type TypeRef } from '../../../graphql/builder.ts';
import type { Context } from '../../../graphql/context.ts';
import { failure } from '../../../graphql/errors.ts';
import type { WritePayload } from '../../../mutations/payload.ts';
import type { ScopedLister } from '../../../viewer-client/scoped-lister.ts';
import type { ViewerClient } from '../../../viewer-client/viewer-client.ts';
import { ownsPod } from '../owned-objects.ts';
import { specOf, statusOf, Workspace, type WorkspaceObject } from '../resource.ts';
import { isBeingDeleted, stateOf, WorkspaceStateEnum, type WorkspaceState } from '../state.ts';
import { followWorkspace } from './follow.ts';

const LONGEST_WAIT_SECONDS = 3_600;

/** Input fields of a mutation that can wait for a state. */
export function waitFields(t: InputFields) {
  return {
    waitFor: t.field({
      type: WorkspaceStateEnum,
      description:
        'State to wait for before the mutation returns, for up to `timeoutSeconds`. Only a state that the controller reports after this change counts, and not that of a pod of an earlier workspace of the same name. If null, the mutation returns at once.',
    }),
    timeoutSeconds: timeoutField(t),
    waitThroughErrors: t.boolean({
      required: true,
      defaultValue: false,
      description:
        'Whether to keep waiting when the workspace reports the state ERROR, such as a pod that cannot be scheduled until a node is added. If false, ERROR ends the wait with `stateReached: false`; see `stateMessage` of the workspace.',
    }),
  };
}

export function timeoutField(t: InputFields, defaultValue = 60) {
  return t.int({
    required: true,
    defaultValue,
    description: `Maximum waiting time in seconds, from 0 to ${LONGEST_WAIT_SECONDS}.`,
  });
}

export interface Waiting {
  readonly waitFor?: WorkspaceState | null | undefined;
  readonly timeoutSeconds: number;
  readonly waitThroughErrors: boolean;
  readonly dryRun: boolean;
}

/** @throws {GraphQLError} BAD_REQUEST if the timeout is out of range */
export function assertTimeout({ timeoutSeconds }: Pick<Waiting, 'timeoutSeconds'>): void {
  if (timeoutSeconds >= 0 && timeoutSeconds <= LONGEST_WAIT_SECONDS) return;
  throw failure('BAD_REQUEST', `Expected timeoutSeconds from 0 to ${LONGEST_WAIT_SECONDS}, got ${timeoutSeconds}.`);
}

/** Time of the request, besides `timeoutSeconds`, for the write and the access reviews. */
const TIME_BESIDES_WAITING_MS = 5_000;

/** Replaces the time limit of the request by that of a mutation that waits. */
export function allowTimeFor({ deadline }: Context, { timeoutSeconds }: Pick<Waiting, 'timeoutSeconds'>): void {
  deadline?.restart(timeoutSeconds * 1_000 + TIME_BESIDES_WAITING_MS);
}

export interface Reached {
  readonly object: WorkspaceObject;
  readonly stateReached: boolean | null;
}

interface Writing {
  readonly at: { readonly namespace: string; readonly name?: string | undefined };
  readonly write: () => Promise<{ readonly object: WorkspaceObject; readonly warnings: readonly string[] }>;
}

/** Writes a workspace and waits for the requested state. The permission to watch is checked before the write. */
export async function writeAndWait(
  context: Context,
  { at, write }: Writing,
  waiting: Waiting,
): Promise<Reached & { readonly warnings: readonly string[] }> {
  assertTimeout(waiting);
  const { client, signal } = context;
  const { waitFor: state, timeoutSeconds, waitThroughErrors, dryRun } = waiting;
  if (state) allowTimeFor(context, waiting);
  const followed: ScopedLister<WorkspaceObject> | undefined = state
    ? await client.reader.listerForWatch(Workspace, at)
    : undefined;
  const { object, warnings } = await write();
  if (!state || !followed) return { object, stateReached: null, warnings };
  if (dryRun) return { object, stateReached: false, warnings }; // nothing has changed
  const decide = stateDecision(client, object, { state, waitThroughErrors });
  const { workspace, decision } = await followWorkspace(followed, object, { timeoutSeconds, signal, decide });
  if (!(await authorizeAfterWait(context, object))) return { object, stateReached: false, warnings };
  return { object: workspace, stateReached: decision === 'reached', warnings };
}

type Decision = 'reached' | 'failed';

/**
 * Returns a function that decides about each version of a written workspace. Only a status that differs from the one at the
 * write counts: the controller writes a status with the version of the object that it has reconciled as its precondition,
 * so a status that is stored after the write belongs to the written spec, or to a later one.
 */
function stateDecision(
  client: ViewerClient,
  written: WorkspaceObject,
  { state, waitThroughErrors }: { readonly state: WorkspaceState; readonly waitThroughErrors: boolean },
): (version: WorkspaceObject) => Promise<Decision | undefined> | Decision | undefined {
  let isReported = false;
  let hasBeenWithoutPod = false;
  return (version) => {
    if (isBeingDeleted(version)) return state === 'TERMINATING' ? 'reached' : 'failed';
    isReported ||= !isDeepStrictEqual(version.status, written.status);
    if (!isReported) return undefined;
    const podName = statusOf(version).podTemplatePod?.name ?? '';
    hasBeenWithoutPod ||= podName === '';
    const decision = decisionOn(version, state);
    if (decision === undefined || (decision === 'failed' && waitThroughErrors)) return undefined;
    // An earlier workspace of the name may still have a pod, but only until the controller has reported none.
    if (written.status !== undefined || hasBeenWithoutPod) return decision;
    // If the owner cannot be read, a later status decides.
    return ownsPod(client, version, podName).then(
      (isOwn) => (isOwn ? decision : undefined),
      () => undefined,
    );
  };
}

function decisionOn(version: WorkspaceObject, state: WorkspaceState): Decision | undefined {
  const reported = stateOf(version);
  if (reported === state) return 'reached';
  if (reported !== 'ERROR') return undefined;
  // The pod of a workspace that is being paused may have an error until it is deleted. An error of the workspace itself
  // stops the controller before it sets the time of the pause.
  const isPausing = specOf(version).paused === true && (statusOf(version).pauseTime ?? 0) > 0;
  return isPausing ? undefined : 'failed';
}

/** Adds the field `stateReached` to the payload of a mutation that can wait. */
export function stateReachedField(payload: TypeRef<WritePayload & Reached>): void {
  builder.objectField(payload, 'stateReached', (t) =>
    t.boolean({
      nullable: true,
      description:
        'Whether the workspace has reached the state of `waitFor`. False if `timeoutSeconds` passed, if it was deleted, or if it reports ERROR; see `state` and `stateMessage` of the workspace. Null if there was no `waitFor`.',
      resolve: ({ stateReached }) => stateReached,
    }),
  );
}

/**
 * Authorizes the viewer again, since permissions may have changed during the wait. Returns whether the viewer may still get the
 * workspace. From now on, the payload shows related objects as far as the viewer may see them now.
 */
export async function authorizeAfterWait(context: Context, { metadata }: WorkspaceObject): Promise<boolean> {
  await context.client.reader.prefetchAgain();
  return context.withFreshAuthorization(performance.now(), context.signal).client.can('get', Workspace, metadata);
}
