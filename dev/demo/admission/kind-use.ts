import { isDeepStrictEqual } from 'node:util';
import { KIND_FINALIZER } from '../annotations.ts';
import type { OptionList, WorkspaceKind } from '../workspace-kind.ts';
import type { Workspace } from '../workspace.ts';
import { invalid, type FieldError } from './field-error.ts';
import { valuePath } from './option-rules.ts';

type Option = 'imageConfig' | 'podConfig';

/** The changes of a kind that would pull options away from under workspaces. */
export function validateOptionsInUse(
  kind: WorkspaceKind,
  old: WorkspaceKind,
  workspaces: readonly Workspace[],
): FieldError[] {
  const before = old.spec.podTemplate.options;
  const after = kind.spec.podTemplate.options;
  return [
    ...changedInUse('imageConfig', before.imageConfig, after.imageConfig, workspaces),
    ...changedInUse('podConfig', before.podConfig, after.podConfig, workspaces),
  ];
}

/** Why a kind cannot be deleted; undefined if it can. The controller's counters lag, its finalizer makes up for that. */
export function deletionProblem({ metadata, status }: WorkspaceKind): string | undefined {
  const uses = status?.workspaces ?? 0;
  if (uses > 0) return `WorkspaceKind is used by ${uses} workspace(s)`;
  if (!metadata.finalizers?.includes(KIND_FINALIZER)) return undefined;
  return 'WorkspaceKind has protection finalizer, indicating one or more workspaces are still using it';
}

function changedInUse(
  option: Option,
  before: OptionList,
  after: OptionList,
  workspaces: readonly Workspace[],
): FieldError[] {
  const used = new Set(workspaces.map(({ spec }) => spec.podTemplate.options[option]));
  return before.values.flatMap(({ id, spec }) => {
    if (!used.has(id)) return [];
    const now = after.values.find((value) => value.id === id);
    if (now && isDeepStrictEqual(now.spec, spec)) return [];
    const why = `${option} value "${id}" is in use and cannot be ${now ? 'changed' : 'removed'}`;
    return [invalid(valuePath(option, id), id, why)];
  });
}
