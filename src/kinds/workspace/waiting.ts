import type { Objects } from '../../loaders/objects.ts';
import type { WorkspaceObject } from './resource.ts';
import { stateOf, type WorkspaceState } from './state.ts';

export interface Waited {
  /** As it was last seen. */
  readonly workspace: WorkspaceObject;
  readonly stateReached: boolean;
}

interface WaitOptions {
  readonly state: WorkspaceState;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

/**
 * Follows a workspace until it is in a state, is gone, or the time is over.
 * @throws {Error} when it can be followed no longer
 */
export function waitForState(
  objects: Objects<WorkspaceObject>,
  written: WorkspaceObject,
  { state, timeoutSeconds, signal }: WaitOptions,
): Promise<Waited> {
  const { uid } = written.metadata;
  let latest = objects.withUid(uid) ?? written;
  if (stateOf(latest) === state) return Promise.resolve({ workspace: latest, stateReached: true });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => finish(false), timeoutSeconds * 1_000);
    const giveUp = () => finish(false);
    const unfollow = objects.follow({
      changed: ({ after, last }) => {
        if (last.metadata.uid !== uid) return;
        latest = last;
        if (!after || stateOf(after) === state) finish(after !== undefined);
      },
      reset: () => finish(false),
      failed: (error) => {
        release();
        reject(error);
      },
    });
    signal.addEventListener('abort', giveUp, { once: true });
    function finish(stateReached: boolean): void {
      release();
      resolve({ workspace: latest, stateReached });
    }
    function release(): void {
      clearTimeout(timer);
      unfollow();
      signal.removeEventListener('abort', giveUp);
    }
  });
}
