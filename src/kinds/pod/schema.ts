import { builder } from '../../graphql/builder.ts';
import { ConditionType } from '../../graphql/condition.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import { addObjectFields, KubernetesObjectInterface, NodeInterface, PARTIAL_MANIFEST } from '../../graphql/node.ts';
import { timestampOf } from '../../graphql/scalars.ts';
import { defineKind } from '../define-kind.ts';
import { addNamespaceFields } from '../namespace/refs.ts';
import { WorkspaceType } from '../workspace/refs.ts';
import { Workspace } from '../workspace/resource.ts';
import { containersOf, initContainersOf, PodContainerType, restartCountOf } from './container.ts';
import { PodFilterInput, podMatcher } from './filter.ts';
import { phaseOf, PodPhaseEnum } from './phase.ts';
import { PodConnection, PodEvent, PodType } from './refs.ts';
import { Pod, podSpecOf, podStatusOf, workspaceNameOf } from './resource.ts';

addNamespaceFields(PodType);
addObjectFields(PodType, PARTIAL_MANIFEST);

PodType.implement({
  description:
    'Pod of a workspace, which has the label `notebooks.kubeflow.org/workspace-name`. `PersistentVolumeClaim.pods` also returns other pods that mount the claim.',
  interfaces: [NodeInterface, KubernetesObjectInterface],
  fields: (t) => ({
    workspace: t.field({
      type: WorkspaceType,
      nullable: true,
      description: 'Workspace that runs in the pod. Null if it does not exist, or if you may not read it.',
      extensions: dependsOn(Workspace),
      resolve: (pod, _, { client }) =>
        client.reader
          .prefetched(Workspace)
          .get({ namespace: pod.metadata.namespace, name: workspaceNameOf(pod) ?? '' }) ?? null,
    }),
  }),
});

builder.objectFields(PodType, (t) => ({
  phase: t.field({ type: PodPhaseEnum, description: 'Phase.', resolve: phaseOf }),
  reason: t.string({
    nullable: true,
    description: 'Machine-readable reason of the phase, e.g. `Evicted`. Usually null: see `conditions`.',
    resolve: (pod) => podStatusOf(pod).reason || null,
  }),
  message: t.string({
    nullable: true,
    description: 'Human-readable details of the phase. Usually null: see `conditions`.',
    resolve: (pod) => podStatusOf(pod).message || null,
  }),
  nodeName: t.string({
    nullable: true,
    description: 'Name of the node. Null until the pod is scheduled.',
    resolve: (pod) => podSpecOf(pod).nodeName || null,
  }),
  ip: t.string({
    nullable: true,
    description: 'IP address of the pod. Null until one is allocated.',
    resolve: (pod) => podStatusOf(pod).podIP || null,
  }),
  startedAt: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'Time at which the kubelet accepted the pod, before it pulled images. Null until then.',
    resolve: (pod) => timestampOf(podStatusOf(pod).startTime),
  }),
}));

builder.objectFields(PodType, (t) => ({
  restartCount: t.int({
    description: 'Total number of restarts of all containers.',
    resolve: restartCountOf,
  }),
  conditions: t.field({
    type: [ConditionType],
    description: 'Conditions, e.g. `PodScheduled`, `Initialized` and `Ready`.',
    resolve: (pod) => [...(podStatusOf(pod).conditions ?? [])],
  }),
  containers: t.field({ type: [PodContainerType], description: 'Containers.', resolve: containersOf }),
  initContainers: t.field({
    type: [PodContainerType],
    description: 'Init containers, which run before the containers, and sidecars, which also run beside them.',
    resolve: initContainersOf,
  }),
}));

defineKind({
  resource: Pod,
  type: PodType,
  connection: PodConnection,
  event: PodEvent,
  filter: { type: PodFilterInput, description: 'Filter for pods. Null for all pods that you may list.' },
  matcher: podMatcher,
  get: {
    name: 'pod',
    description: 'Pod of a workspace by name. Null if it does not exist, or if it does not belong to a workspace.',
  },
  list: { name: 'pods', description: 'Matching pods of workspaces, sorted by namespace and name.' },
  subscribeOne: {
    name: 'pod',
    description: 'Sends the pod, and again whenever a selected field has changed. Null while it does not exist.',
  },
  subscribe: {
    name: 'pods',
    description:
      'Sends RESET, the matching pods as ADDED, SYNCED, then their changes. A pod that starts to match is ADDED, one that stops is DELETED.',
  },
});
