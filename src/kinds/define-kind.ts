import type { InputRef } from '@pothos/core';
import { builder, type TypeRef } from '../graphql/builder.ts';
import { byNamespaceAndName, type Ordering } from '../kubernetes/ordering.ts';
import { paginate, pagingArgs, type PagingArgs } from '../graphql/connection.ts';
import { afterArg, nameArg, namespaceArg, objectArgs } from '../graphql/object-args.ts';
import type { ObjectFilter } from '../kubernetes/object-filter.ts';
import type { KubernetesObject, ObjectName } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { andThen, type Awaitable } from '../scheduling/awaitable.ts';
import { liveConnection, type LiveConnection } from '../subscriptions/live-cursor.ts';
import { listSource, objectSource, type SubscriptionEvent } from '../subscriptions/source.ts';
import type { PrefetchedReader } from '../viewer-client/prefetched-reader.ts';
import type { ScopedLister } from '../viewer-client/scoped-lister.ts';
import type { ViewerClient } from '../viewer-client/viewer-client.ts';

interface FieldDescription {
  /** Name of the root field. */
  readonly name: string;
  readonly description: string;
}

/** Other objects that a filter reads. */
interface RelatedToFilter<T extends KubernetesObject, F extends object> {
  readonly to: (filter: F | null | undefined) => readonly Resource[];
  /** Returns the objects that may match or not because a related object has changed. */
  readonly dependentsOf: (
    resource: Resource,
    changed: KubernetesObject,
    objects: ScopedLister<T>,
  ) => Iterable<KubernetesObject>;
}

/** Root fields of one kind and their types. */
interface KindDefinition<T extends KubernetesObject, F extends object> {
  readonly resource: Resource<T>;
  readonly type: TypeRef<T>;
  readonly connection: TypeRef<LiveConnection<T>>;
  readonly event: TypeRef<SubscriptionEvent<T>>;
  readonly filter: { readonly type: InputRef<F>; readonly description: string };
  /** @param reader reads the resources that {@link RelatedToFilter.to} returns */
  readonly matcher: (filter: F | null | undefined, reader: PrefetchedReader) => ObjectFilter<T>;
  /** Default: the filter reads no other objects. */
  readonly related?: RelatedToFilter<T, F>;
  /** Order of the list. Default: by namespace and name. */
  readonly ordering?: Ordering<T>;
  /** Query of one object by name. */
  readonly get?: FieldDescription;
  /** Query of the objects that match a filter. */
  readonly list?: FieldDescription;
  /** Subscription to one object. */
  readonly subscribeOne?: FieldDescription;
  /** Subscription to the objects that match a filter. */
  readonly subscribe: FieldDescription;
}

/** Resolvers of the root fields, without the type of the objects: Pothos cannot infer generic types. */
interface KindOperations {
  get(client: ViewerClient, at: ObjectName): Awaitable<KubernetesObject | null>;
  list(client: ViewerClient, args: ListArgs): Awaitable<LiveConnection<KubernetesObject>>;
  subscribeOne(client: ViewerClient, at: ObjectName): Promise<AsyncIterable<SubscriptionEvent<KubernetesObject>>>;
  subscribe(client: ViewerClient, args: SubscribeArgs): Promise<AsyncIterable<SubscriptionEvent<KubernetesObject>>>;
}

interface Selection {
  readonly namespace?: string | null | undefined;
  readonly filter?: object | null | undefined;
}
type ListArgs = Selection & PagingArgs;
type SubscribeArgs = Selection & { readonly after?: string | null | undefined };

/**
 * Adds the root fields of a kind to the schema: queries of one object and of a filtered list, and subscriptions to
 * both.
 * Kinds with other arguments leave a field out and define it themselves.
 */
export function defineKind<T extends KubernetesObject, F extends object>(definition: KindDefinition<T, F>): void {
  const { resource, matcher, related } = definition;
  const typed = {
    get: (client: ViewerClient, at: ObjectName) => andThen(client.reader.get(resource, at), (object) => object ?? null),
    list: (client: ViewerClient, args: ListArgs & { filter?: F | null | undefined }) =>
      andThen(client.reader.lister(resource, args.namespace), (lister) =>
        listOf(definition, lister, { ...args, client }),
      ),
    subscribeOne: (client: ViewerClient, at: ObjectName) => objectSource(client, resource, at),
    subscribe: async (
      client: ViewerClient,
      { namespace, filter, after }: SubscribeArgs & { filter?: F | null | undefined },
    ) => {
      const resources = related?.to(filter) ?? [];
      if (resources.length > 0) await client.reader.prefetch(resources, 'watch');
      const reader = client.reader.prefetchedForWatch();
      const relatedReads = resources.map((each) => ({
        objects: reader.prefetched(each),
        dependentsOf: (changed: KubernetesObject, objects: ScopedLister<T>) =>
          related?.dependentsOf(each, changed, objects) ?? [],
      }));
      const matches = matcher(filter, reader);
      return listSource(client, resource, { namespace, filter, matches, related: relatedReads, after });
    },
  };
  const operations: KindOperations = typed;
  addQueries(definition, operations);
  addSubscriptions(definition, operations);
}

/** Returns a page of the objects that match. Builds the indexes that the list reads before, and lets other work run meanwhile. */
function listOf<T extends KubernetesObject, F extends object>(
  { matcher, ordering = byNamespaceAndName }: KindDefinition<T, F>,
  lister: ScopedLister<T>,
  {
    client,
    namespace,
    filter,
    ...paging
  }: ListArgs & { readonly client: ViewerClient; readonly filter?: F | null | undefined },
): Awaitable<LiveConnection<T>> {
  const selection = { namespace: namespace ?? undefined, ordering, filter: matcher(filter, client.reader) };
  const prepared = lister.prepare(selection, () => client.cost.pause());
  return andThen(prepared, () =>
    andThen(client.cost.pause(), () => {
      const page = paginate(lister.select(selection), ordering, { ...paging, client });
      return liveConnection(page, client, lister, namespace);
    }),
  );
}

type Untyped = Pick<
  KindDefinition<KubernetesObject, object>,
  'type' | 'connection' | 'event' | 'filter' | 'get' | 'list' | 'subscribeOne' | 'subscribe'
> & {
  readonly resource: { readonly namespaced: boolean };
};

function addQueries({ resource, type, connection, filter, get, list }: Untyped, operations: KindOperations): void {
  if (get) {
    const args = resource.namespaced ? objectArgs : nameArg;
    builder.queryField(get.name, (t) =>
      t.field({
        type,
        nullable: true,
        description: get.description,
        args,
        resolve: (_, at, { client }) => operations.get(client, at),
      }),
    );
  }
  if (list) {
    builder.queryField(list.name, (t) =>
      t.field({
        type: connection,
        description: list.description,
        args: { ...(resource.namespaced ? namespaceArg : {}), filter: t.arg(filter), ...pagingArgs },
        resolve: (_, args, { client }) => operations.list(client, args),
      }),
    );
  }
}

function addSubscriptions(
  { resource, type, event, filter, subscribeOne, subscribe }: Untyped,
  operations: KindOperations,
): void {
  if (subscribeOne) {
    const args = resource.namespaced ? objectArgs : nameArg;
    builder.subscriptionField(subscribeOne.name, (t) =>
      t.field({
        type,
        nullable: true,
        description: subscribeOne.description,
        args,
        subscribe: (_, at, { client }) => operations.subscribeOne(client, at),
        resolve: ({ object }) => object,
      }),
    );
  }
  builder.subscriptionField(subscribe.name, (t) =>
    t.field({
      type: event,
      description: subscribe.description,
      args: { ...(resource.namespaced ? namespaceArg : {}), filter: t.arg(filter), ...afterArg },
      subscribe: (_, args, { client }) => operations.subscribe(client, args),
      resolve: (change) => change,
    }),
  );
}
