import { builder } from '../../graphql/builder.ts';
import { paginate, type PageOptions } from '../../graphql/connection.ts';
import { kubernetesType } from '../../graphql/node.ts';
import { ListPosition, liveConnectionTypeOf, type LiveConnection } from '../../subscriptions/live-cursor.ts';
import { eventTypeOf } from '../../subscriptions/source.ts';
import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { type WorkspaceFilter, WorkspaceFilterInput, workspaceMatcher } from './filter.ts';
import { type WorkspaceOrder, workspaceOrdering, WorkspaceOrderInput } from './order.ts';
import { Workspace, type WorkspaceObject } from './resource.ts';

export const WorkspaceType = kubernetesType('Workspace', Workspace);
export const WorkspaceConnection = liveConnectionTypeOf(WorkspaceType);
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
  readonly client: ViewerClient;
  readonly filter?: WorkspaceFilter | null | undefined;
  readonly orderBy?: readonly WorkspaceOrder[] | null | undefined;
}

/**
 * Returns a page of the objects that match. What the filter and the order read must be prefetched.
 * @param position where the cache was when the workspaces were read
 */
export function workspaceConnection(
  workspaces: readonly WorkspaceObject[],
  position: ListPosition<WorkspaceObject>,
  args: WorkspaceListArgs,
): LiveConnection<WorkspaceObject> {
  const matching = workspaces.filter(workspaceMatcher(args.filter, args.client.reader));
  return position.connect(paginate(matching, workspaceOrdering(args.orderBy, args.client.reader), args));
}
