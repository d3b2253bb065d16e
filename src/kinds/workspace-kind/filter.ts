import { builder } from '../../graphql/builder.ts';
import { flagCondition, labelCondition, matchesAll, searchCondition } from '../../graphql/filter.ts';
import type { Ordering } from '../../graphql/ordering.ts';
import { isHidden, type WorkspaceKindInContext } from './filter-rules.ts';
import { workspaceKindSpecOf } from './resource.ts';

export const WorkspaceKindFilterInput = builder.inputType('WorkspaceKindFilter', {
  description: 'Filter for WorkspaceKinds. A WorkspaceKind matches if it meets every given condition.',
  fields: (t) => ({
    search: t.string({ description: 'Substring of the name or `displayName`, case-insensitive.' }),
    hidden: t.boolean({ description: 'Value of `hidden`.' }),
    deprecated: t.boolean({ description: 'Value of `deprecated`.' }),
    labelSelector: t.string({
      description:
        'Kubernetes label selector, e.g. `team=ml,tier in (dev,test),!legacy`. BAD_REQUEST if it is malformed.',
    }),
  }),
});

export type WorkspaceKindFilter = typeof WorkspaceKindFilterInput.$inferInput;

/**
 * Returns the filter as a predicate.
 * @throws {GraphQLError} BAD_REQUEST if the label selector is malformed
 */
export function workspaceKindMatcher(
  filter: WorkspaceKindFilter | null | undefined,
): (workspaceKind: WorkspaceKindInContext) => boolean {
  return matchesAll<WorkspaceKindInContext>([
    searchCondition(filter?.search, (workspaceKind) => [workspaceKind.metadata.name, displayNameOf(workspaceKind)]),
    flagCondition(filter?.hidden, isHidden),
    flagCondition(
      filter?.deprecated,
      (workspaceKind) => workspaceKindSpecOf(workspaceKind).spawner?.deprecated === true,
    ),
    labelCondition(filter?.labelSelector),
  ]);
}

export function displayNameOf(workspaceKind: WorkspaceKindInContext): string {
  return workspaceKindSpecOf(workspaceKind).spawner?.displayName || workspaceKind.metadata.name;
}

export const workspaceKindOrdering: Ordering<WorkspaceKindInContext> = {
  name: 'NAME ASC',
  directions: [1],
  positionOf: ({ metadata }) => [metadata.name],
};
