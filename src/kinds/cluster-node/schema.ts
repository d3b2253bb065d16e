import { builder } from '../../graphql/builder.ts';
import { paginate, pagingArgs } from '../../graphql/connection.ts';
import { dependsOn, dependsOnArguments } from '../../graphql/field-dependencies.ts';
import { addObjectFields, KubernetesObjectInterface, NodeInterface, PARTIAL_MANIFEST } from '../../graphql/node.ts';
import { nameArg } from '../../graphql/object-args.ts';
import { byNamespaceAndName } from '../../kubernetes/ordering.ts';
import { amountsOf, ResourceAmountType } from '../../graphql/resource-amount.ts';
import { Pod } from '../pod/resource.ts';
import { nodeCondition } from '../workspace/filter.ts';
import { relatedFieldsFor } from '../workspace/related-fields.ts';
import { WorkspaceConnection, workspaceConnection, workspaceListArgs } from '../workspace/refs.ts';
import { relatedToArguments } from '../workspace/related.ts';
import { Workspace } from '../workspace/resource.ts';
import { requestedOn } from './capacity.ts';
import { ClusterNodeConnection, ClusterNodeType } from './refs.ts';
import { ClusterNode, isReady, nodeSpecOf, nodeStatusOf, ScheduledPod } from './resource.ts';

addObjectFields(ClusterNodeType, PARTIAL_MANIFEST);

ClusterNodeType.implement({
  description: 'Node of the cluster, on which pods run. Not the interface `Node`.',
  interfaces: [NodeInterface, KubernetesObjectInterface],
  fields: (t) => ({
    ready: t.boolean({ description: 'Whether the node accepts pods: its condition `Ready`.', resolve: isReady }),
    unschedulable: t.boolean({
      description: 'Whether the node is cordoned: no new pods are scheduled on it.',
      resolve: (node) => nodeSpecOf(node).unschedulable === true,
    }),
    capacity: t.field({
      type: [ResourceAmountType],
      description: 'Resources of the node, sorted by resource.',
      resolve: (node) => amountsOf(nodeStatusOf(node).capacity),
    }),
    allocatable: t.field({
      type: [ResourceAmountType],
      description:
        'Resources for pods: the capacity minus the amounts that are reserved for the system. Sorted by resource.',
      resolve: (node) => amountsOf(nodeStatusOf(node).allocatable),
    }),
  }),
});

builder.objectFields(ClusterNodeType, (t) => ({
  requested: t.field({
    type: [ResourceAmountType],
    nullable: { list: true, items: false },
    description:
      'Exact sum of the requests of all pods on the node that have not ended, sorted by resource. Null for viewers who may not list pods in every namespace.',
    extensions: dependsOn(ScheduledPod),
    resolve: (node, _, { client }) => {
      const pods = client.reader.prefetched(ScheduledPod);
      return pods.fullScope === 'all' ? requestedOn(pods.byIndex('node', node.metadata.name)) : null;
    },
  }),
  workspaces: t.field({
    type: WorkspaceConnection,
    description: 'Workspaces whose pod is on the node, as far as you may see them.',
    args: { ...workspaceListArgs, ...pagingArgs },
    extensions: dependsOnArguments(relatedToArguments, Workspace, Pod),
    resolve: ({ metadata: { name } }, args, { client }) =>
      workspaceConnection(client.reader.prefetched(Workspace), {
        ...args,
        client,
        only: nodeCondition(relatedFieldsFor(client.reader), [name]),
      }),
  }),
}));

builder.queryFields((t) => ({
  clusterNode: t.field({
    type: ClusterNodeType,
    nullable: true,
    description: 'Node of the cluster by name. Null if it does not exist. Requires `get` of `nodes`.',
    args: nameArg,
    resolve: async (_, { name }, { client }) => (await client.reader.get(ClusterNode, { name })) ?? null,
  }),
  clusterNodes: t.field({
    type: ClusterNodeConnection,
    description: 'Nodes of the cluster, sorted by name. Requires `list` of `nodes`.',
    args: pagingArgs,
    resolve: async (_, paging, { client }) =>
      paginate(await client.reader.list(ClusterNode), byNamespaceAndName, { ...paging, client }),
  }),
}));
