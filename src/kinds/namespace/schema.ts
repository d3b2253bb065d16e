import { builder } from '../../graphql/builder.ts';
import { pagingArgs } from '../../graphql/connection.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import { isRedacted, KubernetesObjectInterface, NodeInterface } from '../../graphql/node.ts';
import { labelCondition, matchesAll, searchCondition } from '../../graphql/filter.ts';
import { ObjectMetaType } from '../../graphql/object-meta.ts';
import type { Ordering } from '../../graphql/ordering.ts';
import { defineKind } from '../define-kind.ts';
import { inNamespace, isRemoved, labelsOf } from '../workspace-kind/filter-rules.ts';
import { WorkspaceKindConnection, workspaceKindConnection, workspaceKindFilterArg } from '../workspace-kind/refs.ts';
import { WorkspaceKind } from '../workspace-kind/resource.ts';
import { WorkspaceConnection, workspaceConnection, workspaceListArgs } from '../workspace/refs.ts';
import { Workspace } from '../workspace/resource.ts';
import { NamespaceConnection, NamespaceEvent, NamespaceType } from './refs.ts';
import { Namespace, type NamespaceObject } from './resource.ts';

NamespaceType.implement({
  description: 'A namespace of the cluster: usually a team or a person.',
  interfaces: [NodeInterface, KubernetesObjectInterface],
  fields: (t) => ({
    metadata: t.field({
      type: ObjectMetaType,
      nullable: true,
      description: 'What Kubernetes keeps of every object. Null where only the name is known.',
      resolve: (namespace) => (isRedacted(namespace) ? null : namespace.metadata),
    }),
    manifest: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The whole object as the API server has it. Null where only the name is known.',
      resolve: (namespace) => (isRedacted(namespace) ? null : namespace),
    }),
    phase: t.string({
      nullable: true,
      description: '`Active` or `Terminating`. Null where it is not known.',
      resolve: ({ status }) => status?.phase ?? null,
    }),
    workspaces: t.field({
      type: WorkspaceConnection,
      description: 'The workspaces in it.',
      args: { ...workspaceListArgs, ...pagingArgs },
      extensions: dependsOn(Workspace),
      resolve: ({ metadata }, args, { client }) =>
        workspaceConnection(client.reader.prefetched(Workspace).list(metadata.name), args),
    }),
    workspaceKinds: t.field({
      type: WorkspaceKindConnection,
      description:
        'The kinds that it is offered: their rules are applied, so some are missing, hidden or have other options here.',
      args: { ...workspaceKindFilterArg, ...pagingArgs },
      extensions: dependsOn(WorkspaceKind),
      resolve: (namespace, args, { client }) => {
        const labels = labelsOf(namespace);
        const workspaceKinds = client.reader
          .prefetched(WorkspaceKind)
          .list()
          .map((workspaceKind) => inNamespace(workspaceKind, labels));
        return workspaceKindConnection(
          workspaceKinds.filter((workspaceKind) => !isRemoved(workspaceKind)),
          args,
        );
      },
    }),
  }),
});

const NamespaceFilterInput = builder.inputType('NamespaceFilter', {
  description: 'Which namespaces are meant: all conditions that are given must hold.',
  fields: (t) => ({
    labelSelector: t.string({
      description: 'By labels, in the Kubernetes grammar: `team=ml,tier in (dev,test),!legacy`.',
    }),
    search: t.string({ description: 'Part of the name, in any case.' }),
  }),
});

function namespaceMatcher(
  filter: typeof NamespaceFilterInput.$inferInput | null | undefined,
): (namespace: NamespaceObject) => boolean {
  return matchesAll<NamespaceObject>([
    labelCondition(filter?.labelSelector),
    searchCondition(filter?.search, ({ metadata }) => [metadata.name]),
  ]);
}

const byName: Ordering<NamespaceObject> = {
  name: 'NAME ASC',
  directions: [1],
  positionOf: ({ metadata }) => [metadata.name],
};

defineKind({
  resource: Namespace,
  type: NamespaceType,
  connection: NamespaceConnection,
  event: NamespaceEvent,
  filter: { type: NamespaceFilterInput, description: 'Which namespaces. Null: all that you may see.' },
  matcher: namespaceMatcher,
  ordering: byName,
  get: { name: 'namespace', description: 'One namespace. Null when it does not exist.' },
  list: { name: 'namespaces', description: 'The namespaces that match, sorted by name.' },
  subscribe: { name: 'namespaces', description: 'The namespaces that match, then SYNCED, then what happens to them.' },
});
