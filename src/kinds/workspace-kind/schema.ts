import { builder } from '../../graphql/builder.ts';
import { pagingArgs } from '../../graphql/connection.ts';
import { dependsOn, dependsOnArguments } from '../../graphql/field-dependencies.ts';
import { isRedacted, KubernetesObjectInterface, NodeInterface } from '../../graphql/node.ts';
import { revisionOf } from '../../graphql/object-meta.ts';
import { byName } from '../../kubernetes/ordering.ts';
import { defineKind } from '../define-kind.ts';
import { Namespace } from '../namespace/resource.ts';
import { WorkspaceConnection, workspaceConnection, workspaceListArgs } from '../workspace/refs.ts';
import { relatedToArguments } from '../workspace/related.ts';
import { Workspace } from '../workspace/resource.ts';
import { ActivityRule } from './activity-rule.ts';
import { displayNameOf, isHidden, WorkspaceKindFilterInput, workspaceKindMatcher } from './filter.ts';
import { offerInNamespaceNamed, WorkspaceKindOfferType } from './offer.ts';
import { spawnerOptionsOf, SpawnerOptionType } from './option.ts';
import { ImageRef } from './pictures.ts';
import { portsOf, WorkspaceKindPort } from './ports.ts';
import { WorkspaceKindConnection, WorkspaceKindEvent, WorkspaceKindType } from './refs.ts';
import { podTemplateOf, WorkspaceKindPodTemplate } from './pod-template.ts';
import { workspaceKindSpecOf, WorkspaceKind } from './resource.ts';

WorkspaceKindType.implement({
  description: 'Template of workspaces, defined by an administrator: images, pod sizes, ports and rules.',
  interfaces: [NodeInterface, KubernetesObjectInterface],
  fields: (t) => ({
    displayName: t.string({ description: 'Display name.', resolve: displayNameOf }),
    description: t.string({
      description: 'Human-readable description. May be empty.',
      resolve: (workspaceKind) => workspaceKindSpecOf(workspaceKind).spawner?.description ?? '',
    }),
    hidden: t.boolean({
      description:
        'Whether user interfaces should hide the WorkspaceKind. In a namespace, filter rules may hide it too: see `offer`.',
      resolve: isHidden,
    }),
    deprecated: t.boolean({
      description: 'Whether the WorkspaceKind should no longer be used for new workspaces.',
      resolve: (workspaceKind) => workspaceKindSpecOf(workspaceKind).spawner?.deprecated === true,
    }),
    deprecationMessage: t.string({
      nullable: true,
      description: 'Message about the deprecation. Null if there is none.',
      resolve: (workspaceKind) => workspaceKindSpecOf(workspaceKind).spawner?.deprecationMessage ?? null,
    }),
    icon: t.field({
      type: ImageRef,
      description: 'Small image.',
      resolve: (workspaceKind) => ({ workspaceKind, which: 'icon' as const }),
    }),
  }),
});

builder.objectFields(WorkspaceKindType, (t) => ({
  logo: t.field({
    type: ImageRef,
    description: 'Large image.',
    resolve: (workspaceKind) => ({ workspaceKind, which: 'logo' as const }),
  }),
  homeMountPath: t.string({
    nullable: true,
    description: 'Mount path of the home volume. Null if there is none.',
    resolve: (workspaceKind) => workspaceKindSpecOf(workspaceKind).podTemplate?.volumeMounts?.home ?? null,
  }),
  ports: t.field({ type: [WorkspaceKindPort], description: 'Ports of its workspaces.', resolve: portsOf }),
  imageConfigs: t.field({
    type: [SpawnerOptionType],
    description: 'imageConfig options as the WorkspaceKind defines them. Filter rules apply in an `offer`.',
    resolve: (workspaceKind) => spawnerOptionsOf(workspaceKind, 'imageConfig'),
  }),
  podConfigs: t.field({
    type: [SpawnerOptionType],
    description: 'podConfig options as the WorkspaceKind defines them. Filter rules apply in an `offer`.',
    resolve: (workspaceKind) => spawnerOptionsOf(workspaceKind, 'podConfig'),
  }),
  offer: t.field({
    type: WorkspaceKindOfferType,
    nullable: true,
    description:
      'The WorkspaceKind as a namespace is offered it. Null if the namespace does not exist or is not visible to you, or if a filter rule removes the WorkspaceKind there.',
    args: { namespace: t.arg.string({ required: true, description: 'Name of the namespace.' }) },
    extensions: dependsOn(Namespace),
    resolve: (workspaceKind, { namespace }, { client }) =>
      offerInNamespaceNamed(client, namespace, workspaceKind) ?? null,
  }),
  defaultImageConfig: t.id({
    description: '`optionId` of the preselected imageConfig. Filter rules may hide or remove that option.',
    resolve: (workspaceKind) =>
      workspaceKindSpecOf(workspaceKind).podTemplate?.options?.imageConfig?.spawner?.default ?? '',
  }),
}));

builder.objectFields(WorkspaceKindType, (t) => ({
  defaultPodConfig: t.id({
    description: '`optionId` of the preselected podConfig. Filter rules may hide or remove that option.',
    resolve: (workspaceKind) =>
      workspaceKindSpecOf(workspaceKind).podTemplate?.options?.podConfig?.spawner?.default ?? '',
  }),
  podTemplate: t.field({
    type: WorkspaceKindPodTemplate,
    nullable: true,
    description: 'Pod template, for a form that edits it. Null if you may not get the WorkspaceKind itself.',
    resolve: podTemplateOf,
  }),
  activityRules: t.field({
    type: [ActivityRule],
    description: 'Rules that pause inactive workspaces. The first matching rule that decides is applied.',
    resolve: (workspaceKind) => [...(workspaceKindSpecOf(workspaceKind).activityRules ?? [])],
  }),
  workspaces: t.field({
    type: WorkspaceConnection,
    description: 'Workspaces of this WorkspaceKind that you may see.',
    args: { ...workspaceListArgs, ...pagingArgs },
    extensions: dependsOnArguments(relatedToArguments, Workspace),
    resolve: ({ metadata }, args, { client }) =>
      workspaceConnection(client.reader.prefetched(Workspace), { ...args, kindName: metadata.name, client }),
  }),
  workspaceCount: t.int({
    description: 'Number of workspaces of this WorkspaceKind that you may see.',
    extensions: dependsOn(Workspace),
    resolve: ({ metadata }, _, { client }) => client.reader.prefetched(Workspace).countByIndex('kind', metadata.name),
  }),
  revision: t.string({
    nullable: true,
    description:
      'Opaque revision of the spec, for updateWorkspaceKind. It changes when the spec changes. Null if you may not get the object itself.',
    resolve: (workspaceKind) => (isRedacted(workspaceKind) ? null : revisionOf(workspaceKind)),
  }),
}));

defineKind({
  resource: WorkspaceKind,
  type: WorkspaceKindType,
  connection: WorkspaceKindConnection,
  event: WorkspaceKindEvent,
  filter: {
    type: WorkspaceKindFilterInput,
    description: 'Filter for WorkspaceKinds. Null for all that you may see.',
  },
  matcher: workspaceKindMatcher,
  ordering: byName,
  get: { name: 'workspaceKind', description: 'WorkspaceKind by name. Null if it does not exist.' },
  list: {
    name: 'workspaceKinds',
    description:
      'Matching WorkspaceKinds, sorted by name. For those offered in one namespace see Namespace.workspaceKindOffers.',
  },
  subscribeOne: {
    name: 'workspaceKind',
    description:
      'Sends the WorkspaceKind, and again whenever a selected field has changed. Null while it does not exist.',
  },
  subscribe: {
    name: 'workspaceKinds',
    description:
      'Sends RESET, the matching WorkspaceKinds as ADDED, SYNCED, then their changes. A WorkspaceKind that starts to match is ADDED, one that stops is DELETED.',
  },
});
