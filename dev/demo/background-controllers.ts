import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import { objectAt, textAt } from '../simulator/json.ts';
import type { Simulator } from '../simulator/simulator.ts';
import { WORKSPACE_NAME_LABEL } from './annotations.ts';
import { LogGenerator } from './background-controllers/log-generator.ts';
import { updatePodMetrics } from './background-controllers/metrics.ts';
import { listObjects, updateObject } from './background-controllers/object-access.ts';
import { advanceDevPods, advanceVolcano } from './background-controllers/other-systems.ts';
import { reconcileVolumes } from './background-controllers/volumes.ts';
import type { Pod } from './kubernetes-resources.ts';
import { timestamp } from './metadata.ts';

/** How many steps lie between two measurements of what pods use. */
const MEASURE_EVERY = 15;

/**
 * Builds what a cluster does beside running workspaces, step by step: containers print and are measured, volumes are
 * provided, Volcano and DevPod work.
 */
export function createBackgroundControllers(simulator: Simulator): (now: Date) => void {
  const logGenerator = new LogGenerator(simulator);
  let steps = 0;
  return (now) => {
    const pods = simulator.list('v1', 'Pod').filter(isWorkspacePod);
    logGenerator.generate(pods, now);
    restartCrashed(simulator, pods, now);
    if (steps % MEASURE_EVERY === 0) updatePodMetrics(simulator, pods, now);
    reconcileVolumes(simulator);
    advanceVolcano(simulator, now);
    advanceDevPods(simulator);
    steps += 1;
  };
}

/** Takes the first step at once, and one every second until disposed of. */
export function startBackgroundControllers(simulator: Simulator): Disposable {
  const step = createBackgroundControllers(simulator);
  step(new Date());
  const timer = setInterval(() => step(new Date()), 1_000);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** The pods of workspaces are the controller's, so they have what it gives them. */
function isWorkspacePod(object: KubernetesObject): object is Pod {
  return object.metadata.labels?.[WORKSPACE_NAME_LABEL] !== undefined;
}

const PAUSE_MS = 40_000;

/** Gives containers that crash another chance now and then, in which they crash again. */
function restartCrashed(simulator: Simulator, pods: readonly Pod[], now: Date): void {
  for (const pod of pods) {
    const main = pod.status?.containerStatuses?.find(({ name }) => name === 'main');
    const terminated = main?.lastState?.terminated;
    if (!main?.state.waiting || !terminated || now.getTime() - Date.parse(terminated.finishedAt) < PAUSE_MS) continue;
    const startedAt = timestamp(now.getTime() - 2_000);
    const again = {
      ...main,
      restartCount: main.restartCount + 1,
      lastState: { terminated: { ...terminated, startedAt, finishedAt: timestamp(now) } },
    };
    const containerStatuses = pod.status?.containerStatuses?.map((status) => (status === main ? again : status));
    updateObject(simulator, { ...pod }, { status: { ...pod.status, containerStatuses } });
    countBackOff(simulator, pod, now);
  }
}

/** The same thing again is the same event, counted. */
function countBackOff(simulator: Simulator, { metadata: { uid } }: Pod, now: Date): void {
  const event = listObjects(simulator, 'v1', 'Event').find(
    (candidate) => textAt(candidate, 'reason') === 'BackOff' && objectAt(candidate, 'involvedObject')['uid'] === uid,
  );
  if (!event) return;
  updateObject(simulator, event, { count: Number(event['count'] ?? 1) + 1, lastTimestamp: timestamp(now) });
}
