import { builder } from '../../graphql/builder.ts';
import {
  labelCondition,
  labelSelectorField,
  matchesAll,
  oneOfCondition,
  searchCondition,
  searchedTexts,
} from '../../graphql/filter.ts';
import type { ObjectFilter } from '../../kubernetes/object-filter.ts';
import { instanceSpecOf, phaseOf, type DevPodWorkspaceInstanceObject } from './resource.ts';

export const DevPodWorkspaceInstanceFilterInput = builder.inputType('DevPodWorkspaceInstanceFilter', {
  description: 'Filter for DevPod workspaces. A workspace matches if it meets every given condition.',
  fields: (t) => ({
    search: t.string({ description: 'Substring of the name or `displayName`, case-insensitive.' }),
    phases: t.stringList({ description: 'Phases: the workspace is in one of them, e.g. `Ready`.' }),
    labelSelector: labelSelectorField(t),
  }),
});

type DevPodWorkspaceInstanceFilter = typeof DevPodWorkspaceInstanceFilterInput.$inferInput;

const instanceTexts = searchedTexts((instance: DevPodWorkspaceInstanceObject) => [
  instance.metadata.name,
  displayNameOf(instance),
]);

/**
 * Returns the predicate of a filter.
 * @throws {GraphQLError} BAD_REQUEST if the label selector is malformed
 */
export function instanceMatcher(
  filter: DevPodWorkspaceInstanceFilter | null | undefined,
): ObjectFilter<DevPodWorkspaceInstanceObject> {
  return matchesAll<DevPodWorkspaceInstanceObject>([
    searchCondition(filter?.search, instanceTexts),
    oneOfCondition(filter?.phases, (instance) => phaseOf(instance) ?? ''),
    labelCondition(filter?.labelSelector),
  ]);
}

export function displayNameOf(instance: DevPodWorkspaceInstanceObject): string {
  return instanceSpecOf(instance).displayName || instance.metadata.name;
}
