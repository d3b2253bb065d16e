import type { InputFields } from '../../../graphql/builder.ts';
import type { Context } from '../../../graphql/context.ts';
import { failure } from '../../../graphql/errors.ts';
import type { ScopedLister } from '../../../viewer-client/scoped-lister.ts';
import { Workspace, type WorkspaceObject } from '../resource.ts';
import { stateOf, WorkspaceStateEnum, type WorkspaceState } from '../state.ts';
import { mayStillGet, waitForState } from '../waiting.ts';

const LONGEST_WAIT_SECONDS = 3_600;

/** Until which state, and how long, to wait before answering. */
export function waitFields(t: InputFields) {
  return {
    waitFor: t.field({
      type: WorkspaceStateEnum,
      description: 'Answer only when it is in this state, or after `timeoutSeconds`. Null: at once.',
    }),
    timeoutSeconds: timeoutField(t),
  };
}

export function timeoutField(t: InputFields) {
  return t.int({
    required: true,
    defaultValue: 60,
    description: `How long to wait at most: 0 to ${LONGEST_WAIT_SECONDS}.`,
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
