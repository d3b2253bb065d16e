import { builder } from '../../graphql/builder.ts';
import { labelSelector } from '../../graphql/label-selector.ts';
import {
  displayNameOf,
  millisecondsOf,
  workspaceKindNameOf,
  optionIdOf,
  specOf,
  statusOf,
  type WorkspaceObject,
} from './resource.ts';
import { stateOf, WorkspaceStateEnum } from './state.ts';

export const WorkspaceFilterInput = builder.inputType('WorkspaceFilter', {
  description: 'Which workspaces are meant: all conditions that are given must hold.',
  fields: (t) => ({
    search: t.string({ description: 'Part of the name or displayName, in any case.' }),
    kinds: t.stringList({ description: 'Of one of these kinds, by name.' }),
    states: t.field({ type: [WorkspaceStateEnum], description: 'In one of these states.' }),
    namespaces: t.stringList({ description: 'In one of these namespaces.' }),
    paused: t.boolean({
      description: 'Asked to be paused, or not. What is asked for is not yet what is: see `states`.',
    }),
    pendingRestart: t.boolean({ description: 'With options that will change at the next restart, or without.' }),
    imageConfigs: t.idList({ description: 'With one of these imageConfig options in its spec.' }),
    podConfigs: t.idList({ description: 'With one of these podConfig options in its spec.' }),
    labelSelector: t.string({
      description:
        'By the labels of the Workspace object, in the Kubernetes grammar: `team=ml,tier in (dev,test),!legacy`.',
    }),
    inactiveSince: t.field({
      type: 'DateTime',
      description: 'Last active before this moment. Workspaces without known activity are left out.',
    }),
  }),
});

export type WorkspaceFilter = typeof WorkspaceFilterInput.$inferInput;

type Condition = (workspace: WorkspaceObject) => boolean;

/**
 * The filter as a function of a workspace; the label selector is read once.
 * @throws {GraphQLError} BAD_REQUEST for a malformed label selector
 */
export function workspaceMatcher(filter: WorkspaceFilter | null | undefined): Condition {
  const { search, paused, pendingRestart, inactiveSince } = filter ?? {};
  const text = search?.toLowerCase();
  const conditions: (Condition | undefined)[] = [
    text
      ? (workspace) =>
          [workspace.metadata.name, displayNameOf(workspace)].some((name) => name.toLowerCase().includes(text))
      : undefined,
    among(filter?.kinds, workspaceKindNameOf),
    among(filter?.states, stateOf),
    among(filter?.namespaces, ({ metadata }) => metadata.namespace),
    among(filter?.imageConfigs, (workspace) => optionIdOf(workspace, 'imageConfig')),
    among(filter?.podConfigs, (workspace) => optionIdOf(workspace, 'podConfig')),
    typeof paused === 'boolean' ? (workspace) => (specOf(workspace).paused === true) === paused : undefined,
    typeof pendingRestart === 'boolean'
      ? (workspace) => (statusOf(workspace).pendingRestart === true) === pendingRestart
      : undefined,
    typeof inactiveSince === 'number'
      ? (workspace) => (millisecondsOf(statusOf(workspace).activity?.lastActivity) ?? inactiveSince) < inactiveSince
      : undefined,
    labelSelector(filter?.labelSelector),
  ];
  const given = conditions.filter((condition) => condition !== undefined);
  return (workspace) => given.every((holds) => holds(workspace));
}

function among<V>(
  values: readonly V[] | null | undefined,
  valueOf: (workspace: WorkspaceObject) => V | undefined,
): Condition | undefined {
  if (!values) return undefined;
  const wanted = new Set<V | undefined>(values);
  return (workspace) => wanted.has(valueOf(workspace));
}
