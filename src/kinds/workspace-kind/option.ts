import { builder } from '../../graphql/builder.ts';
import { KeyValueType } from '../../graphql/object-meta.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import { optionKeyOf, Workspace, type OptionList } from '../workspace/resource.ts';
import { filterVerdict, type FilterLabels, type FilterVerdict } from './filter-rules.ts';
import {
  workspaceKindSpecOf,
  type OptionSpec,
  type RedirectMessageSpec,
  type WorkspaceKindObject,
} from './resource.ts';

/** One option of a kind, as it is offered in some context. */
export interface SpawnerOption {
  readonly workspaceKind: WorkspaceKindObject;
  readonly list: OptionList;
  readonly spec: OptionSpec;
  readonly verdict: FilterVerdict;
}

const scopes = { imageConfig: 'IMAGE_CONFIG', podConfig: 'POD_CONFIG' } as const;

function optionSpecsOf(workspaceKind: WorkspaceKindObject, list: OptionList): readonly OptionSpec[] {
  return workspaceKindSpecOf(workspaceKind).podTemplate?.options?.[list]?.values ?? [];
}

/** All options of a list, with the verdict of the kind's rules in this context; those that are not to be shown included. */
export function spawnerOptionsOf(
  workspaceKind: WorkspaceKindObject,
  list: OptionList,
  context: FilterLabels,
): SpawnerOption[] {
  return optionSpecsOf(workspaceKind, list).map((spec) => offered(workspaceKind, list, spec, context));
}

/** Undefined where the kind has no such option. */
export function spawnerOptionOf(
  workspaceKind: WorkspaceKindObject,
  list: OptionList,
  id: string,
  context: FilterLabels,
): SpawnerOption | undefined {
  const spec = optionSpecsOf(workspaceKind, list).find((candidate) => candidate.id === id);
  return spec && offered(workspaceKind, list, spec, context);
}

function offered(
  workspaceKind: WorkspaceKindObject,
  list: OptionList,
  spec: OptionSpec,
  context: FilterLabels,
): SpawnerOption {
  return {
    workspaceKind,
    list,
    spec,
    verdict: filterVerdict(workspaceKind, scopes[list], { ...context, [list]: optionLabelsOf(spec) }),
  };
}

/** The labels of an option as a map: of a key that stands twice, the last counts. They are not Kubernetes labels. */
export function optionLabelsOf({ spawner }: OptionSpec): Readonly<Record<string, string>> {
  return Object.fromEntries((spawner?.labels ?? []).map(({ key = '', value = '' }) => [key, value]));
}

const levels = { Info: 'INFO', Warning: 'WARNING', Danger: 'DANGER' } as const;

const RedirectMessageLevel = builder.enumType('RedirectMessageLevel', {
  description: 'How loud a message is.',
  values: {
    INFO: { description: 'Good to know.' },
    WARNING: { description: 'Look before you go on.' },
    DANGER: { description: 'Something may be lost.' },
  } as const,
});

export const RedirectMessage = builder.objectRef<RedirectMessageSpec>('RedirectMessage').implement({
  description: 'What the kind says to the people whose option is redirected.',
  fields: (t) => ({
    level: t.field({
      type: RedirectMessageLevel,
      description: 'How loud; INFO for a level that this gateway does not know.',
      resolve: ({ level = '' }) => (isKnown(level) ? levels[level] : 'INFO'),
    }),
    text: t.string({ description: 'The message.', resolve: ({ text }) => text ?? '' }),
  }),
});

function isKnown(level: string): level is keyof typeof levels {
  return Object.hasOwn(levels, level);
}

export const SpawnerOptionType = builder.objectRef<SpawnerOption>('SpawnerOption').implement({
  description: 'One image or one pod size that a kind offers.',
  fields: (t) => ({
    id: t.id({ description: 'What a workspace names it by.', resolve: ({ spec }) => spec.id ?? '' }),
    displayName: t.string({
      description: 'Its name for people.',
      resolve: ({ spec }) => spec.spawner?.displayName || (spec.id ?? ''),
    }),
    description: t.string({
      description: 'What it is, for people. Possibly empty.',
      resolve: ({ spec }) => spec.spawner?.description ?? '',
    }),
    labels: t.field({
      type: [KeyValueType],
      description: 'Facts about it, in the order of the kind, e.g. `cpu`, `memory`, `gpu`, `python_version`.',
      resolve: ({ spec }) => (spec.spawner?.labels ?? []).map(({ key = '', value = '' }) => ({ key, value })),
    }),
    hidden: t.boolean({
      description: 'Not to be offered unless asked for: by itself, or by a rule of the kind in this context.',
      resolve: ({ spec, verdict }) => spec.spawner?.hidden === true || verdict.hidden,
    }),
    denied: t.boolean({
      description: 'Not allowed in this context, by a rule of the kind.',
      resolve: ({ verdict }) => verdict.denied,
    }),
    deniedMessage: t.string({
      nullable: true,
      description: 'Why it is not allowed. Null where it is, or nothing is said.',
      resolve: ({ verdict }) => verdict.deniedMessage,
    }),
    redirectTo: t.id({
      nullable: true,
      description: 'The option that replaces it. Null while it is not replaced.',
      resolve: ({ spec }) => spec.redirect?.to ?? null,
    }),
    redirectMessage: t.field({
      type: RedirectMessage,
      nullable: true,
      description: 'What the kind says of the replacement. Null where it says nothing.',
      resolve: ({ spec }) => spec.redirect?.message ?? null,
    }),
    workspaceCount: t.int({
      description: 'How many of the workspaces that you may see have it in their spec.',
      extensions: dependsOn(Workspace),
      resolve: ({ workspaceKind, list, spec }, _, { client }) =>
        client.reader.prefetched(Workspace).byIndex(list, optionKeyOf(workspaceKind.metadata.name, spec.id ?? ''))
          .length,
    }),
  }),
});
