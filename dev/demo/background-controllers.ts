import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import { objectAt, stringAt } from '../simulator/json.ts';
import type { Simulator } from '../simulator/simulator.ts';
import { WORKSPACE_NAME_LABEL } from './annotations.ts';
import { LogGenerator } from './background-controllers/log-generator.ts';
import { updatePodMetrics } from './background-controllers/metrics.ts';
import { listObjects, updateObject } from './background-controllers/object-access.ts';
import { advanceDevPods, advanceVolcano } from './background-controllers/other-systems.ts';
import { reconcileVolumes } from './background-controllers/volumes.ts';
import type { Pod } from './kubernetes-resources.ts';
import { timestamp } from './metadata.ts';

/** Steps between two updates of the pod metrics. */
const METRICS_EVERY = 15;

/**
 * Creates the controllers that a cluster runs besides the workspace controller: they write container logs and pod
 * metrics, restart crashed containers, provision volumes, and act as Volcano and DevPod. Each call of the returned
 * function is one step of all controllers.
 */
export function createBackgroundControllers(simulator: Simulator): (now: Date) => void {
  const logGenerator = new LogGenerator(simulator);
  let steps = 0;
  return (now) => {
    const pods = simulator.list('v1', 'Pod').filter(isWorkspacePod);
    logGenerator.generate(pods, now);
    restartCrashed(simulator, pods, now);
    if (steps % METRICS_EVERY === 0) updatePodMetrics(simulator, pods, now);
    reconcileVolumes(simulator);
    advanceVolcano(simulator, now);
    advanceDevPods(simulator);
    steps += 1;
  };
}

/** Takes the first step before it returns, then one step per second until disposed. */
export function startBackgroundControllers(simulator: Simulator): Disposable {
  const step = createBackgroundControllers(simulator);
  step(new Date());
  const timer = setInterval(() => step(new Date()), 1_000);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** The workspace controller creates all pods with this label, so they have the fields of {@link Pod}. */
function isWorkspacePod(object: KubernetesObject): object is Pod {
  return object.metadata.labels?.[WORKSPACE_NAME_LABEL] !== undefined;
}

const BACK_OFF_MS = 40_000;

/** Restarts crashed containers after a back-off of 40 seconds. Every restart ends in another crash. */
function restartCrashed(simulator: Simulator, pods: readonly Pod[], now: Date): void {
  for (const pod of pods) {
    const main = pod.status?.containerStatuses?.find(({ name }) => name === 'main');
    const terminated = main?.lastState?.terminated;
    if (!main?.state.waiting || !terminated || now.getTime() - Date.parse(terminated.finishedAt) < BACK_OFF_MS)
      continue;
    const startedAt = timestamp(now.getTime() - 2_000);
    const restarted = {
      ...main,
      restartCount: main.restartCount + 1,
      lastState: { terminated: { ...terminated, startedAt, finishedAt: timestamp(now) } },
    };
    const containerStatuses = pod.status?.containerStatuses?.map((status) => (status === main ? restarted : status));
    updateObject(simulator, { ...pod }, { status: { ...pod.status, containerStatuses } });
    countBackOff(simulator, pod, now);
  }
}

/** Increments the count of the pod's BackOff event, as Kubernetes does for a repeated event. */
function countBackOff(simulator: Simulator, { metadata: { uid } }: Pod, now: Date): void {
  const event = listObjects(simulator, 'v1', 'Event').find(
    (candidate) => stringAt(candidate, 'reason') === 'BackOff' && objectAt(candidate, 'involvedObject')['uid'] === uid,
  );
  if (!event) return;
  updateObject(simulator, event, { count: Number(event['count'] ?? 1) + 1, lastTimestamp: timestamp(now) });
}
