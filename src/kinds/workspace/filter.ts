import { builder } from '../../graphql/builder.ts';
import { flagCondition, labelCondition, matchesAll, oneOfCondition, searchCondition } from '../../graphql/filter.ts';
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

/**
 * Returns the filter as a predicate.
 * @throws {GraphQLError} BAD_REQUEST if the label selector is malformed
 */
export function workspaceMatcher(filter: WorkspaceFilter | null | undefined): (workspace: WorkspaceObject) => boolean {
  return matchesAll<WorkspaceObject>([
    searchCondition(filter?.search, (workspace) => [workspace.metadata.name, displayNameOf(workspace)]),
    oneOfCondition(filter?.kinds, workspaceKindNameOf),
    oneOfCondition(filter?.states, stateOf),
    oneOfCondition(filter?.namespaces, ({ metadata }) => metadata.namespace),
    oneOfCondition(filter?.imageConfigs, (workspace) => optionIdOf(workspace, 'imageConfig')),
    oneOfCondition(filter?.podConfigs, (workspace) => optionIdOf(workspace, 'podConfig')),
    flagCondition(filter?.paused, (workspace) => specOf(workspace).paused === true),
    flagCondition(filter?.pendingRestart, (workspace) => statusOf(workspace).pendingRestart === true),
    inactiveSinceCondition(filter?.inactiveSince),
    labelCondition(filter?.labelSelector),
  ]);
}

function inactiveSinceCondition(limit: number | null | undefined) {
  if (typeof limit !== 'number') return undefined;
  return (workspace: WorkspaceObject) => {
    const lastActivity = millisecondsOf(statusOf(workspace).activity?.lastActivity);
    return lastActivity !== undefined && lastActivity < limit;
  };
}
