import { builder } from '../../graphql/builder.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { Namespace } from '../namespace/resource.ts';
import { labelsOfNamespace } from '../workspace-kind/filter-rules.ts';
import {
  optionLabelsOf,
  RedirectMessage,
  offeredOptionOf,
  spawnerOptionOf,
  SpawnerOptionType,
  type SpawnerOption,
} from '../workspace-kind/option.ts';
import { WorkspaceKind } from '../workspace-kind/resource.ts';
import { redirectsOf } from './redirects.ts';
import { workspaceKindNameOf, optionIdOf, type OptionList, type WorkspaceObject } from './resource.ts';

/** Reference to the imageConfig or podConfig option of a workspace. */
interface ChosenOption {
  readonly workspace: WorkspaceObject;
  readonly list: OptionList;
}

interface RedirectStep extends ChosenOption {
  readonly sourceId: string;
  readonly targetId: string;
}

const other = { imageConfig: 'podConfig', podConfig: 'imageConfig' } as const satisfies Record<OptionList, OptionList>;

/**
 * Returns the option with the filter rules applied for the namespace of the workspace and its other option. Null if the
 * WorkspaceKind or the option does not exist.
 */
function describe(client: ViewerClient, { workspace, list }: ChosenOption, id: string): SpawnerOption | null {
  const workspaceKind = client.reader.prefetched(WorkspaceKind).get({ name: workspaceKindNameOf(workspace) });
  if (!workspaceKind) return null;
  const chosen = spawnerOptionOf(workspaceKind, other[list], optionIdOf(workspace, other[list]));
  const context = {
    namespace: labelsOfNamespace(client, workspace.metadata.namespace ?? ''),
    ...(chosen && { [other[list]]: optionLabelsOf(chosen.spec) }),
  };
  return offeredOptionOf(workspaceKind, list, id, context) ?? null;
}

const OptionRedirectStep = builder.objectRef<RedirectStep>('OptionRedirectStep').implement({
  description: 'Redirect from one option of a WorkspaceKind to the option that replaces it.',
  fields: (t) => ({
    sourceId: t.exposeID('sourceId', { description: 'ID of the replaced option.' }),
    source: t.field({
      type: SpawnerOptionType,
      nullable: true,
      description: 'The replaced option. Null if the WorkspaceKind or the option does not exist.',
      extensions: dependsOn(WorkspaceKind, Namespace),
      resolve: (step, _, { client }) => describe(client, step, step.sourceId),
    }),
    targetId: t.exposeID('targetId', { description: 'ID of the replacing option.' }),
    target: t.field({
      type: SpawnerOptionType,
      nullable: true,
      description: 'The replacing option. Null if the WorkspaceKind or the option does not exist.',
      extensions: dependsOn(WorkspaceKind, Namespace),
      resolve: (step, _, { client }) => describe(client, step, step.targetId),
    }),
    message: t.field({
      type: RedirectMessage,
      nullable: true,
      description:
        'Message of the WorkspaceKind about this redirect. Null if it has none, or if the option now redirects elsewhere.',
      extensions: dependsOn(WorkspaceKind, Namespace),
      resolve: (step, _, { client }) => {
        const redirect = describe(client, step, step.sourceId)?.spec.redirect;
        return redirect?.to === step.targetId ? (redirect.message ?? null) : null;
      },
    }),
  }),
});

export const WorkspaceOption = builder.objectRef<ChosenOption>('WorkspaceOption').implement({
  description: 'imageConfig or podConfig option chosen by a workspace.',
  fields: (t) => ({
    optionId: t.id({
      description: 'ID of the option in the spec.',
      resolve: ({ workspace, list }) => optionIdOf(workspace, list),
    }),
    option: t.field({
      type: SpawnerOptionType,
      nullable: true,
      description:
        'The option as the WorkspaceKind offers it in the namespace of the workspace. Null if the WorkspaceKind or the option does not exist.',
      extensions: dependsOn(WorkspaceKind, Namespace),
      resolve: (chosen, _, { client }) => describe(client, chosen, optionIdOf(chosen.workspace, chosen.list)),
    }),
    desiredOptionId: t.id({
      nullable: true,
      description:
        'ID of the option that replaces it, at the end of the redirects; `optionId` if it is not redirected. Null until the controller has reported it for the option in the spec.',
      resolve: ({ workspace, list }) => redirectsOf(workspace, list)?.desired ?? null,
    }),
    redirectChain: t.field({
      type: [OptionRedirectStep],
      description:
        'Redirects from `optionId` to `desiredOptionId`, as last reported by the controller. Empty if both are the same, or `desiredOptionId` is null.',
      resolve: (chosen) =>
        (redirectsOf(chosen.workspace, chosen.list)?.chain ?? []).map(({ source, target }) => ({
          ...chosen,
          sourceId: source,
          targetId: target,
        })),
    }),
  }),
});
