import { builder } from '../../graphql/builder.ts';
import { ConditionType } from '../../graphql/condition.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import { KubernetesObjectInterface, NodeInterface } from '../../graphql/node.ts';
import { timestampOf } from '../../graphql/scalars.ts';
import { defineKind } from '../define-kind.ts';
import { namespaceNamed, NamespaceType } from '../namespace/refs.ts';
import { Namespace } from '../namespace/resource.ts';
import { WorkspaceType } from '../workspace/refs.ts';
import { Workspace } from '../workspace/resource.ts';
import { containersOf, initContainersOf, PodContainerType, restartCountOf } from './container.ts';
import { PodFilterInput, podMatcher } from './filter.ts';
import { phaseOf, PodPhaseEnum } from './phase.ts';
import { PodConnection, PodEvent, PodType } from './refs.ts';
import { Pod, podSpecOf, podStatusOf, workspaceNameOf } from './resource.ts';

PodType.implement({
  description: 'A pod of a workspace. Pods of anything else are not looked at.',
  interfaces: [NodeInterface, KubernetesObjectInterface],
  fields: (t) => ({
    manifest: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'The object as far as it is kept: its metadata, and of spec and status what the fields of this type tell. Null where you may not get it.',
      resolve: (pod) => pod,
    }),
    namespace: t.field({
      type: NamespaceType,
      description: 'The namespace it is in.',
      extensions: dependsOn(Namespace),
      resolve: ({ metadata }, _, { client }) => namespaceNamed(client, metadata.namespace ?? ''),
    }),
    workspace: t.field({
      type: WorkspaceType,
      nullable: true,
      description: 'The workspace that runs in it. Null when that is gone, or you may not see it.',
      extensions: dependsOn(Workspace),
      resolve: (pod, _, { client }) =>
        client.reader
          .prefetched(Workspace)
          .get({ namespace: pod.metadata.namespace, name: workspaceNameOf(pod) ?? '' }) ?? null,
    }),
  }),
});

builder.objectFields(PodType, (t) => ({
  phase: t.field({ type: PodPhaseEnum, description: 'Where it stands in its life.', resolve: phaseOf }),
  reason: t.string({
    nullable: true,
    description: 'Why it is in this phase, in one word, e.g. `Evicted`. Null mostly: see `conditions`.',
    resolve: (pod) => podStatusOf(pod).reason || null,
  }),
  message: t.string({
    nullable: true,
    description: 'Why it is in this phase, for people. Null mostly: see `conditions`.',
    resolve: (pod) => podStatusOf(pod).message || null,
  }),
  nodeName: t.string({
    nullable: true,
    description: 'The node it runs on. Null until it is scheduled.',
    resolve: (pod) => podSpecOf(pod).nodeName || null,
  }),
  ip: t.string({
    nullable: true,
    description: 'Its address in the network of the cluster. Null until it has one.',
    resolve: (pod) => podStatusOf(pod).podIP || null,
  }),
  startedAt: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'When its node began with it, before it pulled any image. Null until then.',
    resolve: (pod) => timestampOf(podStatusOf(pod).startTime),
  }),
}));

builder.objectFields(PodType, (t) => ({
  restartCount: t.int({
    description: 'How often any of its containers was started again.',
    resolve: restartCountOf,
  }),
  conditions: t.field({
    type: [ConditionType],
    description: 'What holds of it: scheduled, initialized, ready.',
    resolve: (pod) => [...(podStatusOf(pod).conditions ?? [])],
  }),
  containers: t.field({ type: [PodContainerType], description: 'Its containers.', resolve: containersOf }),
  initContainers: t.field({
    type: [PodContainerType],
    description: 'What runs before its containers do.',
    resolve: initContainersOf,
  }),
}));

defineKind({
  resource: Pod,
  type: PodType,
  connection: PodConnection,
  event: PodEvent,
  filter: { type: PodFilterInput, description: 'Which pods. Null: all that you may see.' },
  matcher: podMatcher,
  get: { name: 'pod', description: 'One pod of a workspace. Null when it does not exist, or is of no workspace.' },
  list: { name: 'pods', description: 'The pods of workspaces that match, sorted by namespace and name.' },
  subscribeOne: {
    name: 'pod',
    description:
      'One pod as it is now, and again whenever something that you select has changed; null while there is none.',
  },
  subscribe: {
    name: 'pods',
    description: 'The pods that match, then SYNCED, then what happens to them. Leaving the filter is DELETED.',
  },
});
