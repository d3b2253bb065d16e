import { builder } from '../../graphql/builder.ts';
import { type Connection, connectionTypeOf, paginate, type PagingArgs } from '../../graphql/connection.ts';
import { kubernetesType } from '../../graphql/node.ts';
import { eventTypeOf } from '../../subscriptions/source.ts';
import {
  type WorkspaceKindFilter,
  WorkspaceKindFilterInput,
  workspaceKindMatcher,
  workspaceKindOrdering,
} from './filter.ts';
import type { WorkspaceKindInContext } from './filter-rules.ts';
import { WorkspaceKind } from './resource.ts';

export const WorkspaceKindType = kubernetesType('WorkspaceKind', WorkspaceKind);
export const WorkspaceKindConnection = connectionTypeOf(WorkspaceKindType);
export const WorkspaceKindEvent = eventTypeOf(WorkspaceKindType);

export const workspaceKindFilterArg = builder.args((t) => ({
  filter: t.field({
    type: WorkspaceKindFilterInput,
    description: 'Filter for WorkspaceKinds. Null for all that you may see.',
  }),
}));

/** Returns a page of the objects that match. */
export function workspaceKindConnection(
  workspaceKinds: readonly WorkspaceKindInContext[],
  { filter, ...paging }: PagingArgs & { readonly filter?: WorkspaceKindFilter | null | undefined },
): Connection<WorkspaceKindInContext> {
  return paginate(workspaceKinds.filter(workspaceKindMatcher(filter)), workspaceKindOrdering, paging);
}
