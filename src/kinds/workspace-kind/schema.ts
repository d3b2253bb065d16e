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
import { ActivityRule } from './activity-rule.ts';
import { displayNameOf, WorkspaceKindFilterInput, workspaceKindMatcher, workspaceKindOrdering } from './filter.ts';
import { ImageRef } from './image-ref.ts';
import { isHidden, type KindInContext, kindVerdict, labelsOfNamespace, namespaceLabelsOf } from './kind-in-context.ts';
import { optionLabelsOf, type SpawnerOption, spawnerOptionOf, spawnerOptionsOf, SpawnerOptionType } from './option.ts';
import { portsOf, WorkspaceKindPort } from './ports.ts';
import { WorkspaceKindConnection, WorkspaceKindEvent, WorkspaceKindType } from './refs.ts';
import { kindSpecOf, WorkspaceKind } from './resource.ts';

interface OfferContext {
  readonly namespace?: string | null | undefined;
  readonly imageConfig?: string | null | undefined;
  readonly podConfig?: string | null | undefined;
}

/** What is offered of a list in this context: options that a rule takes out are missing. */
function offers(
  client: ViewerClient,
  kind: KindInContext,
  list: OptionList,
  { namespace, imageConfig, podConfig }: OfferContext,
): SpawnerOption[] {
  const context = {
    namespace: namespace ? labelsOfNamespace(client, namespace) : namespaceLabelsOf(kind),
    imageConfig: imageConfig ? chosenLabels(kind, 'imageConfig', imageConfig) : undefined,
    podConfig: podConfig ? chosenLabels(kind, 'podConfig', podConfig) : undefined,
  };
  return spawnerOptionsOf(kind, list, context).filter(({ verdict }) => !verdict.removed);
}

function chosenLabels(kind: KindInContext, list: OptionList, id: string): Readonly<Record<string, string>> {
  const chosen = spawnerOptionOf(kind, list, id, {});
  if (!chosen)
    throw failure('BAD_REQUEST', `WorkspaceKind ${kind.metadata.name} has no ${list} ${JSON.stringify(id)}.`);
  return optionLabelsOf(chosen.spec);
}

WorkspaceKindType.implement({
  description: 'A template of workspaces, made by an administrator: what image, what size, what ports.',
  interfaces: [NodeInterface, KubernetesObjectInterface],
  fields: (t) => {
    const namespace = t.arg.string({
      description: 'As offered in this namespace. Null: where the kind was asked for, if in a namespace.',
    });
    return {
      displayName: t.string({ description: 'Its name for people.', resolve: displayNameOf }),
      description: t.string({
        description: 'What it is, for people. Possibly empty.',
        resolve: (kind) => kindSpecOf(kind).spawner?.description ?? '',
      }),
      hidden: t.boolean({
        description:
          'Not to be offered unless asked for: by itself, or by a rule where it was asked for in a namespace.',
        resolve: isHidden,
      }),
      denied: t.boolean({
        description:
          'Not allowed for new workspaces, by a rule where it was asked for in a namespace: createWorkspace refuses it.',
        resolve: (kind) => kindVerdict(kind).denied,
      }),
      deniedMessage: t.string({
        nullable: true,
        description: 'Why it is not allowed. Null where it is, or nothing is said.',
        resolve: (kind) => kindVerdict(kind).deniedMessage,
      }),
      deprecated: t.boolean({
        description: 'Not to be used for new workspaces.',
        resolve: (kind) => kindSpecOf(kind).spawner?.deprecated === true,
      }),
      deprecationMessage: t.string({
        nullable: true,
        description: 'What to use instead. Null where nothing is said.',
        resolve: (kind) => kindSpecOf(kind).spawner?.deprecationMessage ?? null,
      }),
      icon: t.field({
        type: ImageRef,
        description: 'A small picture.',
        resolve: (kind) => ({ kind, which: 'icon' as const }),
      }),
      logo: t.field({
        type: ImageRef,
        description: 'A large picture.',
        resolve: (kind) => ({ kind, which: 'logo' as const }),
      }),
      homeMountPath: t.string({
        nullable: true,
        description: 'Where the home volume of its workspaces appears. Null where it has none.',
        resolve: (kind) => kindSpecOf(kind).podTemplate?.volumeMounts?.home ?? null,
      }),
      ports: t.field({ type: [WorkspaceKindPort], description: 'The ways into its workspaces.', resolve: portsOf }),
      imageConfigs: t.field({
        type: [SpawnerOptionType],
        description: 'The images it offers, with its rules applied; BAD_REQUEST for a podConfig that it does not have.',
        args: { namespace, podConfig: t.arg.id({ description: 'As offered together with this podConfig.' }) },
        extensions: dependsOn(Namespace),
        resolve: (kind, args, { client }) => offers(client, kind, 'imageConfig', args),
      }),
      podConfigs: t.field({
        type: [SpawnerOptionType],
        description:
          'The pod sizes it offers, with its rules applied; BAD_REQUEST for an imageConfig that it does not have.',
        args: { namespace, imageConfig: t.arg.id({ description: 'As offered together with this imageConfig.' }) },
        extensions: dependsOn(Namespace),
        resolve: (kind, args, { client }) => offers(client, kind, 'podConfig', args),
      }),
      defaultImageConfig: t.id({
        description: 'The image to begin with. It may be hidden, or missing where you ask.',
        resolve: (kind) => kindSpecOf(kind).podTemplate?.options?.imageConfig?.spawner?.default ?? '',
      }),
      defaultPodConfig: t.id({
        description: 'The pod size to begin with. It may be hidden, or missing where you ask.',
        resolve: (kind) => kindSpecOf(kind).podTemplate?.options?.podConfig?.spawner?.default ?? '',
      }),
      activityRules: t.field({
        type: [ActivityRule],
        description:
          'When its workspaces are paused for want of activity: the first rule that fits and says something decides.',
        resolve: (kind) => [...(kindSpecOf(kind).activityRules ?? [])],
      }),
      workspaces: t.field({
        type: WorkspaceConnection,
        description: 'The workspaces of this kind that you may see.',
        args: { ...workspaceListArgs, ...pagingArgs },
        extensions: dependsOn(Workspace),
        resolve: ({ metadata }, args, { client }) =>
          workspaceConnection(client.reader.prefetched(Workspace).byIndex('kind', metadata.name), args),
      }),
      workspaceCount: t.int({
        description: 'How many workspaces of this kind you may see.',
        extensions: dependsOn(Workspace),
        resolve: ({ metadata }, _, { client }) =>
          client.reader.prefetched(Workspace).byIndex('kind', metadata.name).length,
      }),
      revision: t.string({
        nullable: true,
        description: 'Changes when the spec changes. Opaque. Null where you may not get the object itself.',
        resolve: (kind) => (isRedacted(kind) ? null : revisionOf(kind)),
      }),
    };
  },
});

defineKind({
  resource: WorkspaceKind,
  type: WorkspaceKindType,
  connection: WorkspaceKindConnection,
  event: WorkspaceKindEvent,
  filter: { type: WorkspaceKindFilterInput, description: 'Which kinds. Null: all that you may see.' },
  matcher: workspaceKindMatcher,
  ordering: workspaceKindOrdering,
  get: { name: 'workspaceKind', description: 'One kind. Null when it does not exist.' },
  list: {
    name: 'workspaceKinds',
    description:
      'The kinds that match, sorted by name; for what one namespace is offered, see Namespace.workspaceKinds.',
  },
  subscribeOne: {
    name: 'workspaceKind',
    description:
      'One kind as it is now, and again whenever something that you select has changed; null while it does not exist.',
  },
  subscribe: { name: 'workspaceKinds', description: 'The kinds that match, then SYNCED, then what happens to them.' },
});
