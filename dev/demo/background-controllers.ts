import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import type { Simulator } from '../simulator/simulator.ts';
import { WORKSPACE_NAME_LABEL } from './annotations.ts';
import type { Pod } from './pod.ts';
import { LogGenerator } from './background-controllers/log-generator.ts';
import { restartCrashed } from './background-controllers/crash-loop.ts';
import { advanceDevPods } from './background-controllers/dev-pod.ts';
import { updatePodMetrics } from './background-controllers/metrics.ts';
import { advanceVolcano } from './background-controllers/volcano.ts';
import { reconcileVolumes } from './background-controllers/volumes.ts';

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
