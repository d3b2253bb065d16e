import { isDeepStrictEqual } from 'node:util';
import type { WorkspaceKind } from '../workspace-kind.ts';
import type { Workspace } from '../workspace.ts';
import { invalid, type FieldError } from './field-error.ts';
import { validatePodMetadata } from './pod-metadata-rules.ts';

const OPTIONS = ['imageConfig', 'podConfig'] as const;
const POD_TEMPLATE = 'spec.podTemplate';

/** What speaks against storing a workspace. On an update only what has changed is looked at. */
export function validateWorkspace(
  { spec }: Workspace,
  old: Workspace | undefined,
  kind: WorkspaceKind | undefined,
): FieldError[] {
  if (!old && !kind) return [invalid('spec.kind', spec.kind, `workspace kind "${spec.kind}" not found`)];
  const { podMetadata } = spec.podTemplate;
  const isSameMetadata = old && isDeepStrictEqual(old.spec.podTemplate.podMetadata, podMetadata);
  const metadata = isSameMetadata ? [] : validatePodMetadata(`${POD_TEMPLATE}.podMetadata`, podMetadata);
  return [...metadata, ...OPTIONS.flatMap((option) => validateOption(option, spec, old?.spec, kind))];
}

function validateOption(
  option: (typeof OPTIONS)[number],
  spec: Workspace['spec'],
  old: Workspace['spec'] | undefined,
  kind: WorkspaceKind | undefined,
): FieldError[] {
  const id = spec.podTemplate.options[option];
  if (old?.podTemplate.options[option] === id) return [];
  if (!kind) return [invalid('spec.kind', spec.kind, `workspace kind "${spec.kind}" not found`)];
  if (kind.spec.podTemplate.options[option].values.some((value) => value.id === id)) return [];
  const why = `${option} with id "${id}" not found in workspace kind "${spec.kind}"`;
  return [invalid(`${POD_TEMPLATE}.options.${option}`, id, why)];
}
