import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import type { Simulator } from '../simulator/simulator.ts';
import { WORKSPACE_NAME_LABEL } from './marks.ts';
import type { Pod } from './pod.ts';
import { Chatter } from './surroundings/chatter.ts';
import { crashAgain } from './surroundings/crash-loop.ts';
import { readyDevPods } from './surroundings/dev-pod.ts';
import { measure } from './surroundings/metrics.ts';
import { runVolcano } from './surroundings/volcano.ts';
import { provision } from './surroundings/volumes.ts';

/** How many steps lie between two measurements of what pods use. */
const MEASURE_EVERY = 15;

/**
 * Builds what a cluster does beside running workspaces, step by step: containers print and are measured, volumes are
 * provided, Volcano and DevPod work.
 */
export function createSurroundings(simulator: Simulator): (now: Date) => void {
  const chatter = new Chatter(simulator);
  let steps = 0;
  return (now) => {
    const pods = simulator.list('v1', 'Pod').filter(isWorkspacePod);
    chatter.speak(pods, now);
    crashAgain(simulator, pods, now);
    if (steps % MEASURE_EVERY === 0) measure(simulator, pods, now);
    provision(simulator);
    runVolcano(simulator, now);
    readyDevPods(simulator);
    steps += 1;
  };
}

/** Takes the first step at once, and one every second until disposed of. */
export function startSurroundings(simulator: Simulator): Disposable {
  const step = createSurroundings(simulator);
  step(new Date());
  const timer = setInterval(() => step(new Date()), 1_000);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** The pods of workspaces are the controller's, so they have what it gives them. */
function isWorkspacePod(object: KubernetesObject): object is Pod {
  return object.metadata.labels?.[WORKSPACE_NAME_LABEL] !== undefined;
}
