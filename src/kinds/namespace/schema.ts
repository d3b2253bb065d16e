import { builder } from '../../graphql/builder.ts';
import { implementConnection, paginate, pagingArgs, type Connection } from '../../graphql/connection.ts';
import { KubernetesObjectInterface, kubernetesType, NodeInterface } from '../../graphql/kubernetes-object.ts';
import { labelSelector } from '../../graphql/label-selector.ts';
import { implementEvent, listSource, type SubscriptionEvent } from '../../subscriptions/source.ts';
import { afterArg, nameArg } from '../../graphql/object-args.ts';
import { ObjectMetaType } from '../../graphql/object-meta.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import type { Ordering } from '../../graphql/ordering.ts';
import { isRedacted, redacted } from '../../graphql/redaction.ts';
import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { WorkspaceKind } from '../workspace-kind/resource.ts';
import { workspaceKindConnection, WorkspaceKindConnection, workspaceKindFilterArg } from '../workspace-kind/schema.ts';
import { inNamespace, isRemoved, labelsOf } from '../workspace-kind/kind-in-context.ts';
import { Workspace } from '../workspace/resource.ts';
import { workspaceConnection, WorkspaceConnection, workspaceListArgs } from '../workspace/schema.ts';
import { Namespace, type NamespaceObject } from './resource.ts';

export const NamespaceType = kubernetesType('Namespace', Namespace);
const NamespaceConnection = builder.objectRef<Connection<NamespaceObject>>('NamespaceConnection');
const NamespaceEvent = builder.objectRef<SubscriptionEvent<NamespaceObject>>('NamespaceEvent');
implementConnection(NamespaceConnection, NamespaceType);
implementEvent(NamespaceEvent, NamespaceType);

/** The namespace of this name; where the viewer does not see it, what its name alone tells. */
export function namespaceNamed(client: ViewerClient, name: string): NamespaceObject {
  const known = client.reader.prefetched(Namespace).get({ name });
  if (known) return known;
  const { version: apiVersion, kind } = Namespace;
  const metadata = { name, uid: name, resourceVersion: '', creationTimestamp: '' };
  return redacted<NamespaceObject>({ apiVersion, kind, metadata }, (namespace) => namespace);
}

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
        const kinds = client.reader
          .prefetched(WorkspaceKind)
          .list()
          .map((kind) => inNamespace(kind, labels));
        return workspaceKindConnection(
          kinds.filter((kind) => !isRemoved(kind)),
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

const filterArg = builder.args((t) => ({
  filter: t.field({ type: NamespaceFilterInput, description: 'Which namespaces. Null: all that you may see.' }),
}));

function namespaceMatcher(
  filter: typeof NamespaceFilterInput.$inferInput | null | undefined,
): (namespace: NamespaceObject) => boolean {
  const selected = labelSelector(filter?.labelSelector);
  const text = filter?.search?.toLowerCase() ?? '';
  return (namespace) => namespace.metadata.name.toLowerCase().includes(text) && (selected?.(namespace) ?? true);
}

const byName: Ordering<NamespaceObject> = {
  name: 'NAME ASC',
  directions: [1],
  positionOf: ({ metadata }) => [metadata.name],
};

builder.queryFields((t) => ({
  namespace: t.field({
    type: NamespaceType,
    nullable: true,
    description: 'One namespace. Null when it does not exist.',
    args: nameArg,
    resolve: async (_, { name }, { client }) => (await client.reader.get(Namespace, { name })) ?? null,
  }),
  namespaces: t.field({
    type: NamespaceConnection,
    description: 'The namespaces that match, sorted by name.',
    args: { ...filterArg, ...pagingArgs },
    resolve: async (_, { filter, ...paging }, { client }) =>
      paginate((await client.reader.list(Namespace)).filter(namespaceMatcher(filter)), byName, paging),
  }),
}));

builder.subscriptionField('namespaces', (t) =>
  t.field({
    type: NamespaceEvent,
    description: 'The namespaces that match, then SYNCED, then what happens to them.',
    args: {
      ...filterArg,
      ...afterArg,
    },
    subscribe: (_, { filter, after }, { client }) =>
      listSource(client, Namespace, { filter, matcher: namespaceMatcher, after }),
    resolve: (event) => event,
  }),
);
