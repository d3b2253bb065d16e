import { builder } from '../../graphql/builder.ts';
import { labelSelector } from '../../graphql/label-selector.ts';
import { instanceSpecOf, instanceStatusOf, type DevPodWorkspaceInstanceObject } from './resource.ts';

export const DevPodWorkspaceInstanceFilterInput = builder.inputType('DevPodWorkspaceInstanceFilter', {
  description: 'Which instances are meant: all conditions that are given must hold.',
  fields: (t) => ({
    search: t.string({ description: 'Part of the name or displayName, in any case.' }),
    phases: t.stringList({ description: 'In one of these phases, as the controller calls them, e.g. `Ready`.' }),
    labelSelector: t.string({
      description: 'By labels, in the Kubernetes grammar: `team=ml,tier in (dev,test),!legacy`.',
    }),
  }),
});

export type DevPodWorkspaceInstanceFilter = typeof DevPodWorkspaceInstanceFilterInput.$inferInput;

/**
 * The filter as a function of an instance.
 * @throws {GraphQLError} BAD_REQUEST for a malformed label selector
 */
export function instanceMatcher(
  filter: DevPodWorkspaceInstanceFilter | null | undefined,
): (instance: DevPodWorkspaceInstanceObject) => boolean {
  const text = filter?.search?.toLowerCase() ?? '';
  const phases = filter?.phases;
  const selected = labelSelector(filter?.labelSelector);
  return (instance) =>
    [instance.metadata.name, displayNameOf(instance)].some((name) => name.toLowerCase().includes(text)) &&
    (!phases || phases.includes(instanceStatusOf(instance).phase ?? '')) &&
    (selected?.(instance) ?? true);
}

export function displayNameOf(instance: DevPodWorkspaceInstanceObject): string {
  return instanceSpecOf(instance).displayName || instance.metadata.name;
}
