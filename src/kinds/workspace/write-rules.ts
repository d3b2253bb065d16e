import { isDeepStrictEqual } from 'node:util';
import type { Context } from '../../graphql/context.ts';
import { inputPathOf, type InputPaths } from '../../mutations/input-paths.ts';
import { assertNone } from '../../mutations/invalid-input.ts';
import { isKindUnavailable, type StatusCause } from '../../kubernetes/status-error.ts';
import { WorkspaceKind, type WorkspaceKindObject } from '../workspace-kind/resource.ts';
import { mountCauses, mountPathCauses } from './mount-rules.ts';
import {
  chosenOptionsOf,
  kindNameOf,
  specOf,
  Workspace,
  type WorkspaceContent,
  type WorkspaceWrite,
} from './resource.ts';
import { deniedCauses } from './rule-enforcement.ts';

interface Input {
  /** Where the fields of the workspace are in the input. */
  readonly paths: InputPaths;
  /** Causes that the input itself gives. */
  readonly causes?: readonly StatusCause[];
}

/**
 * Decides whether a write may store a workspace, by the rules that the API server does not know: the filter rules of its
 * WorkspaceKind, one volume per mount path, and the labels of the claims and secrets that it mounts. Every mutation that
 * can change these fields passes here, with the object that results from it. Only what the write adds is checked: a
 * workspace that broke a rule before can still be changed.
 * @throws {StatusError} Invalid, with a path in the input for each cause
 * @throws {GraphQLError} as {@link mountCauses}
 */
export async function assertWorkspaceRules(
  context: Context,
  write: WorkspaceWrite,
  { paths, causes = [] }: Input,
): Promise<void> {
  const { namespace, name } = write;
  const found = await ruleCauses(context, write);
  const inInput = found.map((cause) => ({ ...cause, field: inputPathOf(paths, cause.field) }));
  assertNone([...causes, ...inInput], { kind: Workspace.kind, namespace, name });
}

async function ruleCauses(context: Context, write: WorkspaceWrite): Promise<readonly StatusCause[]> {
  const { before, after } = write;
  if (before && isDeepStrictEqual(ruledPartOf(before), ruledPartOf(after))) return [];
  const kind = workspaceKindOf(context, after);
  return [
    ...(await deniedCauses(context, write, kind)),
    ...mountPathCauses(write, kind),
    ...(await mountCauses(context, write)),
  ];
}

/** All that the rules look at. */
function ruledPartOf(workspace: WorkspaceContent): readonly unknown[] {
  return [kindNameOf(workspace), chosenOptionsOf(workspace), specOf(workspace).podTemplate?.volumes];
}

/**
 * The rules apply to viewers who may not see the WorkspaceKind too. Without a copy of the kinds no decision is taken; if
 * the cluster does not serve them, there are no rules.
 */
function workspaceKindOf({ client }: Context, workspace: WorkspaceContent): WorkspaceKindObject | undefined {
  try {
    return client.reader.getUnrestricted(WorkspaceKind, { name: kindNameOf(workspace) });
  } catch (error) {
    if (isKindUnavailable(error)) return undefined;
    throw error;
  }
}
