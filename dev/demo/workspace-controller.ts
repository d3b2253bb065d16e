import { pino, type Logger } from 'pino';
import { startClusterCache } from '../../src/cache/cluster-cache.ts';
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
  /** Stops the controller, as disposing does. */
  readonly signal?: AbortSignal;
  /** Milliseconds since the epoch; what the timestamps it writes come from. */
  readonly now?: () => number;
  readonly delays?: Delays;
  readonly log?: Logger;
}

type Reconcile = (name: ObjectName) => Promise<number | undefined | void>;

const SYNC_POLL_MS = 20;

/**
 * Starts what Kubeflow's controller, Kubernetes' own controllers and a kubelet do for workspaces, as an ordinary client
 * of the API server: pods come and go, statuses follow them, kinds are counted. Disposing waits until nothing of it runs.
 */
export function startWorkspaceController(options: WorkspaceControllerOptions): AsyncDisposable {
  const { client, now = Date.now, delays = demoDelays, log = pino({ level: 'silent' }) } = options;
  const stopping = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stopping.signal]) : stopping.signal;
  const cache = startClusterCache({
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
    kinds: startReconciling(context, log, (name) => reconcileWorkspaceKind(context, name)),
    orphans: startReconciling(context, log, (name) => orphans.reconcile(name)),
  };
  const endTriggers = enqueueOnChange(context, queues);
  const stop = async () => {
    stopping.abort();
    endTriggers();
    await Promise.all([cache[Symbol.asyncDispose](), ...Object.values(queues).map((queue) => queue.stop())]);
  };
  let stopped: Promise<void> | undefined;
  const stopOnce = () => (stopped ??= stop());
  signal.addEventListener('abort', () => void stopOnce(), { once: true });
  return { [Symbol.asyncDispose]: stopOnce };
}

/** A queue whose looks begin when everything has been listed, and are repeated when they fail. */
function startReconciling({ cache, delays, signal }: ControllerContext, log: Logger, reconcile: Reconcile): WorkQueue {
  const isSynced = () => cache.statuses().every(({ synced }) => synced);
  const queue = startWorkQueue(async (name) => {
    if (!isSynced()) return queue.add(name, SYNC_POLL_MS);
    try {
      const requeueAfterMs = await reconcile(name);
      if (typeof requeueAfterMs === 'number') queue.add(name, requeueAfterMs);
    } catch (error) {
      if (signal.aborted || isNotFound(error)) return undefined; // Stopped, or the object is gone and its watch says so.
      if (!isConflict(error)) log.warn({ ...name, message: String(error) }, 'reconcile again');
      queue.add(name, delays.retryMs);
    }
    return undefined;
  });
  return queue;
}
