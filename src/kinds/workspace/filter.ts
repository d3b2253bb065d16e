import { builder } from '../../graphql/builder.ts';
import { flagCondition, labelCondition, matchesAll, oneOfCondition, searchCondition } from '../../graphql/filter.ts';
import { isRestartPending } from './redirects.ts';
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
  description: 'Filter for workspaces. A workspace matches if it meets every given condition.',
  fields: (t) => ({
    search: t.string({ description: 'Substring of the name or `displayName`, case-insensitive.' }),
    kinds: t.stringList({ description: 'Names of WorkspaceKinds, one of which the workspace has.' }),
    states: t.field({ type: [WorkspaceStateEnum], description: 'States, one of which the workspace is in.' }),
    namespaces: t.stringList({ description: 'Namespaces, one of which the workspace is in.' }),
    paused: t.boolean({
      description: 'Value of `paused`, the desired state. For the observed state see `states`.',
    }),
    pendingRestart: t.boolean({ description: 'Value of `pendingRestart`.' }),
    imageConfigs: t.idList({ description: 'IDs of imageConfig options, one of which is in the spec.' }),
    podConfigs: t.idList({ description: 'IDs of podConfig options, one of which is in the spec.' }),
    labelSelector: t.string({
      description:
        'Kubernetes label selector on the labels of the Workspace, e.g. `team=ml,tier in (dev,test),!legacy`. BAD_REQUEST if it is malformed.',
    }),
    inactiveSince: t.field({
      type: 'DateTime',
      description:
        'Matches workspaces whose last activity is before this time. Workspaces without known activity do not match.',
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
    flagCondition(filter?.pendingRestart, isRestartPending),
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
