import { builder } from '../../graphql/builder.ts';
import { type Connection, connectionTypeOf, paginate, type PageOptions } from '../../graphql/connection.ts';
import { kubernetesType } from '../../graphql/node.ts';
import { eventTypeOf } from '../../subscriptions/source.ts';
import { type WorkspaceFilter, WorkspaceFilterInput, workspaceMatcher } from './filter.ts';
import { type WorkspaceOrder, workspaceOrdering, WorkspaceOrderInput } from './order.ts';
import { Workspace, type WorkspaceObject } from './resource.ts';

export const WorkspaceType = kubernetesType('Workspace', Workspace);
export const WorkspaceConnection = connectionTypeOf(WorkspaceType);
export const WorkspaceEvent = eventTypeOf(WorkspaceType);

export const workspaceListArgs = builder.args((t) => ({
  filter: t.field({
    type: WorkspaceFilterInput,
    description: 'Filter for workspaces. Null for all that you may see.',
  }),
  orderBy: t.field({
    type: [WorkspaceOrderInput],
    description: 'Sort criteria, followed by namespace and name.',
  }),
}));

interface WorkspaceListArgs extends PageOptions {
  readonly filter?: WorkspaceFilter | null | undefined;
  readonly orderBy?: readonly WorkspaceOrder[] | null | undefined;
}

/** Returns a page of the objects that match. */
export function workspaceConnection(
  workspaces: readonly WorkspaceObject[],
  args: WorkspaceListArgs,
): Connection<WorkspaceObject> {
  return paginate(workspaces.filter(workspaceMatcher(args.filter)), workspaceOrdering(args.orderBy), args);
}
