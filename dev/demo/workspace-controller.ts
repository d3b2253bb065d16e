import { pino, type Logger } from 'pino';
import { startClusterCache } from '../../src/cache/cluster-cache.ts';
import type { Client } from '../../src/kubernetes/client.ts';
import type { ObjectName } from '../../src/kubernetes/object.ts';
import { isConflict, isNotFound } from '../../src/kubernetes/status-error.ts';
import { watched, type Cluster } from './controller/cluster.ts';
import { lookAtKind } from './controller/kind-look.ts';
import { OrphanLook } from './controller/orphan-look.ts';
import { demoDelays, type Delays } from './controller/pod-step.ts';
import { queueOnChange } from './controller/triggers.ts';
import { startWorkQueue, type WorkQueue } from './controller/work-queue.ts';
import { WorkspaceLook } from './controller/workspace-look.ts';

export interface WorkspaceControllerOptions {
  readonly client: Client;
  /** Stops the controller, as disposing does. */
  readonly signal?: AbortSignal;
  /** Milliseconds since the epoch; what the timestamps it writes come from. */
  readonly now?: () => number;
  readonly delays?: Delays;
  readonly log?: Logger;
}

type Look = (name: ObjectName) => Promise<number | undefined | void>;

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
    resources: watched,
    log,
    watchIdleTimeoutMs: 120_000,
    discoveryIntervalMs: 1_000,
  });
  const cluster: Cluster = { client, cache, now, delays, signal };
  const [workspaces, orphans] = [new WorkspaceLook(cluster), new OrphanLook(cluster)];
  const queues = {
    workspaces: startLooking(cluster, log, (name) => workspaces.look(name)),
    kinds: startLooking(cluster, log, (name) => lookAtKind(cluster, name)),
    orphans: startLooking(cluster, log, (name) => orphans.look(name)),
  };
  const endTriggers = queueOnChange(cluster, queues);
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
function startLooking({ cache, delays, signal }: Cluster, log: Logger, look: Look): WorkQueue {
  const isSynced = () => cache.statuses().every(({ synced }) => synced);
  const queue = startWorkQueue(async (name) => {
    if (!isSynced()) return queue.add(name, SYNC_POLL_MS);
    try {
      const againAfterMs = await look(name);
      if (typeof againAfterMs === 'number') queue.add(name, againAfterMs);
    } catch (error) {
      if (signal.aborted || isNotFound(error)) return undefined; // Stopped, or the object is gone and its watch says so.
      if (!isConflict(error)) log.warn({ ...name, message: String(error) }, 'look again');
      queue.add(name, delays.retryMs);
    }
    return undefined;
  });
  return queue;
}
