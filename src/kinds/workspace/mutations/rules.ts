import { isDeepStrictEqual } from 'node:util';
import type { Context } from '../../../graphql/context.ts';
import { isKindUnavailable, type StatusCause, isForbidden } from '../../../kubernetes/status-error.ts';
import {
  inputPathOf,
  type InputPaths,
  assertNoCauses,
  forbiddenValue,
  invalidValue,
} from '../../../mutations/field-errors.ts';
import type { ViewerClient } from '../../../viewer-client/viewer-client.ts';
import { Namespace } from '../../namespace/resource.ts';
import { filterVerdict, type FilterLabels, type FilterVerdict, labelsOf } from '../../workspace-kind/filter-rules.ts';
import { offeredOptionOf, optionLabelsOf, spawnerOptionOf } from '../../workspace-kind/option.ts';
import { WorkspaceKind, type WorkspaceKindObject } from '../../workspace-kind/resource.ts';
import {
  chosenOptionsOf,
  workspaceKindNameOf,
  specOf,
  Workspace,
  type WorkspaceContent,
  type WorkspaceWrite,
  type ChosenOptions,
  type OptionList,
} from '../resource.ts';
import { validateMounts, validateMountPaths } from './mount-rules.ts';

/**
 * Asserts the rules that the API server does not enforce: the filter rules of the WorkspaceKind, unique mount paths, and the
 * labels of mounted PersistentVolumeClaims and Secrets. Every mutation that can change these fields calls it with the resulting
 * object. Only additions are checked, so a workspace that already breaks a rule can still be changed.
 * @throws {StatusError} Invalid, with an input path for each cause
 * @throws {GraphQLError} as {@link validateMounts}
 */
export async function assertWorkspaceRules(context: Context, write: WorkspaceWrite, paths: InputPaths): Promise<void> {
  const { namespace, name } = write;
  assertNoCauses(await violatedRules(context, write, paths), { kind: Workspace.kind, namespace, name });
}

/**
 * Returns the causes for which {@link assertWorkspaceRules} throws.
 * @throws {GraphQLError} as {@link validateMounts}
 */
export async function violatedRules(
  context: Context,
  write: WorkspaceWrite,
  paths: InputPaths,
): Promise<readonly StatusCause[]> {
  const found = await validateWorkspace(context, write);
  return found.map((cause) => ({ ...cause, field: inputPathOf(paths, cause.field) }));
}

async function validateWorkspace(context: Context, write: WorkspaceWrite): Promise<readonly StatusCause[]> {
  const { before, after } = write;
  if (before && isDeepStrictEqual(ruledPartOf(before), ruledPartOf(after))) return [];
  const workspaceKind = workspaceKindOf(context, after);
  return [
    ...(await validateFilterRules(context, write, workspaceKind)),
    ...validateMountPaths(write, workspaceKind),
    ...(await validateMounts(context, write)),
  ];
}

/**
 * Returns a cause for each option that the WorkspaceKind lacks. Only for an input that is invalid anyway: an admission webhook of
 * the cluster rejects such options, but it is not asked about an object that violates the schema.
 */
export function missingOptions(context: Context, workspace: WorkspaceContent, paths: InputPaths): StatusCause[] {
  const workspaceKind = workspaceKindOf(context, workspace);
  const chosen = chosenOptionsOf(workspace);
  if (!workspaceKind) return [];
  const missing = lists.filter((list) => !spawnerOptionOf(workspaceKind, list, chosen[list]));
  return missing.map((list) => {
    const message = `${list} ${JSON.stringify(chosen[list])} not found in WorkspaceKind ${JSON.stringify(workspaceKind.metadata.name)}`;
    return invalidValue(inputPathOf(paths, `spec.podTemplate.options.${list}`), message);
  });
}

/** Returns all fields that the rules depend on. */
function ruledPartOf(workspace: WorkspaceContent): readonly unknown[] {
  return [workspaceKindNameOf(workspace), chosenOptionsOf(workspace), specOf(workspace).podTemplate?.volumes];
}

/**
 * Reads the WorkspaceKind without a permission check: its rules apply to all viewers. Throws if the cache is
 * not synced; undefined, so without rules, if the cluster does not serve WorkspaceKinds.
 */
function workspaceKindOf({ client }: Context, workspace: WorkspaceContent): WorkspaceKindObject | undefined {
  try {
    return client.reader.unrestricted.get(WorkspaceKind, { name: workspaceKindNameOf(workspace) });
  } catch (error) {
    if (isKindUnavailable(error)) return undefined;
    throw error;
  }
}

const lists = ['imageConfig', 'podConfig'] as const;

interface Denial {
  readonly field: string;
  readonly title: string;
  readonly verdict: FilterVerdict | undefined;
}

/**
 * Returns a cause for everything that filter rules of the WorkspaceKind deny: the WorkspaceKind itself for a
 * new workspace, options that the write sets, and options denied only in combination with them. A workspace
 * may keep an option that was already denied; otherwise none of its other fields could be changed.
 */
async function validateFilterRules(
  { client, gateway }: Context,
  write: WorkspaceWrite,
  workspaceKind: WorkspaceKindObject | undefined,
): Promise<StatusCause[]> {
  if (!gateway.enforceFilterRules || !workspaceKind) return [];
  const denials = denialsOf(client, write, workspaceKind).filter(({ verdict }) => verdict?.denied);
  if (denials.length === 0) return [];
  const mayRead = await canReadWorkspaceKind(client, workspaceKind.metadata.name);
  return denials.map(({ field, title, verdict }) => {
    const words = mayRead ? verdict?.deniedMessage : undefined;
    return forbiddenValue(field, words ?? `${title} is denied by a filter rule of the WorkspaceKind`);
  });
}

function denialsOf(
  client: ViewerClient,
  { namespace, before, after }: WorkspaceWrite,
  workspaceKind: WorkspaceKindObject,
): readonly Denial[] {
  const found = client.reader.unrestricted.get(Namespace, { name: namespace });
  const labels = found && labelsOf(found);
  const { name } = workspaceKind.metadata;
  const previous = before && workspaceKindNameOf(before) === name ? chosenOptionsOf(before) : undefined;
  const chosen = chosenOptionsOf(after);
  const ofOptions = lists.map((list) => {
    const wasDenied = previous?.[list] === chosen[list] && verdictOf(workspaceKind, list, previous, labels)?.denied;
    return {
      field: `spec.podTemplate.options.${list}`,
      title: `${list} ${JSON.stringify(chosen[list])}`,
      verdict: wasDenied ? undefined : verdictOf(workspaceKind, list, chosen, labels),
    };
  });
  if (previous) return ofOptions;
  const verdict = filterVerdict(workspaceKind, 'WORKSPACE_KIND', { namespace: labels });
  return [{ field: 'spec.kind', title: `WorkspaceKind ${JSON.stringify(name)}`, verdict }, ...ofOptions];
}

function verdictOf(
  workspaceKind: WorkspaceKindObject,
  list: OptionList,
  chosen: ChosenOptions,
  namespace: FilterLabels['namespace'],
): FilterVerdict | undefined {
  const optionLabels = (of: OptionList) => {
    const option = spawnerOptionOf(workspaceKind, of, chosen[of]);
    return option && optionLabelsOf(option.spec);
  };
  const context = { namespace, imageConfig: optionLabels('imageConfig'), podConfig: optionLabels('podConfig') };
  return offeredOptionOf(workspaceKind, list, chosen[list], context)?.verdict;
}

/**
 * The message of a rule is shown only to viewers who may read the WorkspaceKind. The rule itself applies to all
 * viewers.
 */
async function canReadWorkspaceKind(client: ViewerClient, name: string): Promise<boolean> {
  try {
    return (await client.reader.get(WorkspaceKind, { name })) !== undefined;
  } catch (error) {
    if (isForbidden(error)) return false;
    throw error;
  }
}
