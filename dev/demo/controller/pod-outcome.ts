import type { Fault } from '../annotations.ts';
import type { ContainerStatus, Pod, PodCondition, PodStatus } from '../kubernetes-resources.ts';
import { sha256, timestamp } from '../metadata.ts';

/** Result of starting a pod. */
export type PodOutcome = Fault | 'Ready';

/** Result of starting a pod, with the message of a pod that is not scheduled or whose volume is not mounted. */
export interface PodStart {
  readonly outcome: PodOutcome;
  readonly message?: string | undefined;
}

/** Message of the scheduler for a pod that fits on no node. */
export const NO_NODE =
  '0/4 nodes are available: 1 node(s) were unschedulable, 3 Insufficient nvidia.com/gpu. preemption: 0/4 nodes are available: 1 Preemption is not helpful for scheduling, 3 No preemption victims found for incoming pod.';
const BACK_OFF = 'back-off 5m0s restarting failed container=main pod=';
/** Restart count of a crashed container. */
export const RESTARTS = 5;

/** Reads the result of starting a pod from its status. Undefined while the pod is starting. */
export function outcomeOf({ status = {} }: Pod): PodOutcome | undefined {
  const { conditions = [], containerStatuses = [], phase } = status;
  const main = containerStatuses.find(({ name }) => name === 'main');
  const waiting = main?.state.waiting?.reason;
  if (conditions.some(({ type, reason }) => type === 'PodScheduled' && reason === 'Unschedulable'))
    return 'Unschedulable';
  if (waiting === 'ErrImagePull' || waiting === 'ImagePullBackOff' || waiting === 'CrashLoopBackOff') return waiting;
  if (waiting === 'ContainerCreating')
    return conditions.some(({ type, status: is }) => type === SANDBOX && is === 'False') ? 'FailedMount' : waiting;
  if (phase !== 'Running') return undefined;
  if (main?.ready) return 'Ready';
  return main?.started ? 'Unhealthy' : 'NeverReady';
}

/** Condition of a pod that is True when its volumes are mounted and its network exists. */
const SANDBOX = 'PodReadyToStartContainers';

type StartingPod = Pick<Pod, 'spec'> & { readonly metadata: Pick<Pod['metadata'], 'name'> };

/** Returns the pod status for the result of a start. Throws if the pod may not be created. */
export function statusAfter({ outcome, message = NO_NODE }: PodStart, pod: StartingPod, at: Date): PodStatus {
  const startedAt = timestamp(at);
  switch (outcome) {
    case 'Unschedulable': {
      const unscheduled = { ...falseCondition('PodScheduled', startedAt), reason: outcome, message };
      return { phase: 'Pending', conditions: [unscheduled], containerStatuses: [] };
    }
    case 'FailedMount':
    case 'ContainerCreating':
      return withSandbox(
        statusOf('Pending', pod, { startedAt, container: { state: { waiting: { reason: 'ContainerCreating' } } } }),
        outcome === 'ContainerCreating',
      );
    case 'ErrImagePull':
    case 'ImagePullBackOff': {
      const image = pod.spec.containers[0]?.image;
      const text = outcome === 'ErrImagePull' ? `failed to pull image "${image}"` : `Back-off pulling image "${image}"`;
      const waiting = { reason: outcome, message: text };
      return statusOf('Pending', pod, { startedAt, container: { state: { waiting } } });
    }
    case 'CrashLoopBackOff':
      return statusOf('Running', pod, { startedAt, container: crashed(pod, at) });
    case 'NeverReady':
    case 'Unhealthy': {
      const started = outcome === 'Unhealthy';
      return statusOf('Running', pod, { startedAt, container: { state: { running: { startedAt } }, started } });
    }
    case 'Ready':
      return statusOf('Running', pod, {
        startedAt,
        container: { state: { running: { startedAt } }, started: true, ready: true },
      });
    case 'ExceededQuota':
      throw new TypeError('Expected a pod that may be created, got one that exceeds a quota');
    default:
      throw new TypeError(`Unknown outcome ${JSON.stringify(outcome satisfies never)}`);
  }
}

function withSandbox(status: PodStatus, isReady: boolean): PodStatus {
  const { conditions = [], startTime = '' } = status;
  const sandbox = isReady ? trueCondition(SANDBOX, startTime) : falseCondition(SANDBOX, startTime);
  return { ...status, conditions: [sandbox, ...conditions] };
}

/** The state of a container that crashed repeatedly and waits for its next restart. */
function crashed({ metadata: { name } }: StartingPod, at: Date): ContainerOutcome['container'] {
  const containerID = containerIdOf(`${name} ${RESTARTS}`);
  const terminated = {
    exitCode: 1,
    reason: 'Error',
    startedAt: timestamp(at),
    finishedAt: timestamp(at.getTime() + 2_000),
    containerID,
  };
  return {
    state: { waiting: { reason: 'CrashLoopBackOff', message: `${BACK_OFF}${name}` } },
    lastState: { terminated },
    restartCount: RESTARTS,
    containerID,
  };
}

interface ContainerOutcome {
  readonly startedAt: string;
  readonly container: Pick<ContainerStatus, 'state'> & Partial<ContainerStatus>;
}

function statusOf(
  phase: 'Pending' | 'Running',
  pod: StartingPod,
  { startedAt, container }: ContainerOutcome,
): PodStatus {
  const { ready = false } = container;
  const hasRun = container.state.running !== undefined || container.lastState !== undefined;
  const containerStatuses = pod.spec.containers.map(({ name, image }) => ({
    name,
    image,
    imageID: hasRun ? `${image.split(':')[0]}@sha256:${sha256(image)}` : '',
    restartCount: 0,
    started: false,
    ...(container.state.running ? { containerID: containerIdOf(`${pod.metadata.name} ${name} ${startedAt}`) } : {}),
    ...container,
    ready,
  }));
  const readiness = ['ContainersReady', 'Ready'].map((type) =>
    ready
      ? trueCondition(type, startedAt)
      : {
          ...falseCondition(type, startedAt),
          reason: 'ContainersNotReady',
          message: 'containers with unready status: [main]',
        },
  );
  const conditions = [trueCondition('PodScheduled', startedAt), trueCondition('Initialized', startedAt), ...readiness];
  return { phase, conditions, containerStatuses, startTime: startedAt, ...addressesOf(pod, hasRun) };
}

function addressesOf({ metadata, spec }: StartingPod, hasRun: boolean) {
  const hostIP = `10.0.0.${Number(spec.nodeName?.at(-1) ?? 0) + 10}`;
  if (!hasRun) return { hostIP };
  const [first = 0, second = 0] = Buffer.from(sha256(metadata.name), 'hex');
  const podIP = `10.244.${first % 8}.${(second % 250) + 2}`;
  return { hostIP, podIP, podIPs: [{ ip: podIP }] };
}

function containerIdOf(text: string): string {
  return `containerd://${sha256(text)}`;
}

function trueCondition(type: string, lastTransitionTime: string): PodCondition {
  return { type, status: 'True', lastTransitionTime };
}

function falseCondition(type: string, lastTransitionTime: string): PodCondition {
  return { type, status: 'False', lastTransitionTime };
}
