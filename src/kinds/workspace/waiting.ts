import type { Context } from '../../graphql/context.ts';
import type { ScopedLister } from '../../viewer-client/scoped-lister.ts';
import { Workspace, type WorkspaceObject } from './resource.ts';
import { stateOf, type WorkspaceState } from './state.ts';

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
