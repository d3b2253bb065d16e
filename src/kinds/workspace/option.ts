import { builder } from '../../graphql/builder.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { Namespace } from '../namespace/resource.ts';
import { labelsOfNamespace } from '../workspace-kind/filter-rules.ts';
import {
  optionLabelsOf,
  RedirectMessage,
  spawnerOptionOf,
  SpawnerOptionType,
  type SpawnerOption,
} from '../workspace-kind/option.ts';
import { WorkspaceKind } from '../workspace-kind/resource.ts';
import { workspaceKindNameOf, optionIdOf, statusOf, type OptionList, type WorkspaceObject } from './resource.ts';

/** One of the two choices of a workspace. */
export interface ChosenOption {
  readonly workspace: WorkspaceObject;
  readonly list: OptionList;
}

interface RedirectStep extends ChosenOption {
  readonly sourceId: string;
  readonly targetId: string;
}

const other = { imageConfig: 'podConfig', podConfig: 'imageConfig' } as const satisfies Record<OptionList, OptionList>;

/** The option as the workspace's own namespace, and its other choice, are offered it. Null when kind or option are gone. */
function describe(client: ViewerClient, { workspace, list }: ChosenOption, id: string): SpawnerOption | null {
  const workspaceKind = client.reader.prefetched(WorkspaceKind).get({ name: workspaceKindNameOf(workspace) });
  if (!workspaceKind) return null;
  const chosen = spawnerOptionOf(workspaceKind, other[list], optionIdOf(workspace, other[list]), {});
  const context = {
    namespace: labelsOfNamespace(client, workspace.metadata.namespace ?? ''),
    ...(chosen && { [other[list]]: optionLabelsOf(chosen.spec) }),
  };
  return spawnerOptionOf(workspaceKind, list, id, context) ?? null;
}

function optionStatusOf({ workspace, list }: ChosenOption) {
  return statusOf(workspace).podTemplateOptions?.[list];
}

const OptionRedirectStep = builder.objectRef<RedirectStep>('OptionRedirectStep').implement({
  description: 'One step on the way from the option of a workspace to the one that replaces it.',
  fields: (t) => ({
    sourceId: t.exposeID('sourceId', { description: 'The option that is replaced.' }),
    source: t.field({
      type: SpawnerOptionType,
      nullable: true,
      description: 'Its description. Null when the kind or the option is gone.',
      extensions: dependsOn(WorkspaceKind, Namespace),
      resolve: (step, _, { client }) => describe(client, step, step.sourceId),
    }),
    targetId: t.exposeID('targetId', { description: 'The option that replaces it.' }),
    target: t.field({
      type: SpawnerOptionType,
      nullable: true,
      description: 'Its description. Null when the kind or the option is gone.',
      extensions: dependsOn(WorkspaceKind, Namespace),
      resolve: (step, _, { client }) => describe(client, step, step.targetId),
    }),
    message: t.field({
      type: RedirectMessage,
      nullable: true,
      description:
        'What the kind says of this step. Null where it says nothing, or redirects the option elsewhere by now.',
      extensions: dependsOn(WorkspaceKind, Namespace),
      resolve: (step, _, { client }) => {
        const redirect = describe(client, step, step.sourceId)?.spec.redirect;
        return redirect?.to === step.targetId ? (redirect.message ?? null) : null;
      },
    }),
  }),
});

export const WorkspaceOption = builder.objectRef<ChosenOption>('WorkspaceOption').implement({
  description: 'The image, or the pod size, of a workspace.',
  fields: (t) => ({
    id: t.id({ description: 'The option in its spec.', resolve: ({ workspace, list }) => optionIdOf(workspace, list) }),
    option: t.field({
      type: SpawnerOptionType,
      nullable: true,
      description:
        'What the kind says of the option, in the namespace of the workspace. Null when the kind or the option is gone.',
      extensions: dependsOn(WorkspaceKind, Namespace),
      resolve: (chosen, _, { client }) => describe(client, chosen, optionIdOf(chosen.workspace, chosen.list)),
    }),
    desiredId: t.id({
      nullable: true,
      description: 'The option that the next restart should bring. Null until the controller has looked.',
      resolve: (chosen) => optionStatusOf(chosen)?.desired ?? null,
    }),
    redirectChain: t.field({
      type: [OptionRedirectStep],
      description: 'The way from `id` to `desiredId`, as the controller last found it. Empty where they are the same.',
      resolve: (chosen) =>
        (optionStatusOf(chosen)?.redirectChain ?? []).map(({ source = '', target = '' }) => ({
          ...chosen,
          sourceId: source,
          targetId: target,
        })),
    }),
  }),
});
