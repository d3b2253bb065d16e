import { builder } from '../../graphql/builder.ts';
import { pagingArgs } from '../../graphql/connection.ts';
import { dependsOn, dependsOnArguments } from '../../graphql/field-dependencies.ts';
import { isRedacted, KubernetesObjectInterface, NodeInterface } from '../../graphql/node.ts';
import { labelCondition, labelSelectorField, matchesAll, nameTexts, searchCondition } from '../../graphql/filter.ts';
import type { ObjectFilter } from '../../kubernetes/object-filter.ts';
import { byName } from '../../kubernetes/ordering.ts';
import { defineKind } from '../define-kind.ts';
import { offerConnection, WorkspaceKindOfferConnection } from '../workspace-kind/offer.ts';
import { workspaceKindFilterArg } from '../workspace-kind/refs.ts';
import { WorkspaceKind } from '../workspace-kind/resource.ts';
import { WorkspaceConnection, workspaceConnection, workspaceListArgs } from '../workspace/refs.ts';
import { relatedToArguments } from '../workspace/related.ts';
import { Workspace } from '../workspace/resource.ts';
import { NamespaceConnection, NamespaceEvent, NamespaceType } from './refs.ts';
import { Namespace, type NamespaceObject } from './resource.ts';

const NamespacePhase = builder.enumType('NamespacePhase', {
  description: 'Phase of a namespace.',
  values: {
    ACTIVE: { description: 'Objects can be created in the namespace.' },
    TERMINATING: { description: 'The namespace and its objects are being deleted. No object can be created in it.' },
    UNKNOWN: { description: 'No phase is reported, or one that this gateway does not know.' },
  } as const,
});

const phaseByName: ReadonlyMap<string | undefined, typeof NamespacePhase.$inferType> = new Map([
  ['Active', 'ACTIVE'],
  ['Terminating', 'TERMINATING'],
]);

NamespaceType.implement({
  description: 'Kubernetes namespace, usually of a team or a person.',
  interfaces: [NodeInterface, KubernetesObjectInterface],
  fields: (t) => ({
    phase: t.field({
      type: NamespacePhase,
      nullable: true,
      description: 'Phase. Null if you may not get the namespace itself.',
      resolve: (namespace) => (isRedacted(namespace) ? null : (phaseByName.get(namespace.status?.phase) ?? 'UNKNOWN')),
    }),
    workspaces: t.field({
      type: WorkspaceConnection,
      description: 'Workspaces in the namespace.',
      args: { ...workspaceListArgs, ...pagingArgs },
      extensions: dependsOnArguments(relatedToArguments, Workspace),
      resolve: ({ metadata: { name } }, args, { client }) =>
        workspaceConnection(client.reader.prefetched(Workspace), { ...args, namespace: name, client }),
    }),
  }),
});

builder.objectFields(NamespaceType, (t) => ({
  workspaceKindOffers: t.field({
    type: WorkspaceKindOfferConnection,
    description:
      'WorkspaceKinds that the namespace is offered, sorted by name. Their filter rules are applied and may remove, hide or deny a WorkspaceKind or its options. Empty if the namespace itself is not visible to you.',
    args: { ...workspaceKindFilterArg, ...pagingArgs },
    extensions: dependsOn(WorkspaceKind),
    resolve: (namespace, args, { client }) =>
      offerConnection(namespace, client.reader.prefetched(WorkspaceKind).list(), { ...args, client }),
  }),
}));

const NamespaceFilterInput = builder.inputType('NamespaceFilter', {
  description: 'Filter for namespaces. A namespace matches if it meets every given condition.',
  fields: (t) => ({
    labelSelector: labelSelectorField(t),
    search: t.string({ description: 'Substring of the name, case-insensitive.' }),
  }),
});

function namespaceMatcher(
  filter: typeof NamespaceFilterInput.$inferInput | null | undefined,
): ObjectFilter<NamespaceObject> {
  return matchesAll<NamespaceObject>([
    labelCondition(filter?.labelSelector),
    searchCondition(filter?.search, nameTexts),
  ]);
}

defineKind({
  resource: Namespace,
  type: NamespaceType,
  connection: NamespaceConnection,
  event: NamespaceEvent,
  filter: { type: NamespaceFilterInput, description: 'Filter for namespaces. Null for all that you may see.' },
  matcher: namespaceMatcher,
  ordering: byName,
  get: { name: 'namespace', description: 'Namespace by name. Null if it does not exist.' },
  list: { name: 'namespaces', description: 'Matching namespaces, sorted by name.' },
  subscribe: {
    name: 'namespaces',
    description:
      'Sends RESET, the matching namespaces as ADDED, SYNCED, then their changes. A namespace that starts to match is ADDED, one that stops is DELETED.',
  },
});
