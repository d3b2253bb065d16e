import type { Fault } from '../fault.ts';
import type { ContainerStatus, Pod, PodCondition, PodStatus } from '../pod.ts';

/** How starting a pod ended. */
export type PodOutcome = Fault | 'Ready';

const PULL_FAILURE = 'Back-off pulling image';
const NO_NODE = '0/3 nodes are available: 3 Insufficient nvidia.com/gpu.';

/** How a pod's start ended, by what the pod's status says; undefined while it has not ended. */
export function outcomeOf({ status = {} }: Pod): PodOutcome | undefined {
  const { conditions = [], containerStatuses = [], phase } = status;
  const main = containerStatuses.find(({ name }) => name === 'main');
  const waiting = main?.state.waiting?.reason;
  if (conditions.some(({ type, reason }) => type === 'PodScheduled' && reason === 'Unschedulable'))
    return 'Unschedulable';
  if (waiting === 'ImagePullBackOff' || waiting === 'CrashLoopBackOff' || waiting === 'ContainerCreating')
    return waiting;
  if (phase !== 'Running') return undefined;
  return main?.ready ? 'Ready' : 'NeverReady';
}

/** The status of a pod whose start ended so. */
export function statusAfter(outcome: PodOutcome, pod: Pick<Pod, 'spec'>, at: Date): PodStatus {
  switch (outcome) {
    case 'Unschedulable':
      return {
        phase: 'Pending',
        conditions: [{ ...no('PodScheduled'), reason: outcome, message: NO_NODE }],
        containerStatuses: [],
      };
    case 'ContainerCreating':
      return statusOf('Pending', pod, { waiting: { reason: outcome } });
    case 'ImagePullBackOff':
      return statusOf('Pending', pod, { waiting: { reason: outcome, message: PULL_FAILURE } });
    case 'CrashLoopBackOff':
      return statusOf('Running', pod, {
        waiting: { reason: outcome, message: 'back-off 10s restarting failed container' },
      });
    case 'NeverReady':
      return statusOf('Running', pod, { running: { startedAt: secondsOf(at) } });
    case 'Ready':
      return statusOf('Running', pod, { running: { startedAt: secondsOf(at) } }, true);
    default:
      throw new TypeError(`Unknown outcome ${JSON.stringify(outcome satisfies never)}`);
  }
}

function statusOf(
  phase: 'Pending' | 'Running',
  { spec }: Pick<Pod, 'spec'>,
  state: ContainerStatus['state'],
  ready = false,
): PodStatus {
  const containerStatuses = spec.containers.map(({ name, image }) => ({
    name,
    image,
    imageID: state.running ? image : '',
    ready,
    restartCount: state.waiting?.reason === 'CrashLoopBackOff' ? 5 : 0,
    state,
  }));
  const conditions = [yes('PodScheduled'), yes('Initialized'), ...['ContainersReady', 'Ready'].map(ready ? yes : no)];
  return { phase, conditions, containerStatuses };
}

function yes(type: string): PodCondition {
  return { type, status: 'True' };
}

function no(type: string): PodCondition {
  return { type, status: 'False' };
}

/** As Kubernetes writes times: without milliseconds. */
function secondsOf(at: Date): string {
  return at.toISOString().replace(/\.\d+Z$/u, 'Z');
}
