import { builder } from '../../graphql/builder.ts';
import { ConditionType } from '../../graphql/condition.ts';
import { timestampOf } from '../../graphql/scalars.ts';
import { WorkspacePod } from '../workspace/pod.ts';
import { containersOf, initContainersOf, PodContainerType, restartCountOf } from './container.ts';
import { phaseOf, PodPhaseEnum } from './phase.ts';
import { PodType } from './refs.ts';
import { podStatusOf } from './resource.ts';

/** What only the pod itself tells. */
builder.objectFields(WorkspacePod, (t) => ({
  object: t.field({
    type: PodType,
    nullable: true,
    description: 'The pod itself, with its metadata. Null where you may not list pods.',
    resolve: ({ pod }) => pod ?? null,
  }),
  phase: t.field({
    type: PodPhaseEnum,
    nullable: true,
    description: 'Where it stands in its life. Null where you may not list pods.',
    resolve: ({ pod }) => (pod ? phaseOf(pod) : null),
  }),
  startedAt: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'When its node began with it. Null until then, and where you may not list pods.',
    resolve: ({ pod }) => (pod ? timestampOf(podStatusOf(pod).startTime) : null),
  }),
  restartCount: t.int({
    nullable: true,
    description: 'How often any of its containers was started again. Null where you may not list pods.',
    resolve: ({ pod }) => (pod ? restartCountOf(pod) : null),
  }),
  conditions: t.field({
    type: [ConditionType],
    description: 'What holds of it: scheduled, initialized, ready. Empty where you may not list pods.',
    resolve: ({ pod }) => (pod ? [...(podStatusOf(pod).conditions ?? [])] : []),
  }),
  containerStatuses: t.field({
    type: [PodContainerType],
    description: 'How its containers are, and what they may use. Empty where you may not list pods.',
    resolve: ({ pod }) => (pod ? containersOf(pod) : []),
  }),
  initContainerStatuses: t.field({
    type: [PodContainerType],
    description: 'How its init containers are. Empty where you may not list pods.',
    resolve: ({ pod }) => (pod ? initContainersOf(pod) : []),
  }),
}));
