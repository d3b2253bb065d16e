import { builder } from '../../graphql/builder.ts';
import { amountsOf, ResourceAmountType } from '../../graphql/resource-amount.ts';
import { timestampOf } from '../../graphql/scalars.ts';
import { podSpecOf, podStatusOf, type Container, type ContainerStatus, type PodObject } from './resource.ts';

const ContainerStatusEnum = builder.enumType('ContainerStateName', {
  description: 'State of a container.',
  values: {
    WAITING: { description: 'The container is not running yet, or waits for a restart. See `reason`.' },
    RUNNING: { description: 'The container is running.' },
    TERMINATED: { description: 'The container has terminated. See `exitCode` and `reason`.' },
    UNKNOWN: {
      description: 'The kubelet has not reported a state, or has reported one that this gateway does not know.',
    },
  } as const,
});

interface State {
  readonly name: typeof ContainerStatusEnum.$inferType;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly signal?: number | undefined;
  readonly startedAt?: string | undefined;
  readonly finishedAt?: string | undefined;
}

function stateOf({ waiting, running, terminated }: ContainerStatus['state'] = {}): State {
  if (terminated) return { name: 'TERMINATED', ...terminated };
  if (running) return { name: 'RUNNING', ...running };
  return waiting ? { name: 'WAITING', ...waiting } : { name: 'UNKNOWN' };
}

const ContainerStateType = builder.objectRef<State>('ContainerState').implement({
  description: 'State of a container, with details.',
  fields: (t) => ({
    name: t.field({ type: ContainerStatusEnum, description: 'State.', resolve: ({ name }) => name }),
    reason: t.string({
      nullable: true,
      description: 'Machine-readable reason, e.g. `ImagePullBackOff` or `OOMKilled`. Null if none is reported.',
      resolve: ({ reason }) => reason || null,
    }),
    message: t.string({
      nullable: true,
      description: 'Human-readable details. Null if none are reported.',
      resolve: ({ message }) => message || null,
    }),
    exitCode: t.int({
      nullable: true,
      description: 'Exit code. Null unless the container is TERMINATED.',
      resolve: ({ exitCode }) => exitCode ?? null,
    }),
    signal: t.int({
      nullable: true,
      description:
        'Number of the signal that terminated the container. Null if there was none, or if it is not reported.',
      resolve: ({ signal }) => signal || null,
    }),
    startedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Start time of this run. Null while the container is WAITING, or if it is not reported.',
      resolve: ({ startedAt }) => timestampOf(startedAt),
    }),
    finishedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'End time of this run. Null unless the container is TERMINATED.',
      resolve: ({ finishedAt }) => timestampOf(finishedAt),
    }),
  }),
});

/** Container of the spec, with its status. */
interface PodContainer {
  readonly container: Container;
  readonly status: ContainerStatus | undefined;
}

export const PodContainerType = builder.objectRef<PodContainer>('PodContainer').implement({
  description: 'Container of a pod.',
  fields: (t) => ({
    name: t.string({ description: 'Name. Unique in the pod.', resolve: ({ container }) => container.name ?? '' }),
    image: t.string({
      nullable: true,
      description: 'Image that the container runs. Null if it is not reported.',
      resolve: ({ container, status }) => status?.image || container.image || null,
    }),
    state: t.field({
      type: ContainerStateType,
      description: 'Current state.',
      resolve: ({ status }) => stateOf(status?.state),
    }),
    lastTermination: t.field({
      type: ContainerStateType,
      nullable: true,
      description: 'Termination of the previous run. Null if the container has never been restarted.',
      resolve: ({ status }) => {
        const terminated = status?.lastState?.terminated;
        return terminated ? stateOf({ terminated }) : null;
      },
    }),
    ready: t.boolean({
      description: 'True if the container passes its readiness probe or, as an init container, has completed.',
      resolve: ({ status }) => status?.ready === true,
    }),
    restartCount: t.int({
      description: 'Number of restarts.',
      resolve: ({ status }) => status?.restartCount ?? 0,
    }),
    requests: t.field({
      type: [ResourceAmountType],
      description: 'Requested resources, as Kubernetes quantities: `cpu` `500m`, `memory` `2Gi`.',
      resolve: ({ container }) => amountsOf(container.resources?.requests),
    }),
    limits: t.field({
      type: [ResourceAmountType],
      description: 'Resource limits, sorted by resource. A resource without an entry is not limited.',
      resolve: ({ container }) => amountsOf(container.resources?.limits),
    }),
  }),
});

export function containersOf(pod: PodObject): PodContainer[] {
  return paired(podSpecOf(pod).containers, podStatusOf(pod).containerStatuses);
}

export function initContainersOf(pod: PodObject): PodContainer[] {
  return paired(podSpecOf(pod).initContainers, podStatusOf(pod).initContainerStatuses);
}

/** Returns the total number of restarts of all containers. */
export function restartCountOf(pod: PodObject): number {
  const { containerStatuses = [], initContainerStatuses = [] } = podStatusOf(pod);
  return [...containerStatuses, ...initContainerStatuses].reduce((sum, { restartCount = 0 }) => sum + restartCount, 0);
}

function paired(containers: readonly Container[] = [], statuses: readonly ContainerStatus[] = []): PodContainer[] {
  return containers.map((container) => ({ container, status: statuses.find(({ name }) => name === container.name) }));
}
