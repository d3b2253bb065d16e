import { builder } from '../../graphql/builder.ts';
import { pagingArgs } from '../../graphql/connection.ts';
import { failure } from '../../graphql/errors.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import { isRedacted, KubernetesObjectInterface, NodeInterface } from '../../graphql/node.ts';
import { revisionOf } from '../../graphql/object-meta.ts';
import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { defineKind } from '../define-kind.ts';
import { Namespace } from '../namespace/resource.ts';
import { WorkspaceConnection, workspaceConnection, workspaceListArgs } from '../workspace/refs.ts';
import { type OptionList, Workspace } from '../workspace/resource.ts';
import {
  isHidden,
  type WorkspaceKindInContext,
  workspaceKindVerdict,
  labelsOfNamespace,
  namespaceLabelsOf,
} from './filter-rules.ts';
import { displayNameOf, WorkspaceKindFilterInput, workspaceKindMatcher, workspaceKindOrdering } from './filter.ts';
import { optionLabelsOf, type SpawnerOption, spawnerOptionOf, spawnerOptionsOf, SpawnerOptionType } from './option.ts';
import { ImageRef } from './pictures.ts';
import { portsOf, WorkspaceKindPort } from './ports.ts';
import { WorkspaceKindConnection, WorkspaceKindEvent, WorkspaceKindType } from './refs.ts';
import { type ActivityRuleSpec, workspaceKindSpecOf, WorkspaceKind } from './resource.ts';

const ActivityRule = builder.objectRef<ActivityRuleSpec>('ActivityRule').implement({
  description: 'Rule that decides whether an inactive workspace is paused.',
  fields: (t) => ({
    secondsSinceActive: t.int({
      nullable: true,
      description: 'Seconds without activity after which the rule applies. Null if the rule has no such condition.',
      resolve: ({ config }) => config?.secondsSinceActive ?? null,
    }),
    minRunningSeconds: t.int({
      description: 'Minimum seconds that the workspace has been running.',
      resolve: ({ config }) => config?.minRunningSeconds ?? 0,
    }),
    pauseWorkspace: t.boolean({
      nullable: true,
      description: 'Whether the workspace is paused. Null if the rule does not decide, so the next one applies.',
      resolve: ({ effect }) => effect?.pauseWorkspace ?? null,
    }),
    catchAll: t.boolean({
      description: 'Whether the rule matches every workspace.',
      resolve: ({ match }) => Object.keys(match ?? {}).length === 0,
    }),
  }),
});

interface OfferContext {
  readonly namespace?: string | null | undefined;
  readonly imageConfig?: string | null | undefined;
  readonly podConfig?: string | null | undefined;
}

/** Returns the options that are offered in this context, without those that a rule removes. */
function offers(
  client: ViewerClient,
  workspaceKind: WorkspaceKindInContext,
  list: OptionList,
  { namespace, imageConfig, podConfig }: OfferContext,
): SpawnerOption[] {
  const context = {
    namespace: namespace ? labelsOfNamespace(client, namespace) : namespaceLabelsOf(workspaceKind),
    imageConfig: imageConfig ? chosenLabels(workspaceKind, 'imageConfig', imageConfig) : undefined,
    podConfig: podConfig ? chosenLabels(workspaceKind, 'podConfig', podConfig) : undefined,
  };
  return spawnerOptionsOf(workspaceKind, list, context).filter(({ verdict }) => !verdict.removed);
}

function chosenLabels(
  workspaceKind: WorkspaceKindInContext,
  list: OptionList,
  id: string,
): Readonly<Record<string, string>> {
  const chosen = spawnerOptionOf(workspaceKind, list, id, {});
  if (!chosen)
    throw failure('BAD_REQUEST', `WorkspaceKind ${workspaceKind.metadata.name} has no ${list} ${JSON.stringify(id)}.`);
  return optionLabelsOf(chosen.spec);
}

const offerNamespaceArg = builder.args((t) => ({
  namespace: t.string({
    description:
      'Namespace whose labels the filter rules apply to. Null for the namespace through which the WorkspaceKind was reached, if any.',
  }),
}));

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
        'Whether user interfaces should hide the WorkspaceKind, by its own setting or by a filter rule for the namespace through which it was reached.',
      resolve: isHidden,
    }),
    denied: t.boolean({
      description:
        'Whether a filter rule denies new workspaces in the namespace through which the WorkspaceKind was reached. createWorkspace rejects them.',
      resolve: (workspaceKind) => workspaceKindVerdict(workspaceKind).denied,
    }),
    deniedMessage: t.string({
      nullable: true,
      description: 'Message of the rule that denies it. Null if no rule does, or if the rule has no message.',
      resolve: (workspaceKind) => workspaceKindVerdict(workspaceKind).deniedMessage,
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
    description: 'Offered imageConfig options, with filter rules applied. BAD_REQUEST if the podConfig does not exist.',
    args: {
      ...offerNamespaceArg,
      podConfig: t.arg.id({ description: 'ID of the podConfig option that the filter rules apply to.' }),
    },
    extensions: dependsOn(Namespace),
    resolve: (workspaceKind, args, { client }) => offers(client, workspaceKind, 'imageConfig', args),
  }),
  podConfigs: t.field({
    type: [SpawnerOptionType],
    description: 'Offered podConfig options, with filter rules applied. BAD_REQUEST if the imageConfig does not exist.',
    args: {
      ...offerNamespaceArg,
      imageConfig: t.arg.id({ description: 'ID of the imageConfig option that the filter rules apply to.' }),
    },
    extensions: dependsOn(Namespace),
    resolve: (workspaceKind, args, { client }) => offers(client, workspaceKind, 'podConfig', args),
  }),
  defaultImageConfig: t.id({
    description: 'ID of the preselected imageConfig option. Filter rules may hide or remove that option.',
    resolve: (workspaceKind) =>
      workspaceKindSpecOf(workspaceKind).podTemplate?.options?.imageConfig?.spawner?.default ?? '',
  }),
}));

builder.objectFields(WorkspaceKindType, (t) => ({
  defaultPodConfig: t.id({
    description: 'ID of the preselected podConfig option. Filter rules may hide or remove that option.',
    resolve: (workspaceKind) =>
      workspaceKindSpecOf(workspaceKind).podTemplate?.options?.podConfig?.spawner?.default ?? '',
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
    extensions: dependsOn(Workspace),
    resolve: ({ metadata }, args, { client }) =>
      workspaceConnection(client.reader.prefetched(Workspace).byIndex('kind', metadata.name), args),
  }),
  workspaceCount: t.int({
    description: 'Number of workspaces of this WorkspaceKind that you may see.',
    extensions: dependsOn(Workspace),
    resolve: ({ metadata }, _, { client }) => client.reader.prefetched(Workspace).byIndex('kind', metadata.name).length,
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
  ordering: workspaceKindOrdering,
  get: { name: 'workspaceKind', description: 'WorkspaceKind by name. Null if it does not exist.' },
  list: {
    name: 'workspaceKinds',
    description:
      'Matching WorkspaceKinds, sorted by name. For those offered in one namespace see Namespace.workspaceKinds.',
  },
  subscribeOne: {
    name: 'workspaceKind',
    description:
      'Sends the WorkspaceKind, and again whenever a selected field has changed. Null while it does not exist.',
  },
  subscribe: {
    name: 'workspaceKinds',
    description: 'Sends the matching WorkspaceKinds as ADDED, then SYNCED, then their changes.',
  },
});
