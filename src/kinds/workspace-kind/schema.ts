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

export const ActivityRule = builder.objectRef<ActivityRuleSpec>('ActivityRule').implement({
  description: 'When a workspace is paused for want of activity, and when it is spared.',
  fields: (t) => ({
    secondsSinceActive: t.int({
      nullable: true,
      description: 'After so many seconds without activity. Null where the rule does not say.',
      resolve: ({ config }) => config?.secondsSinceActive ?? null,
    }),
    minRunningSeconds: t.int({
      description: 'Not before it has run for so many seconds.',
      resolve: ({ config }) => config?.minRunningSeconds ?? 0,
    }),
    pauseWorkspace: t.boolean({
      nullable: true,
      description: 'True: it is paused. False: it is spared. Null: the rule says nothing, and the next one counts.',
      resolve: ({ effect }) => effect?.pauseWorkspace ?? null,
    }),
    catchAll: t.boolean({
      description: 'Whether the rule fits every workspace.',
      resolve: ({ match }) => Object.keys(match ?? {}).length === 0,
    }),
  }),
});

interface OfferContext {
  readonly namespace?: string | null | undefined;
  readonly imageConfig?: string | null | undefined;
  readonly podConfig?: string | null | undefined;
}

/** What is offered of a list in this context: options that a rule takes out are missing. */
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
        resolve: (workspaceKind) => workspaceKindSpecOf(workspaceKind).spawner?.description ?? '',
      }),
      hidden: t.boolean({
        description:
          'Not to be offered unless asked for: by itself, or by a rule where it was asked for in a namespace.',
        resolve: isHidden,
      }),
      denied: t.boolean({
        description:
          'Not allowed for new workspaces, by a rule where it was asked for in a namespace: createWorkspace refuses it.',
        resolve: (workspaceKind) => workspaceKindVerdict(workspaceKind).denied,
      }),
      deniedMessage: t.string({
        nullable: true,
        description: 'Why it is not allowed. Null where it is, or nothing is said.',
        resolve: (workspaceKind) => workspaceKindVerdict(workspaceKind).deniedMessage,
      }),
      deprecated: t.boolean({
        description: 'Not to be used for new workspaces.',
        resolve: (workspaceKind) => workspaceKindSpecOf(workspaceKind).spawner?.deprecated === true,
      }),
      deprecationMessage: t.string({
        nullable: true,
        description: 'What to use instead. Null where nothing is said.',
        resolve: (workspaceKind) => workspaceKindSpecOf(workspaceKind).spawner?.deprecationMessage ?? null,
      }),
      icon: t.field({
        type: ImageRef,
        description: 'A small picture.',
        resolve: (workspaceKind) => ({ workspaceKind, which: 'icon' as const }),
      }),
      logo: t.field({
        type: ImageRef,
        description: 'A large picture.',
        resolve: (workspaceKind) => ({ workspaceKind, which: 'logo' as const }),
      }),
      homeMountPath: t.string({
        nullable: true,
        description: 'Where the home volume of its workspaces appears. Null where it has none.',
        resolve: (workspaceKind) => workspaceKindSpecOf(workspaceKind).podTemplate?.volumeMounts?.home ?? null,
      }),
      ports: t.field({ type: [WorkspaceKindPort], description: 'The ways into its workspaces.', resolve: portsOf }),
      imageConfigs: t.field({
        type: [SpawnerOptionType],
        description: 'The images it offers, with its rules applied; BAD_REQUEST for a podConfig that it does not have.',
        args: { namespace, podConfig: t.arg.id({ description: 'As offered together with this podConfig.' }) },
        extensions: dependsOn(Namespace),
        resolve: (workspaceKind, args, { client }) => offers(client, workspaceKind, 'imageConfig', args),
      }),
      podConfigs: t.field({
        type: [SpawnerOptionType],
        description:
          'The pod sizes it offers, with its rules applied; BAD_REQUEST for an imageConfig that it does not have.',
        args: { namespace, imageConfig: t.arg.id({ description: 'As offered together with this imageConfig.' }) },
        extensions: dependsOn(Namespace),
        resolve: (workspaceKind, args, { client }) => offers(client, workspaceKind, 'podConfig', args),
      }),
      defaultImageConfig: t.id({
        description: 'The image to begin with. It may be hidden, or missing where you ask.',
        resolve: (workspaceKind) =>
          workspaceKindSpecOf(workspaceKind).podTemplate?.options?.imageConfig?.spawner?.default ?? '',
      }),
      defaultPodConfig: t.id({
        description: 'The pod size to begin with. It may be hidden, or missing where you ask.',
        resolve: (workspaceKind) =>
          workspaceKindSpecOf(workspaceKind).podTemplate?.options?.podConfig?.spawner?.default ?? '',
      }),
      activityRules: t.field({
        type: [ActivityRule],
        description:
          'When its workspaces are paused for want of activity: the first rule that fits and says something decides.',
        resolve: (workspaceKind) => [...(workspaceKindSpecOf(workspaceKind).activityRules ?? [])],
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
        resolve: (workspaceKind) => (isRedacted(workspaceKind) ? null : revisionOf(workspaceKind)),
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
