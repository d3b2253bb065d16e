import type { Context } from '../../graphql/context.ts';
import { duplicateKeys } from '../../mutations/key-value-input.ts';
import { guardedMerge } from '../../mutations/guarded-merge.ts';
import { withInputPaths } from '../../mutations/input-paths.ts';
import { writeOptionsOf } from '../../mutations/inputs.ts';
import { assertNone, requiredValue } from '../../mutations/invalid-input.ts';
import type { StatusCause } from '../../kubernetes/status-error.ts';
import type { Written } from '../../kubernetes/verbs.ts';
import { WorkspaceKind } from '../workspace-kind/resource.ts';
import { workspacePaths } from './input-paths.ts';
import { mergePatchOf, type WorkspaceChange } from './merge-patch.ts';
import { mountedCauses, mountPathCauses } from './mount-rules.ts';
import { updateNotes } from './noting.ts';
import {
  kindNameOf,
  optionIdOf,
  specOf,
  statusOf,
  Workspace,
  type ChosenOptions,
  type OptionList,
  type WorkspaceObject,
} from './resource.ts';
import { deniedCauses } from './rule-enforcement.ts';

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
  const changeOf = async (workspace: WorkspaceObject) => {
    const options = optionsOf(workspace, update);
    await assertAllowed(context, workspace, update, options);
    return mergePatchOf(workspace, update, options);
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
  workspace: WorkspaceObject,
  update: WorkspaceUpdate,
  options: Partial<ChosenOptions>,
): Promise<void> {
  const { namespace, name } = update;
  const kind = context.client.reader.prefetched(WorkspaceKind).get({ name: kindNameOf(workspace) });
  const before = { imageConfig: optionIdOf(workspace, 'imageConfig'), podConfig: optionIdOf(workspace, 'podConfig') };
  const changes = lists.some((list) => options[list] !== undefined && options[list] !== before[list]);
  const causes = [
    ...clearedCauses(update),
    ...duplicateKeys('input.labels', update.labels),
    ...duplicateKeys('input.annotations', update.annotations),
    ...duplicateKeys('input.podMetadata.labels', update.podMetadata?.labels),
    ...duplicateKeys('input.podMetadata.annotations', update.podMetadata?.annotations),
    ...(changes ? deniedCauses(context, { kind, namespace, chosen: { ...before, ...options }, before }) : []),
    ...(await volumeCauses(context, workspace, update)),
  ];
  assertNone(causes, { kind: Workspace.kind, namespace, name });
}

function clearedCauses(update: WorkspaceUpdate): StatusCause[] {
  const needed = ['paused', ...lists] as const;
  return needed
    .filter((field) => update[field] === null || update[field] === '')
    .map((field) => requiredValue(`input.${field}`, 'cannot be cleared; leave it out to keep it as it is'));
}

/** What is mounted already may go on being mounted. */
async function volumeCauses(
  context: Context,
  workspace: WorkspaceObject,
  { namespace, volumes }: WorkspaceUpdate,
): Promise<StatusCause[]> {
  if (!volumes) return [];
  const { home, data = [], secrets = [] } = specOf(workspace).podTemplate?.volumes ?? {};
  const kind = context.client.reader.prefetched(WorkspaceKind).get({ name: kindNameOf(workspace) });
  const kept = [...(volumes.data === undefined ? data : []), ...(volumes.secrets === undefined ? secrets : [])];
  const paths = kept.map(({ mountPath }) => mountPath ?? '');
  const already = {
    claims: new Set([home, ...data.map(({ pvcName }) => pvcName)]),
    secrets: new Set(secrets.map(({ secretName }) => secretName)),
  };
  return [
    ...mountPathCauses(volumes, { kind, hasHome: Boolean(volumes.home === undefined ? home : volumes.home), paths }),
    ...(await mountedCauses(context, namespace, volumes, already)),
  ];
}
