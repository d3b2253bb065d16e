import { builder } from '../../graphql/builder.ts';
import { isRedacted } from '../../graphql/node.ts';
import { KeyValueType } from '../../graphql/object-meta.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import { optionKeyOf, Workspace, type OptionList } from '../workspace/resource.ts';
import { filterVerdict, NO_EFFECT, type FilterLabels, type FilterVerdict } from './filter-rules.ts';
import { ImageConfigSpec, imageSpecOf, PodConfigSpec, podSpecOf } from './option-spec.ts';
import {
  workspaceKindSpecOf,
  type OptionSpec,
  type RedirectMessageSpec,
  type WorkspaceKindObject,
} from './resource.ts';

/** Option of a WorkspaceKind, with the verdict of the filter rules in its context: an offer or a workspace. */
export interface SpawnerOption {
  readonly workspaceKind: WorkspaceKindObject;
  readonly list: OptionList;
  readonly spec: OptionSpec;
  readonly verdict: FilterVerdict;
  /** Name of the namespace that is offered the option. Undefined outside an offer. */
  readonly offeredIn?: string;
}

const scopes = { imageConfig: 'IMAGE_CONFIG', podConfig: 'POD_CONFIG' } as const;

function optionSpecsOf(workspaceKind: WorkspaceKindObject, list: OptionList): readonly OptionSpec[] {
  return workspaceKindSpecOf(workspaceKind).podTemplate?.options?.[list]?.values ?? [];
}

/** Returns all options of a list as the WorkspaceKind defines them, without filter rules. */
export function spawnerOptionsOf(workspaceKind: WorkspaceKindObject, list: OptionList): SpawnerOption[] {
  return optionSpecsOf(workspaceKind, list).map((spec) => ({ workspaceKind, list, spec, verdict: NO_EFFECT }));
}

/** Returns one option as the WorkspaceKind defines it. Undefined if the WorkspaceKind does not have it. */
export function spawnerOptionOf(
  workspaceKind: WorkspaceKindObject,
  list: OptionList,
  id: string,
): SpawnerOption | undefined {
  const spec = optionSpecsOf(workspaceKind, list).find((each) => each.id === id);
  return spec && { workspaceKind, list, spec, verdict: NO_EFFECT };
}

/** Returns all options of a list with the verdict of the filter rules, including removed ones. */
export function offeredOptionsOf(
  workspaceKind: WorkspaceKindObject,
  list: OptionList,
  context: FilterLabels,
): SpawnerOption[] {
  return spawnerOptionsOf(workspaceKind, list).map((option) => offered(option, context));
}

/** Returns one option with the verdict of the filter rules. Undefined if the WorkspaceKind does not have it. */
export function offeredOptionOf(
  workspaceKind: WorkspaceKindObject,
  list: OptionList,
  id: string,
  context: FilterLabels,
): SpawnerOption | undefined {
  const option = spawnerOptionOf(workspaceKind, list, id);
  return option && offered(option, context);
}

function offered(option: SpawnerOption, context: FilterLabels): SpawnerOption {
  const { workspaceKind, list, spec } = option;
  const labels = { ...context, [list]: optionLabelsOf(spec) };
  return { ...option, verdict: filterVerdict(workspaceKind, scopes[list], labels) };
}

/**
 * Returns the labels of an option as a map. The last value of a repeated key is used. They are not Kubernetes labels.
 */
export function optionLabelsOf({ spawner }: OptionSpec): Readonly<Record<string, string>> {
  return Object.fromEntries((spawner?.labels ?? []).map(({ key = '', value = '' }) => [key, value]));
}

export const RedirectMessageLevel = builder.enumType('RedirectMessageLevel', {
  description: 'Severity of a redirect message.',
  values: {
    INFO: { description: 'Information.' },
    WARNING: { description: 'Warning.' },
    DANGER: { description: 'Possible loss of data.' },
  } as const,
});

const levelByName: ReadonlyMap<string | undefined, typeof RedirectMessageLevel.$inferType> = new Map([
  ['Info', 'INFO'],
  ['Warning', 'WARNING'],
  ['Danger', 'DANGER'],
]);

export const RedirectMessage = builder.objectRef<RedirectMessageSpec>('RedirectMessage').implement({
  description: 'Message for users whose option is redirected.',
  fields: (t) => ({
    level: t.field({
      type: RedirectMessageLevel,
      description: 'Severity. INFO for a level that this gateway does not know.',
      resolve: ({ level }) => levelByName.get(level) ?? 'INFO',
    }),
    text: t.string({ description: 'Text of the message.', resolve: ({ text }) => text ?? '' }),
  }),
});

export const SpawnerOptionType = builder.objectRef<SpawnerOption>('SpawnerOption').implement({
  description: 'imageConfig or podConfig option that a WorkspaceKind offers.',
  fields: (t) => ({
    optionId: t.id({
      description: 'ID of the option, unique in its list only.',
      resolve: ({ spec }) => spec.id ?? '',
    }),
    displayName: t.string({
      description: 'Display name.',
      resolve: ({ spec }) => spec.spawner?.displayName || (spec.id ?? ''),
    }),
    description: t.string({
      description: 'Human-readable description. May be empty.',
      resolve: ({ spec }) => spec.spawner?.description ?? '',
    }),
    labels: t.field({
      type: [KeyValueType],
      description:
        'Labels of the option, in the order of the WorkspaceKind, such as `cpu`, `memory`, `gpu` or `python_version`.',
      resolve: ({ spec }) => (spec.spawner?.labels ?? []).map(({ key = '', value = '' }) => ({ key, value })),
    }),
    hidden: t.boolean({
      description:
        'Whether user interfaces should hide the option, by its own setting or, in an offer or a workspace, by a filter rule.',
      resolve: ({ spec, verdict }) => spec.spawner?.hidden === true || verdict.hidden,
    }),
    denied: t.boolean({
      description:
        'Whether a filter rule denies the option in the namespace and combination of the offer or workspace. False in the options of a WorkspaceKind.',
      resolve: ({ verdict }) => verdict.denied,
    }),
    deniedMessage: t.string({
      nullable: true,
      description: 'Message of the rule that denies it. Null if no rule does, or if the rule has no message.',
      resolve: ({ verdict }) => verdict.deniedMessage,
    }),
    redirectTo: t.id({
      nullable: true,
      description: '`optionId` of the option that replaces it. Null if it is not replaced.',
      resolve: ({ spec }) => spec.redirect?.to ?? null,
    }),
  }),
});

builder.objectFields(SpawnerOptionType, (t) => ({
  redirectMessage: t.field({
    type: RedirectMessage,
    nullable: true,
    description: 'Message about the replacement. Null if there is none.',
    resolve: ({ spec }) => spec.redirect?.message ?? null,
  }),
  image: t.field({
    type: ImageConfigSpec,
    nullable: true,
    description: 'The image. Null for a podConfig, and for viewers who may not get the WorkspaceKind.',
    resolve: ({ workspaceKind, list, spec }) =>
      list === 'imageConfig' && !isRedacted(workspaceKind) ? imageSpecOf(spec.spec) : null,
  }),
  pod: t.field({
    type: PodConfigSpec,
    nullable: true,
    description:
      'Resources and placement of the pod. Null for an imageConfig, and for viewers who may not get the WorkspaceKind.',
    resolve: ({ workspaceKind, list, spec }) =>
      list === 'podConfig' && !isRedacted(workspaceKind) ? podSpecOf(spec.spec) : null,
  }),
  workspaceCount: t.int({
    description: 'Number of workspaces that you may see and that have the option in their spec.',
    extensions: dependsOn(Workspace),
    resolve: ({ workspaceKind, list, spec }, _, { client }) =>
      client.reader.prefetched(Workspace).byIndex(list, optionKeyOf(workspaceKind.metadata.name, spec.id ?? '')).length,
  }),
}));
