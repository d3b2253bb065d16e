import type { Context } from '../../graphql/context.ts';
import { forbiddenValue } from '../../mutations/invalid-input.ts';
import type { StatusCause } from '../../kubernetes/status-error.ts';
import { filterVerdict, type FilterLabels, type FilterVerdict } from '../workspace-kind/filter-rules.ts';
import { Namespace } from '../namespace/resource.ts';
import { labelsOf } from '../workspace-kind/kind-in-context.ts';
import { optionLabelsOf, spawnerOptionOf } from '../workspace-kind/option.ts';
import type { WorkspaceKindObject } from '../workspace-kind/resource.ts';
import type { ChosenOptions, OptionList } from './resource.ts';

interface Choice {
  readonly kind: WorkspaceKindObject | undefined;
  readonly namespace: string;
  readonly chosen: ChosenOptions;
  /** What was chosen so far. Undefined: the workspace is new. */
  readonly before?: ChosenOptions | undefined;
}

const lists = ['imageConfig', 'podConfig'] as const;

/**
 * What the rules of the kind deny: the kind itself to a new workspace, and options that are chosen now, or that are denied
 * only now beside the other one. What was denied before may stay, or nobody could edit the workspace.
 */
export function deniedCauses({ client, gateway }: Context, { kind, namespace, chosen, before }: Choice): StatusCause[] {
  if (!gateway.enforceFilterRules || !kind) return [];
  const here = client.reader.getUnrestricted(Namespace, { name: namespace });
  const labels = here && labelsOf(here);
  const wholeKind = filterVerdict(kind, 'WORKSPACE_KIND', { namespace: labels });
  const name = kind.metadata.name;
  const ofKind = before ? [] : causeOf('input.kind', `WorkspaceKind ${JSON.stringify(name)}`, wholeKind);
  const ofOptions = lists.flatMap((list) => {
    const wasDenied = before?.[list] === chosen[list] && verdictOf(kind, list, before, labels)?.denied;
    const which = `${list} ${JSON.stringify(chosen[list])}`;
    return wasDenied ? [] : causeOf(`input.${list}`, which, verdictOf(kind, list, chosen, labels));
  });
  return [...ofKind, ...ofOptions];
}

function causeOf(field: string, which: string, verdict: FilterVerdict | undefined): StatusCause[] {
  if (!verdict?.denied) return [];
  return [forbiddenValue(field, verdict.deniedMessage ?? `${which} is denied here by a rule of its kind`)];
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
