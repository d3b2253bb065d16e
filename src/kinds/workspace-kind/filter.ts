import { builder } from '../../graphql/builder.ts';
import {
  flagCondition,
  labelCondition,
  labelSelectorField,
  matchesAll,
  searchCondition,
  searchedTexts,
} from '../../graphql/filter.ts';
import type { ObjectFilter } from '../../kubernetes/object-filter.ts';
import { workspaceKindSpecOf, type WorkspaceKindObject } from './resource.ts';

export const WorkspaceKindFilterInput = builder.inputType('WorkspaceKindFilter', {
  description: 'Filter for WorkspaceKinds. A WorkspaceKind matches if it meets every given condition.',
  fields: (t) => ({
    search: t.string({ description: 'Substring of the name or `displayName`, case-insensitive.' }),
    hidden: t.boolean({
      description: 'Value of `hidden`: of the WorkspaceKind or, in a list of offers, of the offer.',
    }),
    deprecated: t.boolean({ description: 'Value of `deprecated`.' }),
    labelSelector: labelSelectorField(t),
  }),
});

export type WorkspaceKindFilter = typeof WorkspaceKindFilterInput.$inferInput;

const workspaceKindTexts = searchedTexts((workspaceKind: WorkspaceKindObject) => [
  workspaceKind.metadata.name,
  displayNameOf(workspaceKind),
]);

/**
 * Returns the filter as a predicate.
 * @throws {GraphQLError} BAD_REQUEST if the label selector is malformed
 */
export function workspaceKindMatcher(
  filter: WorkspaceKindFilter | null | undefined,
): ObjectFilter<WorkspaceKindObject> {
  return matchesAll<WorkspaceKindObject>([
    searchCondition(filter?.search, workspaceKindTexts),
    flagCondition(filter?.hidden, isHidden),
    flagCondition(
      filter?.deprecated,
      (workspaceKind) => workspaceKindSpecOf(workspaceKind).spawner?.deprecated === true,
    ),
    labelCondition(filter?.labelSelector),
  ]);
}

/** Whether the WorkspaceKind itself says that it is hidden. Filter rules may hide it in some namespaces. */
export function isHidden(workspaceKind: WorkspaceKindObject): boolean {
  return workspaceKindSpecOf(workspaceKind).spawner?.hidden === true;
}

export function displayNameOf(workspaceKind: WorkspaceKindObject): string {
  return workspaceKindSpecOf(workspaceKind).spawner?.displayName || workspaceKind.metadata.name;
}
