import { builder } from '../../graphql/builder.ts';
import { paginate, type PageOptions } from '../../graphql/connection.ts';
import { kubernetesType } from '../../graphql/node.ts';
import { liveConnection, liveConnectionTypeOf, type LiveConnection } from '../../subscriptions/live-cursor.ts';
import { filterOf, type FieldCondition } from '../../kubernetes/object-filter.ts';
import { eventTypeOf } from '../../subscriptions/source.ts';
import { andThen, type Awaitable } from '../../scheduling/awaitable.ts';
import type { ListSelection, ScopedLister } from '../../viewer-client/scoped-lister.ts';
import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { type WorkspaceFilter, WorkspaceFilterInput, workspaceMatcher } from './filter.ts';
import { relatedToOrder, type WorkspaceOrder, workspaceOrdering, WorkspaceOrderInput } from './order.ts';
import { relatedFieldsOf } from './related-fields.ts';
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
  args: WorkspaceListArgs,
): LiveConnection<WorkspaceObject> {
  return connectionOf(lister, selectionOf(lister, args), args);
}

/**
 * As {@link workspaceConnection}. Builds the indexes that the list reads before, and lets other work run meanwhile. Returns a promise only
 * if there is one to build, or the turn is over.
 */
export function preparedWorkspaceConnection(
  lister: ScopedLister<WorkspaceObject>,
  args: WorkspaceListArgs,
): Awaitable<LiveConnection<WorkspaceObject>> {
  const { cost } = args.client;
  const selection = selectionOf(lister, args);
  const prepared = lister.prepare(selection, () => cost.pause());
  return andThen(prepared, () => andThen(cost.pause(), () => connectionOf(lister, selection, args)));
}

function selectionOf(
  lister: ScopedLister<WorkspaceObject>,
  { namespace, only, filter, orderBy, client: { reader } }: WorkspaceListArgs,
): ListSelection<WorkspaceObject> {
  const readsRequests = relatedToOrder(orderBy).length > 0 || isGiven(filter?.requests);
  const visible = isGiven(namespace) ? new Set([namespace]) : lister.fullScope;
  const related = readsRequests ? relatedFieldsOf(reader, visible) : undefined;
  const { conditions } = workspaceMatcher(filter, reader, related);
  return {
    namespace: namespace ?? undefined,
    ordering: workspaceOrdering(orderBy, related),
    filter: filterOf(only ? [only, ...conditions] : conditions),
  };
}

function isGiven<V>(value: V | null | undefined): value is V {
  return value !== null && value !== undefined;
}

function connectionOf(
  lister: ScopedLister<WorkspaceObject>,
  selection: ListSelection<WorkspaceObject>,
  { namespace, kindName, ...paging }: WorkspaceListArgs,
): LiveConnection<WorkspaceObject> {
  const list = kindName === undefined ? lister.select(selection) : lister.selectByIndex('kind', kindName, selection);
  return liveConnection(paginate(list, selection.ordering, paging), paging.client, lister, namespace);
}
