import { builder } from '../../graphql/builder.ts';
import { labelSelector } from '../../graphql/label-selector.ts';
import { jobSpecOf, phaseOf, type VolcanoJobObject } from './resource.ts';

export const VolcanoJobFilterInput = builder.inputType('VolcanoJobFilter', {
  description: 'Which jobs are meant: all conditions that are given must hold.',
  fields: (t) => ({
    search: t.string({ description: 'Part of the name, in any case.' }),
    phases: t.stringList({ description: 'In one of these phases, as Volcano calls them, e.g. `Running`.' }),
    queues: t.stringList({ description: 'In one of these queues.' }),
    labelSelector: t.string({
      description: 'By labels, in the Kubernetes grammar: `team=ml,tier in (dev,test),!legacy`.',
    }),
  }),
});

export type VolcanoJobFilter = typeof VolcanoJobFilterInput.$inferInput;

/**
 * The filter as a function of a job.
 * @throws {GraphQLError} BAD_REQUEST for a malformed label selector
 */
export function jobMatcher(filter: VolcanoJobFilter | null | undefined): (job: VolcanoJobObject) => boolean {
  const { phases, queues } = filter ?? {};
  const text = filter?.search?.toLowerCase() ?? '';
  const selected = labelSelector(filter?.labelSelector);
  return (job) =>
    job.metadata.name.toLowerCase().includes(text) &&
    (!phases || phases.includes(phaseOf(job) ?? '')) &&
    (!queues || queues.includes(jobSpecOf(job).queue ?? '')) &&
    (selected?.(job) ?? true);
}
