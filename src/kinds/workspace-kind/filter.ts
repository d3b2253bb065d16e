import { builder } from '../../graphql/builder.ts';
import { labelSelector } from '../../graphql/label-selector.ts';
import type { Ordering } from '../../graphql/ordering.ts';
import { isHidden, type KindInContext } from './kind-in-context.ts';
import { kindSpecOf } from './resource.ts';

export const WorkspaceKindFilterInput = builder.inputType('WorkspaceKindFilter', {
  description: 'Which kinds are meant: all conditions that are given must hold.',
  fields: (t) => ({
    search: t.string({ description: 'Part of the name or displayName, in any case.' }),
    hidden: t.boolean({ description: 'Hidden, or not.' }),
    deprecated: t.boolean({ description: 'Deprecated, or not.' }),
    labelSelector: t.string({
      description: 'By labels, in the Kubernetes grammar: `team=ml,tier in (dev,test),!legacy`.',
    }),
  }),
});

export type WorkspaceKindFilter = typeof WorkspaceKindFilterInput.$inferInput;

/**
 * The filter as a function of a kind.
 * @throws {GraphQLError} BAD_REQUEST for a malformed label selector
 */
export function workspaceKindMatcher(filter: WorkspaceKindFilter | null | undefined): (kind: KindInContext) => boolean {
  const { hidden, deprecated } = filter ?? {};
  const text = filter?.search?.toLowerCase();
  const conditions: (((kind: KindInContext) => boolean) | undefined)[] = [
    text
      ? (kind) => [kind.metadata.name, displayNameOf(kind)].some((name) => name.toLowerCase().includes(text))
      : undefined,
    typeof hidden === 'boolean' ? (kind) => isHidden(kind) === hidden : undefined,
    typeof deprecated === 'boolean'
      ? (kind) => (kindSpecOf(kind).spawner?.deprecated === true) === deprecated
      : undefined,
    labelSelector(filter?.labelSelector),
  ];
  const given = conditions.filter((condition) => condition !== undefined);
  return (kind) => given.every((holds) => holds(kind));
}

export function displayNameOf(kind: KindInContext): string {
  return kindSpecOf(kind).spawner?.displayName || kind.metadata.name;
}

export const workspaceKindOrdering: Ordering<KindInContext> = {
  name: 'NAME ASC',
  directions: [1],
  positionOf: ({ metadata }) => [metadata.name],
};
