import { builder } from '../../graphql/builder.ts';
import { WorkspaceStateEnum, type WorkspaceState } from './state.ts';

interface StateCount {
  readonly state: WorkspaceState;
  readonly count: number;
}

export const WorkspaceStateCount = builder.objectRef<StateCount>('WorkspaceStateCount').implement({
  description: 'Number of workspaces in one state.',
  fields: (t) => ({
    state: t.field({
      type: WorkspaceStateEnum,
      description: 'State of the workspaces.',
      resolve: ({ state }) => state,
    }),
    count: t.exposeInt('count', { description: 'Number of workspaces.' }),
  }),
});

/** Returns counts as a list, sorted by state. */
export function stateCountsOf(counts: Iterable<readonly [WorkspaceState, number]>): StateCount[] {
  return [...counts].map(([state, count]) => ({ state, count })).sort((a, b) => (a.state < b.state ? -1 : 1));
}
