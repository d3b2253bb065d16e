import type { Context } from '../../graphql/context.ts';
import { duplicateKeys } from '../../mutations/key-value-input.ts';
import { guardedMerge } from '../../mutations/guarded-merge.ts';
import { mergedBy } from '../../mutations/merged.ts';
import { withInputPaths } from '../../mutations/input-paths.ts';
import { writeOptionsOf } from '../../mutations/inputs.ts';
import { requiredValue } from '../../mutations/invalid-input.ts';
import type { StatusCause } from '../../kubernetes/status-error.ts';
import type { Written } from '../../kubernetes/verbs.ts';
import { workspacePaths } from './input-paths.ts';
import { mergePatchOf, type WorkspaceChange } from './merge-patch.ts';
import { updateNotes } from './noting.ts';
import {
  statusOf,
  Workspace,
  type ChosenOptions,
  type OptionList,
  type WorkspaceObject,
  type WorkspaceWrite,
} from './resource.ts';
import { assertWorkspaceRules } from './write-rules.ts';

/** A workspace, the revision of it that is known, and what to change. */
export interface WorkspaceUpdate extends WorkspaceChange {
  readonly namespace: string;
  readonly name: string;
  readonly revision: string;
  readonly imageConfig?: string | null | undefined;
  readonly podConfig?: string | null | undefined;
  readonly applyPendingRedirects: boolean;
  readonly dryRun: boolean;
  readonly fieldValidation: 'IGNORE' | 'WARN' | 'STRICT';
  readonly fieldManager?: string | null | undefined;
}

const lists = ['imageConfig', 'podConfig'] as const;

/**
 * Changes a workspace by a patch of the version that was looked at. What the controller reports meanwhile does not count:
 * it is looked at anew. An outcome that is unknown stays unknown.
 * @throws {GraphQLError} CONFLICT when the spec is not the one that the viewer knows
 * @throws {StatusError} Invalid with the places in the input; otherwise whatever the API server says
 */
export function updateWorkspace(context: Context, update: WorkspaceUpdate): Promise<Written<WorkspaceObject>> {
  const { namespace, name, revision } = update;
  // The patch holds only for this version of the workspace, so that its result is known before.
  const changeOf = async (workspace: WorkspaceObject) => {
    const patch = mergePatchOf(workspace, update, optionsOf(workspace, update));
    await assertAllowed(context, update, { before: workspace, after: mergedBy(patch, workspace) });
    return patch;
  };
  const merge = { resource: Workspace, at: { namespace, name }, notes: updateNotes(context), changeOf };
  return withInputPaths(workspacePaths, guardedMerge(context.client, merge, { ...writeOptionsOf(update), revision }));
}

/** The options that the update names, by themselves or by what the controller wants instead. */
function optionsOf(workspace: WorkspaceObject, update: WorkspaceUpdate): Partial<ChosenOptions> {
  const desired = statusOf(workspace).podTemplateOptions;
  const chosen = (list: OptionList) =>
    update[list] ?? (update.applyPendingRedirects ? desired?.[list]?.desired : undefined);
  const [imageConfig, podConfig] = lists.map(chosen);
  return { ...(imageConfig && { imageConfig }), ...(podConfig && { podConfig }) };
}

async function assertAllowed(
  context: Context,
  update: WorkspaceUpdate,
  states: Pick<WorkspaceWrite, 'before' | 'after'>,
): Promise<void> {
  const { namespace, name } = update;
  const causes = [
    ...clearedCauses(update),
    ...duplicateKeys('input.labels', update.labels),
    ...duplicateKeys('input.annotations', update.annotations),
    ...duplicateKeys('input.podMetadata.labels', update.podMetadata?.labels),
    ...duplicateKeys('input.podMetadata.annotations', update.podMetadata?.annotations),
  ];
  await assertWorkspaceRules(context, { namespace, name, ...states }, { paths: workspacePaths, causes });
}

function clearedCauses(update: WorkspaceUpdate): StatusCause[] {
  const needed = ['paused', ...lists] as const;
  return needed
    .filter((field) => update[field] === null || update[field] === '')
    .map((field) => requiredValue(`input.${field}`, 'cannot be cleared; leave it out to keep it as it is'));
}
