import { builder } from '../../graphql/builder.ts';
import {
  labelCondition,
  labelSelectorField,
  matchesAll,
  nameTexts,
  oneOfCondition,
  searchCondition,
} from '../../graphql/filter.ts';
import type { ObjectFilter } from '../../kubernetes/object-filter.ts';
import { phaseOf, PodPhaseEnum } from './phase.ts';
import { podSpecOf, workspaceNameOf, type PodObject } from './resource.ts';

export const PodFilterInput = builder.inputType('PodFilter', {
  description: 'Filter for pods. A pod matches if it meets every given condition.',
  fields: (t) => ({
    search: t.string({ description: 'Substring of the name, case-insensitive.' }),
    workspaces: t.stringList({ description: 'Names of workspaces: the pod runs one of them.' }),
    phases: t.field({ type: [PodPhaseEnum], description: 'Phases: the pod is in one of them.' }),
    nodeNames: t.stringList({ description: 'Names of nodes: the pod is scheduled to one of them.' }),
    labelSelector: labelSelectorField(t),
  }),
});

type PodFilter = typeof PodFilterInput.$inferInput;

/** @throws {GraphQLError} BAD_REQUEST if the label selector is malformed */
export function podMatcher(filter: PodFilter | null | undefined): ObjectFilter<PodObject> {
  return matchesAll<PodObject>([
    searchCondition(filter?.search, nameTexts),
    oneOfCondition(filter?.workspaces, (pod) => workspaceNameOf(pod) ?? ''),
    oneOfCondition(filter?.phases, phaseOf),
    oneOfCondition(filter?.nodeNames, (pod) => podSpecOf(pod).nodeName ?? ''),
    labelCondition(filter?.labelSelector),
  ]);
}
