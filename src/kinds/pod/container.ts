import { builder } from '../../graphql/builder.ts';
import { timestampOf } from '../../graphql/scalars.ts';
import { entriesOf, KeyValueType } from '../../graphql/object-meta.ts';
import { podSpecOf, podStatusOf, type Container, type ContainerStatus, type PodObject } from './resource.ts';

const ContainerStatusEnum = builder.enumType('ContainerStateName', {
  description: 'What a container is doing.',
  values: {
    WAITING: { description: 'It has not started yet, or waits to be started again; `reason` says why.' },
    RUNNING: { description: 'It runs.' },
    TERMINATED: { description: 'It has ended; `exitCode` and `reason` say how.' },
    UNKNOWN: { description: 'The node has not told yet, or tells something that this gateway does not know.' },
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
  description: 'What a container is doing, or how it has ended.',
  fields: (t) => ({
    name: t.field({ type: ContainerStatusEnum, description: 'What it is doing.', resolve: ({ name }) => name }),
    reason: t.string({
      nullable: true,
      description: 'Why, in one word for programs, e.g. `ImagePullBackOff` or `OOMKilled`. Null where there is none.',
      resolve: ({ reason }) => reason || null,
    }),
    message: t.string({
      nullable: true,
      description: 'Why, for people. Null where there is no message.',
      resolve: ({ message }) => message || null,
    }),
    exitCode: t.int({
      nullable: true,
      description: 'With which code it ended. Null unless it is TERMINATED.',
      resolve: ({ exitCode }) => exitCode ?? null,
    }),
    signal: t.int({
      nullable: true,
      description: 'By which signal it was ended. Null where it was by none, or the node does not tell.',
      resolve: ({ signal }) => signal || null,
    }),
    startedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When this run began. Null while it is WAITING, and where the node does not tell.',
      resolve: ({ startedAt }) => timestampOf(startedAt),
    }),
    finishedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it ended. Null unless it is TERMINATED.',
      resolve: ({ finishedAt }) => timestampOf(finishedAt),
    }),
  }),
});

/** A container as it is asked for, and as the node reports it. */
interface PodContainer {
  readonly asked: Container;
  readonly reported: ContainerStatus | undefined;
}

export const PodContainerType = builder.objectRef<PodContainer>('PodContainer').implement({
  description: 'A container of a pod.',
  fields: (t) => ({
    name: t.string({ description: 'Its name, unique in the pod.', resolve: ({ asked }) => asked.name ?? '' }),
    image: t.string({
      nullable: true,
      description: 'The image that it runs. Null where the cluster does not tell.',
      resolve: ({ asked, reported }) => reported?.image || asked.image || null,
    }),
    state: t.field({
      type: ContainerStateType,
      description: 'What it is doing.',
      resolve: ({ reported }) => stateOf(reported?.state),
    }),
    lastTermination: t.field({
      type: ContainerStateType,
      nullable: true,
      description: 'How the run before this one ended. Null for one that was never restarted.',
      resolve: ({ reported }) => {
        const terminated = reported?.lastState?.terminated;
        return terminated ? stateOf({ terminated }) : null;
      },
    }),
    ready: t.boolean({
      description: 'Whether it can be used; of an init container, whether it has done its work.',
      resolve: ({ reported }) => reported?.ready === true,
    }),
    restartCount: t.int({
      description: 'How often it was started again.',
      resolve: ({ reported }) => reported?.restartCount ?? 0,
    }),
    requests: t.field({
      type: [KeyValueType],
      description: 'What the node keeps for it, as Kubernetes quantities: `cpu` `500m`, `memory` `2Gi`.',
      resolve: ({ asked }) => entriesOf(asked.resources?.requests),
    }),
    limits: t.field({
      type: [KeyValueType],
      description: 'What it can use at most, as Kubernetes quantities. Without an entry there is no limit.',
      resolve: ({ asked }) => entriesOf(asked.resources?.limits),
    }),
  }),
});

export function containersOf(pod: PodObject): PodContainer[] {
  return paired(podSpecOf(pod).containers, podStatusOf(pod).containerStatuses);
}

export function initContainersOf(pod: PodObject): PodContainer[] {
  return paired(podSpecOf(pod).initContainers, podStatusOf(pod).initContainerStatuses);
}

/** How often any of its containers was started again. */
export function restartCountOf(pod: PodObject): number {
  const { containerStatuses = [], initContainerStatuses = [] } = podStatusOf(pod);
  return [...containerStatuses, ...initContainerStatuses].reduce((sum, { restartCount = 0 }) => sum + restartCount, 0);
}

function paired(asked: readonly Container[] = [], reported: readonly ContainerStatus[] = []): PodContainer[] {
  return asked.map((container) => ({
    asked: container,
    reported: reported.find(({ name }) => name === container.name),
  }));
}
