import { builder } from '../../graphql/builder.ts';
import { ConditionType } from '../../graphql/condition.ts';
import { timestampOf } from '../../graphql/scalars.ts';
import { WorkspacePod } from '../workspace/pod.ts';
import { containersOf, initContainersOf, PodContainerType, restartCountOf } from './container.ts';
import { phaseOf, PodPhaseEnum } from './phase.ts';
import { PodType } from './refs.ts';
import { podStatusOf } from './resource.ts';

/** Fields that require the Pod object. */
builder.objectFields(WorkspacePod, (t) => ({
  object: t.field({
    type: PodType,
    nullable: true,
    description: 'The pod with its metadata. Null for viewers who may not list pods.',
    resolve: ({ pod }) => pod ?? null,
  }),
  phase: t.field({
    type: PodPhaseEnum,
    nullable: true,
    description: 'Phase. Null for viewers who may not list pods.',
    resolve: ({ pod }) => (pod ? phaseOf(pod) : null),
  }),
  startedAt: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'Time at which the kubelet accepted the pod. Null until then, and for viewers who may not list pods.',
    resolve: ({ pod }) => (pod ? timestampOf(podStatusOf(pod).startTime) : null),
  }),
  restartCount: t.int({
    nullable: true,
    description: 'Total number of restarts of all containers. Null for viewers who may not list pods.',
    resolve: ({ pod }) => (pod ? restartCountOf(pod) : null),
  }),
  conditions: t.field({
    type: [ConditionType],
    description: 'Conditions, e.g. `PodScheduled`, `Initialized` and `Ready`. Empty for viewers who may not list pods.',
    resolve: ({ pod }) => (pod ? [...(podStatusOf(pod).conditions ?? [])] : []),
  }),
  containerStatuses: t.field({
    type: [PodContainerType],
    description: 'Containers with their state and resources. Empty for viewers who may not list pods.',
    resolve: ({ pod }) => (pod ? containersOf(pod) : []),
  }),
  initContainerStatuses: t.field({
    type: [PodContainerType],
    description: 'Init containers with their state and resources. Empty for viewers who may not list pods.',
    resolve: ({ pod }) => (pod ? initContainersOf(pod) : []),
  }),
}));
