import { builder } from '../../graphql/builder.ts';
import { labelSelector } from '../../graphql/label-selector.ts';
import { phaseOf, PodPhaseEnum } from './phase.ts';
import { podSpecOf, workspaceNameOf, type PodObject } from './resource.ts';

export const PodFilterInput = builder.inputType('PodFilter', {
  description: 'Which pods are meant: all conditions that are given must hold.',
  fields: (t) => ({
    search: t.string({ description: 'Part of the name, in any case.' }),
    workspaces: t.stringList({ description: 'Of one of these workspaces, by name.' }),
    phases: t.field({ type: [PodPhaseEnum], description: 'In one of these phases.' }),
    nodeNames: t.stringList({ description: 'On one of these nodes.' }),
    labelSelector: t.string({
      description: 'By labels, in the Kubernetes grammar: `team=ml,tier in (dev,test),!legacy`.',
    }),
  }),
});

type PodFilter = typeof PodFilterInput.$inferInput;

/** @throws {GraphQLError} BAD_REQUEST for a malformed selector */
export function podMatcher(filter: PodFilter | null | undefined): (pod: PodObject) => boolean {
  const { search, workspaces, phases, nodeNames } = filter ?? {};
  const selected = labelSelector(filter?.labelSelector);
  const text = search?.toLowerCase() ?? '';
  return (pod) =>
    pod.metadata.name.toLowerCase().includes(text) &&
    (!workspaces || workspaces.includes(workspaceNameOf(pod) ?? '')) &&
    (!phases || phases.includes(phaseOf(pod))) &&
    (!nodeNames || nodeNames.includes(podSpecOf(pod).nodeName ?? '')) &&
    (selected?.(pod) ?? true);
}
