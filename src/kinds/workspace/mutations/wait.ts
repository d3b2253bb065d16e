import { type InputFields, builder, type TypeRef } from '../../../graphql/builder.ts';
import type { Context } from '../../../graphql/context.ts';
import { failure } from '../../../graphql/errors.ts';
import type { WritePayload } from '../../../mutations/payload.ts';
import type { ScopedLister } from '../../../viewer-client/scoped-lister.ts';
import { Workspace, type WorkspaceObject } from '../resource.ts';
import { stateOf, WorkspaceStateEnum, type WorkspaceState } from '../state.ts';

const LONGEST_WAIT_SECONDS = 3_600;

/** Until which state, and how long, to wait before answering. */
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

/** @throws {GraphQLError} BAD_REQUEST for a time that is none */
export function assertTimeout({ timeoutSeconds }: Pick<Waiting, 'timeoutSeconds'>): void {
  if (timeoutSeconds >= 0 && timeoutSeconds <= LONGEST_WAIT_SECONDS) return;
  throw failure('BAD_REQUEST', `timeoutSeconds must be from 0 to ${LONGEST_WAIT_SECONDS}, got ${timeoutSeconds}.`);
}

export interface Reached {
  readonly object: WorkspaceObject;
  readonly stateReached: boolean | null;
}

interface Writing {
  readonly at: { readonly namespace: string; readonly name?: string | undefined };
  readonly write: () => Promise<{ readonly object: WorkspaceObject; readonly warnings: readonly string[] }>;
}

/** Writes, then waits as asked; what cannot be followed is refused before anything is changed. */
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

/** Adds, to the answer of a mutation that may wait, whether what it waited for has come. */
export function stateReachedField(payload: TypeRef<WritePayload & Reached>): void {
  builder.objectField(payload, 'stateReached', (t) =>
    t.boolean({
      nullable: true,
      description: 'Whether the workspace has reached the state of `waitFor`. Null if there was none.',
      resolve: ({ stateReached }) => stateReached,
    }),
  );
}

/** Whether what has been seen since a write may be told: rights may have been lost while it was waited for. */
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
 * Follows a workspace until it is in a state, is gone, or the time is over.
 * @throws {Error} when it can be followed no longer
 */
export async function waitForState(
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
 * Follows a workspace that is being deleted until it is gone or the time is over.
 * @throws {Error} when it can be followed no longer
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

/** A workspace as it was last seen; `after` is undefined when it is gone. */
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
