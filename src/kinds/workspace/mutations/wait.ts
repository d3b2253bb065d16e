import { type InputFields, builder, type TypeRef } from '../../../graphql/builder.ts';
import type { Context } from '../../../graphql/context.ts';
import { failure } from '../../../graphql/errors.ts';
import type { WritePayload } from '../../../mutations/payload.ts';
import type { ScopedLister } from '../../../viewer-client/scoped-lister.ts';
import { Workspace, type WorkspaceObject } from '../resource.ts';
import { stateOf, WorkspaceStateEnum, type WorkspaceState } from '../state.ts';

const LONGEST_WAIT_SECONDS = 3_600;

/** Input fields of a mutation that can wait for a state. */
export function waitFields(t: InputFields) {
  return {
    waitFor: t.field({
      type: WorkspaceStateEnum,
      description:
        'State to wait for before the mutation returns, for up to `timeoutSeconds`. If null, it returns at once.',
    }),
    timeoutSeconds: timeoutField(t),
  };
}

export function timeoutField(t: InputFields) {
  return t.int({
    required: true,
    defaultValue: 60,
    description: `Maximum waiting time in seconds, from 0 to ${LONGEST_WAIT_SECONDS}.`,
  });
}

export interface Waiting {
  readonly waitFor?: WorkspaceState | null | undefined;
  readonly timeoutSeconds: number;
  readonly dryRun: boolean;
}

/** @throws {GraphQLError} BAD_REQUEST if the timeout is out of range */
export function assertTimeout({ timeoutSeconds }: Pick<Waiting, 'timeoutSeconds'>): void {
  if (timeoutSeconds >= 0 && timeoutSeconds <= LONGEST_WAIT_SECONDS) return;
  throw failure('BAD_REQUEST', `Expected timeoutSeconds from 0 to ${LONGEST_WAIT_SECONDS}, got ${timeoutSeconds}.`);
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
  const { waitFor: state, timeoutSeconds, dryRun } = waiting;
  const followed: ScopedLister<WorkspaceObject> | undefined = state
    ? await client.reader.listerForWatch(Workspace, at)
    : undefined;
  const { object, warnings } = await write();
  if (!state || !followed) return { object, stateReached: null, warnings };
  if (dryRun) return { object, stateReached: stateOf(object) === state, warnings };
  const { workspace, stateReached } = await waitForState(followed, object, { state, timeoutSeconds, signal });
  if (!(await mayStillGet(context, object))) return { object, stateReached: false, warnings };
  return { object: workspace, stateReached, warnings };
}

/** Adds the field `stateReached` to the payload of a mutation that can wait. */
export function stateReachedField(payload: TypeRef<WritePayload & Reached>): void {
  builder.objectField(payload, 'stateReached', (t) =>
    t.boolean({
      nullable: true,
      description: 'Whether the workspace has reached the state of `waitFor`. Null if there was none.',
      resolve: ({ stateReached }) => stateReached,
    }),
  );
}

/** Whether the viewer may still get the workspace: permissions may have been revoked during the wait. */
export async function mayStillGet(
  { withFreshAuthorization }: Context,
  { metadata }: WorkspaceObject,
): Promise<boolean> {
  return withFreshAuthorization(performance.now()).client.can('get', Workspace, metadata);
}

interface Patience {
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

/**
 * Waits until the workspace is in the state, is deleted, or the timeout has passed.
 * @throws {Error} if the workspace can no longer be watched
 */
async function waitForState(
  objects: ScopedLister<WorkspaceObject>,
  written: WorkspaceObject,
  { state, ...patience }: Patience & { readonly state: WorkspaceState },
): Promise<{ readonly workspace: WorkspaceObject; readonly stateReached: boolean }> {
  const latest = objects.withUid(written.metadata.uid) ?? written;
  if (stateOf(latest) === state) return { workspace: latest, stateReached: true };
  const isOver = (after: WorkspaceObject | undefined) => !after || stateOf(after) === state;
  const { last, after } = await wait(objects, latest, { ...patience, isOver });
  return { workspace: last, stateReached: after !== undefined && stateOf(after) === state };
}

/**
 * Waits until the workspace is deleted or the timeout has passed.
 * @throws {Error} if the workspace can no longer be watched
 */
export async function waitUntilGone(
  objects: ScopedLister<WorkspaceObject>,
  deleted: WorkspaceObject,
  patience: Patience,
): Promise<{ readonly workspace: WorkspaceObject; readonly gone: boolean }> {
  const latest = objects.withUid(deleted.metadata.uid);
  if (!latest) return { workspace: deleted, gone: true };
  const { last, after } = await wait(objects, latest, { ...patience, isOver: (present) => !present });
  return { workspace: last, gone: after === undefined };
}

/** Last observed state of a workspace. `after` is undefined if it has been deleted. */
interface Seen {
  readonly last: WorkspaceObject;
  readonly after: WorkspaceObject | undefined;
}

interface WaitOptions extends Patience {
  readonly isOver: (after: WorkspaceObject | undefined) => boolean;
}

function wait(
  objects: ScopedLister<WorkspaceObject>,
  present: WorkspaceObject,
  { isOver, timeoutSeconds, signal }: WaitOptions,
): Promise<Seen> {
  const { uid } = present.metadata;
  let seen: Seen = { last: present, after: present };
  return new Promise((resolve, reject) => {
    const timer = setTimeout(finish, timeoutSeconds * 1_000);
    const unfollow = objects.addEventHandler({
      changed: ({ after, last }) => {
        if (last.metadata.uid !== uid) return;
        seen = { after, last };
        if (isOver(after)) finish();
      },
      reset: finish,
      failed: (error) => {
        release();
        reject(error);
      },
    });
    signal.addEventListener('abort', finish, { once: true });
    function finish(): void {
      release();
      resolve(seen);
    }
    function release(): void {
      clearTimeout(timer);
      unfollow();
      signal.removeEventListener('abort', finish);
    }
  });
}
