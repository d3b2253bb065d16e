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
import { jobSpecOf, phaseOf, type VolcanoJobObject } from './resource.ts';

export const VolcanoJobFilterInput = builder.inputType('VolcanoJobFilter', {
  description: 'Filter for Volcano jobs. A job matches if it meets every given condition.',
  fields: (t) => ({
    search: t.string({ description: 'Substring of the name, case-insensitive.' }),
    phases: t.stringList({ description: 'Phases: the job is in one of them, e.g. `Running`.' }),
    queues: t.stringList({ description: 'Names of queues: the job is in one of them.' }),
    labelSelector: labelSelectorField(t),
  }),
});

type VolcanoJobFilter = typeof VolcanoJobFilterInput.$inferInput;

/**
 * Returns the predicate of a filter.
 * @throws {GraphQLError} BAD_REQUEST if the label selector is malformed
 */
export function jobMatcher(filter: VolcanoJobFilter | null | undefined): ObjectFilter<VolcanoJobObject> {
  return matchesAll<VolcanoJobObject>([
    searchCondition(filter?.search, nameTexts),
    oneOfCondition(filter?.phases, (job) => phaseOf(job) ?? ''),
    oneOfCondition(filter?.queues, (job) => jobSpecOf(job).queue ?? ''),
    labelCondition(filter?.labelSelector),
  ]);
}
