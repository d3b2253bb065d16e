import { setTimeout as delay } from 'node:timers/promises';
import { pino, type Logger } from 'pino';
import { ClusterCache } from '../../src/cache/cluster-cache.ts';
import type { Client } from '../../src/kubernetes/client.ts';
import type { ObjectName } from '../../src/kubernetes/object.ts';
import { isConflict, isNotFound } from '../../src/kubernetes/status-error.ts';
import { watchedResources, type ControllerContext, demoDelays, type Delays } from './controller/controller-context.ts';
import { reconcileWorkspaceKind } from './controller/workspace-kind-reconciler.ts';
import { OrphanedPodReconciler } from './controller/orphaned-pod-reconciler.ts';
import { enqueueOnChange } from './controller/event-handlers.ts';
import { startWorkQueue, type WorkQueue } from './controller/work-queue.ts';
import { WorkspaceReconciler } from './controller/workspace-reconciler.ts';

interface WorkspaceControllerOptions {
  readonly client: Client;
  /** Aborting it stops the controller, like disposing. */
  readonly signal?: AbortSignal;
  /** Clock of all timestamps that the controller writes, in milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number;
  readonly delays?: Delays;
  readonly log?: Logger;
}

type Reconcile = (name: ObjectName) => Promise<number | undefined | void>;

const SYNC_POLL_MS = 20;

/**
 * Starts a controller in place of Kubeflow's workspace controller, the StatefulSet controller, the garbage collector
 * and the kubelets. It is an ordinary client of the API server: it creates and deletes pods, and updates the status of
 * pods, workspaces and kinds. Disposing waits for the running reconciliations.
 */
export function startWorkspaceController(options: WorkspaceControllerOptions): AsyncDisposable {
  const { client, now = Date.now, delays = demoDelays, log = pino({ level: 'silent' }) } = options;
  const stopping = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stopping.signal]) : stopping.signal;
  const cache = new ClusterCache({
    client,
    resources: watchedResources,
    log,
    watchIdleTimeoutMs: 120_000,
    discoveryIntervalMs: 1_000,
  });
  const context: ControllerContext = { client, cache, now, delays, signal };
  const [workspaces, orphans] = [new WorkspaceReconciler(context), new OrphanedPodReconciler(context)];
  const queues = {
    workspaces: startReconciling(context, log, (name) => workspaces.reconcile(name)),
    workspaceKinds: startReconciling(context, log, (name) => reconcileWorkspaceKind(context, name)),
    orphans: startReconciling(context, log, (name) => orphans.reconcile(name)),
  };
  const removeHandlers = enqueueOnChange(context, queues);
  const stop = async () => {
    stopping.abort();
    removeHandlers();
    await Promise.all([cache[Symbol.asyncDispose](), ...Object.values(queues).map((queue) => queue.stop())]);
  };
  let stopped: Promise<void> | undefined;
  const stopOnce = () => (stopped ??= stop());
  signal.addEventListener('abort', () => void stopOnce(), { once: true });
  return { [Symbol.asyncDispose]: stopOnce };
}

/** Starts a work queue. Reconciliation starts after all caches have synced. A failed reconciliation is retried. */
function startReconciling({ cache, delays, signal }: ControllerContext, log: Logger, reconcile: Reconcile): WorkQueue {
  const isSynced = () => cache.statuses().every(({ synced }) => synced);
  const queue = startWorkQueue(async (name) => {
    try {
      while (!isSynced()) await delay(SYNC_POLL_MS, undefined, { signal });
      const requeueAfterMs = await reconcile(name);
      if (typeof requeueAfterMs === 'number') queue.add(name, requeueAfterMs);
    } catch (error) {
      if (signal.aborted || isNotFound(error)) return undefined; // Stopped, or deleted: the watch reports it.
      if (!isConflict(error)) log.warn({ ...name, message: String(error) }, 'reconciliation failed, retrying');
      queue.add(name, delays.retryMs);
    }
    return undefined;
  });
  return queue;
}
