import { builder } from '../../graphql/builder.ts';
import { WorkspaceConnection } from './refs.ts';
import { stateOf, type WorkspaceState, WorkspaceStateEnum } from './state.ts';

const WorkspaceStateCount = builder
  .objectRef<{ readonly state: WorkspaceState; readonly count: number }>('WorkspaceStateCount')
  .implement({
    description: 'How many workspaces are in one state.',
    fields: (t) => ({
      state: t.field({ type: WorkspaceStateEnum, description: 'The state.', resolve: ({ state }) => state }),
      count: t.exposeInt('count', { description: 'How many.' }),
    }),
  });

builder.objectField(WorkspaceConnection, 'stateCounts', (t) =>
  t.field({
    type: [WorkspaceStateCount],
    description: 'How many of all that match, on whatever page, are in each state. States without any are left out.',
    resolve: ({ all }) => {
      const counts = new Map<WorkspaceState, number>();
      for (const state of all.map(stateOf)) counts.set(state, (counts.get(state) ?? 0) + 1);
      return [...counts].map(([state, count]) => ({ state, count })).sort((a, b) => (a.state < b.state ? -1 : 1));
    },
  }),
);
