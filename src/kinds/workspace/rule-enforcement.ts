import type { Context } from '../../graphql/context.ts';
import { forbiddenValue } from '../../mutations/invalid-input.ts';
import { isForbidden, type StatusCause } from '../../kubernetes/status-error.ts';
import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { filterVerdict, type FilterLabels, type FilterVerdict } from '../workspace-kind/filter-rules.ts';
import { Namespace } from '../namespace/resource.ts';
import { labelsOf } from '../workspace-kind/kind-in-context.ts';
import { optionLabelsOf, spawnerOptionOf } from '../workspace-kind/option.ts';
import { WorkspaceKind, type WorkspaceKindObject } from '../workspace-kind/resource.ts';
import { chosenOptionsOf, kindNameOf, type ChosenOptions, type OptionList, type WorkspaceWrite } from './resource.ts';

const lists = ['imageConfig', 'podConfig'] as const;

interface Denial {
  readonly field: string;
  readonly title: string;
  readonly verdict: FilterVerdict | undefined;
}

/**
 * Returns a cause for what the rules of the WorkspaceKind deny: the kind itself to a new workspace, and options that the
 * write chooses, or that are denied only beside the other option that it chooses. A workspace may keep an option that was
 * denied before the write, or its owner could change nothing else.
 */
export async function deniedCauses(
  { client, gateway }: Context,
  write: WorkspaceWrite,
  kind: WorkspaceKindObject | undefined,
): Promise<StatusCause[]> {
  if (!gateway.enforceFilterRules || !kind) return [];
  const denials = denialsOf(client, write, kind).filter(({ verdict }) => verdict?.denied);
  if (denials.length === 0) return [];
  const mayRead = await mayReadKind(client, kind.metadata.name);
  return denials.map(({ field, title, verdict }) => {
    const words = mayRead ? verdict?.deniedMessage : undefined;
    return forbiddenValue(field, words ?? `${title} is denied by a filter rule of the WorkspaceKind`);
  });
}

function denialsOf(
  client: ViewerClient,
  { namespace, before, after }: WorkspaceWrite,
  kind: WorkspaceKindObject,
): readonly Denial[] {
  const found = client.reader.getUnrestricted(Namespace, { name: namespace });
  const labels = found && labelsOf(found);
  const { name } = kind.metadata;
  const previous = before && kindNameOf(before) === name ? chosenOptionsOf(before) : undefined;
  const chosen = chosenOptionsOf(after);
  const ofOptions = lists.map((list) => {
    const wasDenied = previous?.[list] === chosen[list] && verdictOf(kind, list, previous, labels)?.denied;
    return {
      field: `spec.podTemplate.options.${list}`,
      title: `${list} ${JSON.stringify(chosen[list])}`,
      verdict: wasDenied ? undefined : verdictOf(kind, list, chosen, labels),
    };
  });
  if (previous) return ofOptions;
  const verdict = filterVerdict(kind, 'WORKSPACE_KIND', { namespace: labels });
  return [{ field: 'spec.kind', title: `WorkspaceKind ${JSON.stringify(name)}`, verdict }, ...ofOptions];
}

function verdictOf(
  kind: WorkspaceKindObject,
  list: OptionList,
  chosen: ChosenOptions,
  namespace: FilterLabels['namespace'],
): FilterVerdict | undefined {
  const optionLabels = (of: OptionList) => {
    const option = spawnerOptionOf(kind, of, chosen[of], {});
    return option && optionLabelsOf(option.spec);
  };
  const context = { namespace, imageConfig: optionLabels('imageConfig'), podConfig: optionLabels('podConfig') };
  return spawnerOptionOf(kind, list, chosen[list], context)?.verdict;
}

/** The text of a rule is for viewers who may see the WorkspaceKind; the rule itself applies to all. */
async function mayReadKind(client: ViewerClient, name: string): Promise<boolean> {
  try {
    return (await client.reader.get(WorkspaceKind, { name })) !== undefined;
  } catch (error) {
    if (isForbidden(error)) return false;
    throw error;
  }
}
