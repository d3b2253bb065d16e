import { builder } from '../../graphql/builder.ts';
import { connectionTypeOf, paginate, type Connection, type PageOptions } from '../../graphql/connection.ts';
import { failure } from '../../graphql/errors.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import { flagCondition, matchesAll } from '../../graphql/filter.ts';
import { byNamespaceAndName, type Ordering } from '../../kubernetes/ordering.ts';
import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { NamespaceType } from '../namespace/refs.ts';
import { Namespace, type NamespaceObject } from '../namespace/resource.ts';
import { workspaceFields } from '../workspace/fields.ts';
import { Workspace, type OptionList } from '../workspace/resource.ts';
import { isHidden, workspaceKindMatcher, type WorkspaceKindFilter } from './filter.ts';
import { filterVerdict, isVisible, labelsOf, type FilterVerdict } from './filter-rules.ts';
import { offeredOptionsOf, optionLabelsOf, spawnerOptionOf, SpawnerOptionType, type SpawnerOption } from './option.ts';
import { WorkspaceKindType } from './refs.ts';
import type { WorkspaceKindObject } from './resource.ts';

/** A WorkspaceKind as a namespace is offered it. */
interface WorkspaceKindOffer {
  readonly namespace: NamespaceObject;
  readonly workspaceKind: WorkspaceKindObject;
  /** Effect of the filter rules on the WorkspaceKind itself. */
  readonly verdict: FilterVerdict;
}

/** Returns the offer of a WorkspaceKind in a namespace. Undefined if a filter rule removes the WorkspaceKind there. */
function offerIn(namespace: NamespaceObject, workspaceKind: WorkspaceKindObject): WorkspaceKindOffer | undefined {
  const verdict = filterVerdict(workspaceKind, 'WORKSPACE_KIND', { namespace: labelsOf(namespace) });
  return verdict.removed ? undefined : { namespace, workspaceKind, verdict };
}

/** Returns the offer in the namespace of that name. Undefined also if the viewer does not see the namespace. */
export function offerInNamespaceNamed(
  client: ViewerClient,
  name: string,
  workspaceKind: WorkspaceKindObject,
): WorkspaceKindOffer | undefined {
  const namespace = client.reader.prefetched(Namespace).get({ name });
  return namespace && offerIn(namespace, workspaceKind);
}

function isHiddenOffer({ workspaceKind, verdict }: WorkspaceKindOffer): boolean {
  return isHidden(workspaceKind) || verdict.hidden;
}

const byKindName: Ordering<WorkspaceKindOffer> = {
  name: 'NAME ASC',
  directions: [1],
  positionOf: ({ workspaceKind }) => [workspaceKind.metadata.name],
};

/** Returns a page of the matching offers in a namespace. There is none if the viewer sees no more than its name. */
export function offerConnection(
  namespace: NamespaceObject,
  workspaceKinds: readonly WorkspaceKindObject[],
  { filter, ...paging }: PageOptions & { readonly filter?: WorkspaceKindFilter | null | undefined },
): Connection<WorkspaceKindOffer> {
  const matches = workspaceKindMatcher(filter && { ...filter, hidden: null });
  const hiddenMatches = matchesAll([flagCondition(filter?.hidden, isHiddenOffer)]);
  const offers = isVisible(namespace)
    ? workspaceKinds
        .filter(matches)
        .map((workspaceKind) => offerIn(namespace, workspaceKind))
        .filter((offer) => offer !== undefined)
    : [];
  return paginate(offers.filter(hiddenMatches), byKindName, paging);
}

/** Returns the offered options, with the rules for the other option if one is chosen, without those that a rule removes. */
function optionsIn(
  { namespace, workspaceKind }: WorkspaceKindOffer,
  list: OptionList,
  other: { readonly list: OptionList; readonly id: string | null | undefined },
): SpawnerOption[] {
  const context = {
    namespace: labelsOf(namespace),
    ...(other.id && { [other.list]: chosenLabels(workspaceKind, other.list, other.id) }),
  };
  return offeredOptionsOf(workspaceKind, list, context)
    .filter(({ verdict }) => !verdict.removed)
    .map((option) => ({ ...option, offeredIn: namespace.metadata.name }));
}

function chosenLabels(
  workspaceKind: WorkspaceKindObject,
  list: OptionList,
  id: string,
): Readonly<Record<string, string>> {
  const chosen = spawnerOptionOf(workspaceKind, list, id);
  if (!chosen)
    throw failure('BAD_REQUEST', `WorkspaceKind ${workspaceKind.metadata.name} has no ${list} ${JSON.stringify(id)}.`);
  return optionLabelsOf(chosen.spec);
}

export const WorkspaceKindOfferType = builder.objectRef<WorkspaceKindOffer>('WorkspaceKindOffer');

WorkspaceKindOfferType.implement({
  description:
    'A WorkspaceKind as a namespace is offered it: its filter rules are applied with the labels of the namespace. It is no Node, because it depends on the namespace.',
  fields: (t) => ({
    namespace: t.field({
      type: NamespaceType,
      description: 'The namespace.',
      resolve: ({ namespace }) => namespace,
    }),
    kind: t.field({
      type: WorkspaceKindType,
      description: 'The WorkspaceKind, as its administrator defined it.',
      resolve: ({ workspaceKind }) => workspaceKind,
    }),
    hidden: t.boolean({
      description:
        'Whether user interfaces should hide the WorkspaceKind in this namespace, by its own setting or by a filter rule.',
      resolve: isHiddenOffer,
    }),
    denied: t.boolean({
      description:
        'Whether a filter rule denies new workspaces of the WorkspaceKind in this namespace. createWorkspace rejects them.',
      resolve: ({ verdict }) => verdict.denied,
    }),
    deniedMessage: t.string({
      nullable: true,
      description: 'Message of the rule that denies it. Null if no rule does, or if the rule has no message.',
      resolve: ({ verdict }) => verdict.deniedMessage,
    }),
    workspaceCount: t.int({
      description: 'Number of workspaces of the WorkspaceKind in this namespace that you may see.',
      extensions: dependsOn(Workspace),
      resolve: ({ namespace, workspaceKind }, _, { client }) =>
        client.reader
          .prefetched(Workspace)
          .select({ namespace: namespace.metadata.name, ordering: byNamespaceAndName })
          .countBy(workspaceFields.kindName)
          .get(workspaceKind.metadata.name) ?? 0,
    }),
  }),
});

builder.objectFields(WorkspaceKindOfferType, (t) => ({
  imageConfigs: t.field({
    type: [SpawnerOptionType],
    description:
      'imageConfig options, with the filter rules applied. An option that a rule removes is left out. BAD_REQUEST if the podConfig does not exist.',
    args: { podConfig: t.arg.id({ description: '`optionId` of the chosen podConfig. Null while none is chosen.' }) },
    resolve: (offer, { podConfig }) => optionsIn(offer, 'imageConfig', { list: 'podConfig', id: podConfig }),
  }),
  podConfigs: t.field({
    type: [SpawnerOptionType],
    description:
      'podConfig options, with the filter rules applied. An option that a rule removes is left out. BAD_REQUEST if the imageConfig does not exist.',
    args: {
      imageConfig: t.arg.id({ description: '`optionId` of the chosen imageConfig. Null while none is chosen.' }),
    },
    resolve: (offer, { imageConfig }) => optionsIn(offer, 'podConfig', { list: 'imageConfig', id: imageConfig }),
  }),
}));

export const WorkspaceKindOfferConnection = connectionTypeOf(WorkspaceKindOfferType);
