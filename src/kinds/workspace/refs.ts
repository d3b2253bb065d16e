import { builder } from '../../graphql/builder.ts';
import { paginate, type PageOptions } from '../../graphql/connection.ts';
import { kubernetesType } from '../../graphql/node.ts';
import { liveConnection, liveConnectionTypeOf, type LiveConnection } from '../../subscriptions/live-cursor.ts';
import { filterOf, type FieldCondition } from '../../kubernetes/object-field.ts';
import { eventTypeOf } from '../../subscriptions/source.ts';
import type { ScopedLister } from '../../viewer-client/scoped-lister.ts';
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
  /** Restricts the list to one namespace. */
  readonly namespace?: string | null | undefined;
  /** Restricts the list to the workspaces of one WorkspaceKind. */
  readonly kindName?: string;
  /** Further restriction of the list. */
  readonly only?: FieldCondition<WorkspaceObject> | undefined;
  readonly filter?: WorkspaceFilter | null | undefined;
  readonly orderBy?: readonly WorkspaceOrder[] | null | undefined;
}

/** Returns a page of the objects that match. The resources that the filter and the order read must be prefetched. */
export function workspaceConnection(
  lister: ScopedLister<WorkspaceObject>,
  { namespace, kindName, only, filter, orderBy, ...paging }: WorkspaceListArgs,
): LiveConnection<WorkspaceObject> {
  const { client } = paging;
  const ordering = workspaceOrdering(orderBy, client.reader);
  const { conditions } = workspaceMatcher(filter, client.reader);
  const selection = { ordering, filter: filterOf(only ? [only, ...conditions] : conditions) };
  const list =
    kindName === undefined
      ? lister.select({ ...selection, namespace: namespace ?? undefined })
      : lister.selectByIndex('kind', kindName, selection);
  return liveConnection(paginate(list, ordering, paging), client, lister, namespace);
}
