import { builder } from '../../graphql/builder.ts';
import { kubernetesType } from '../../graphql/node.ts';
import { liveConnectionTypeOf } from '../../subscriptions/live-cursor.ts';
import { eventTypeOf } from '../../subscriptions/source.ts';
import { WorkspaceKindFilterInput } from './filter.ts';
import { WorkspaceKind } from './resource.ts';

export const WorkspaceKindType = kubernetesType('WorkspaceKind', WorkspaceKind);
export const WorkspaceKindConnection = liveConnectionTypeOf(WorkspaceKindType);
export const WorkspaceKindEvent = eventTypeOf(WorkspaceKindType);

export const workspaceKindFilterArg = builder.args((t) => ({
  filter: t.field({
    type: WorkspaceKindFilterInput,
    description: 'Filter for WorkspaceKinds. Null for all that you may see.',
  }),
}));
