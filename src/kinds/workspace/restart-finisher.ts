import type { Client } from '../../kubernetes/client.ts';
import { isConflict, isForbidden, isNotFound } from '../../kubernetes/status-error.ts';
import type { Operation } from '../../mutations/patch.ts';
import { isFailedTest } from '../../mutations/retry.ts';
import { Workspace, type WorkspaceObject } from './resource.ts';
import { restartRemovalOf, restartStageOf, secondHalfOf } from './restart.ts';

/** The cached workspaces of the cluster. */
interface CachedWorkspaces {
  withUid(uid: string): WorkspaceObject | undefined;
  list(): Iterable<WorkspaceObject>;
  addEventHandler(handler: {
    changed(change: { readonly object: WorkspaceObject }): void;
    reset(): void;
    failed(): void;
  }): () => void;
}

interface FinisherOptions {
  readonly workspaces: CachedWorkspaces;
  /** Client with the gateway's own identity. Without the permission to patch workspaces, restarts are left to people. */
  readonly client: Client;
  /** Stops it. */
  readonly signal: AbortSignal;
  readonly onFailure: (workspace: WorkspaceObject, error: unknown) => void;
}

/** Returns the operations that finish a restart. None if there is no restart, or it cannot be finished yet. */
function remainderOf(workspace: WorkspaceObject): readonly Operation[] {
  const stage = restartStageOf(workspace);
  if (stage === 'due') return secondHalfOf(workspace);
  return stage === 'over' ? restartRemovalOf(workspace) : [];
}

/** Time in which the gateway that began a restart finishes it itself, with the identity of its viewer. */
const GRACE_MS = 1_000;
const RETRY_MS = 60_000;

/**
 * Starts paused workspaces whose restart no other gateway finishes, because it crashed or was stopped. Several gateways may do
 * it at the same time: the patch of only one succeeds.
 */
export function startRestartFinisher({ workspaces, client, signal, onFailure }: FinisherOptions): void {
  /** By uid; bounded by the workspaces that are being restarted. */
  const timers = new Map<string, NodeJS.Timeout>();

  function consider(workspace: WorkspaceObject, afterMs = GRACE_MS): void {
    const { uid } = workspace.metadata;
    if (signal.aborted || timers.has(uid) || remainderOf(workspace).length === 0) return;
    timers.set(
      uid,
      setTimeout(() => void finish(uid), afterMs),
    );
  }

  async function finish(uid: string): Promise<void> {
    timers.delete(uid);
    const workspace = workspaces.withUid(uid);
    const body = workspace ? remainderOf(workspace) : [];
    if (!workspace || body.length === 0) return;
    try {
      await client.patch(Workspace, workspace.metadata, { type: 'JSON', body }, { signal });
    } catch (error) {
      if (signal.aborted || isFailedTest(error) || isConflict(error) || isNotFound(error)) return; // it has changed
      onFailure(workspace, error);
      if (isForbidden(error)) return; // until the workspace changes: the permission is optional
      consider(workspace, RETRY_MS);
    }
  }

  const considerAll = () => [...workspaces.list()].forEach((workspace) => consider(workspace));
  const removeHandler = workspaces.addEventHandler({
    changed: ({ object }) => consider(object),
    reset: considerAll,
    failed: () => undefined,
  });
  considerAll();
  const stop = () => {
    removeHandler();
    for (const timer of timers.values()) clearTimeout(timer);
  };
  signal.addEventListener('abort', stop, { once: true });
}
