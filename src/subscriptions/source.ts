import { builder, type TypeRef } from '../graphql/builder.ts';
import type { FieldCondition, ObjectFilter } from '../kubernetes/object-filter.ts';
import type { KubernetesObject, ObjectName } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import type { ChangeHandler } from '../viewer-client/change-handler.ts';
import type { ScopedLister } from '../viewer-client/scoped-lister.ts';
import type { ViewerClient } from '../viewer-client/viewer-client.ts';
import { decodeStreamCursor, type StreamPosition } from './cursor.ts';
import { liveSelection } from './live-cursor.ts';

const descriptions = {
  ADDED: 'The object was created, or starts to match. `object` is its current state.',
  MODIFIED: 'A selected field of the object has changed. `object` is its current state.',
  DELETED: 'The object was deleted, stops matching, or is no longer visible to you. `object` is its last known state.',
  SYNCED: 'The snapshot, or the catch-up after a cursor, is complete.',
  RESET:
    'A snapshot follows: the subscription has started without a cursor, or the events since the cursor are no longer available. Discard all objects.',
} as const;

/** ADDED, MODIFIED and DELETED carry an object; SYNCED and RESET are control events without one. */
export type EventType = keyof typeof descriptions;

const EventTypeEnum = builder.enumType('EventType', {
  description: 'Type of an event of a list subscription.',
  values: {
    ADDED: { description: descriptions.ADDED },
    MODIFIED: { description: descriptions.MODIFIED },
    DELETED: { description: descriptions.DELETED },
    SYNCED: { description: descriptions.SYNCED },
    RESET: { description: descriptions.RESET },
  } as const satisfies Record<EventType, object>,
});

/** Adds the type of the events of a kind to the schema, by default `<Name>Event`, and returns it. */
export function eventTypeOf<T extends KubernetesObject>(
  node: TypeRef<T>,
  name = `${node.name}Event`,
): TypeRef<SubscriptionEvent<T>> {
  const event = builder.objectRef<SubscriptionEvent<T>>(name);
  implementEvent(event, node);
  return event;
}

function implementEvent(event: TypeRef<SubscriptionEvent<KubernetesObject>>, node: TypeRef<KubernetesObject>): void {
  event.implement({
    description: `Event of a subscription to ${node.name} objects.`,
    fields: (t) => ({
      type: t.field({ type: EventTypeEnum, description: 'Type of the event.', resolve: ({ type }) => type }),
      object: t.field({
        type: node,
        nullable: true,
        description: `The ${node.name}. Null for SYNCED and RESET.`,
        resolve: ({ object }) => object,
      }),
      cursor: t.exposeString('cursor', {
        description:
          'Position in the stream of events, for `after` of a later subscription with the same arguments. Opaque.',
      }),
    }),
  });
}

/** Root value of the execution of one event. */
export interface SubscriptionEvent<T extends KubernetesObject> {
  readonly type: EventType;
  /** Null for SYNCED and RESET, and for a single-object subscription while the object does not exist. */
  readonly object: T | null;
  readonly cursor: string;
}

/** A resource that the filter of a subscription reads besides the subscribed one. */
export interface RelatedToMatch {
  readonly objects: ScopedLister<KubernetesObject>;
  /** Returns the subscribed objects that may match or not because a related object has changed. */
  readonly dependentsOf: (changed: KubernetesObject) => Iterable<KubernetesObject>;
}

interface SubscriptionSourceOptions<T extends KubernetesObject> {
  readonly objects: ScopedLister<T>;
  readonly shape: SubscriptionSource<T>['shape'];
  readonly selection: string;
  /** Cursor to resume from. */
  readonly after?: string | undefined;
  readonly candidates: () => Iterable<T>;
  readonly matches: (object: T) => boolean;
  readonly related?: readonly RelatedToMatch[];
  /** The only object that can match. Default: any. */
  readonly name?: ObjectName;
  /** Conditions that every match meets. Changes of other objects are not received. */
  readonly conditions?: readonly FieldCondition<T>[];
}

/**
 * The objects that a subscription selects. Subscription fields return one from `subscribe`; make it with
 * {@link listSource} or {@link objectSource}.
 *
 * graphql-js requires an async iterable there, so it implements that interface, but the registry reads its properties
 * instead: an async iterator per subscriber would execute and serialize every event once per subscriber. Iterating it
 * throws.
 */
export class SubscriptionSource<T extends KubernetesObject> implements AsyncIterable<SubscriptionEvent<T>> {
  readonly #options: SubscriptionSourceOptions<T>;
  /** The objects that the viewer may see. */
  readonly objects: ScopedLister<T>;
  /** `events`: a list, one event per change. `object`: a single object or null, sent whole on each change. */
  readonly shape: 'events' | 'object';
  /** Identifies resource and arguments. A cursor is valid for its own selection only. */
  readonly selection: string;
  /** The position of the client's cursor. Undefined if the client wants a snapshot. */
  readonly resumeFrom: StreamPosition | undefined;
  /** Resources that {@link matches} reads besides the subscribed one. */
  readonly related: readonly RelatedToMatch[];

  constructor(options: SubscriptionSourceOptions<T>) {
    this.#options = options;
    this.objects = options.objects;
    this.shape = options.shape;
    this.selection = options.selection;
    this.related = options.related ?? [];
    this.resumeFrom = options.after === undefined ? undefined : this.positionOf(options.after);
  }

  /**
   * Returns the position that a cursor of an event, or the `liveCursor` of a list, encodes.
   * @throws {GraphQLError} BAD_REQUEST if it is no such cursor, or belongs to another selection
   */
  positionOf(cursor: string): StreamPosition {
    return decodeStreamCursor(this.selection, liveSelection(this.objects.resourceKey), cursor);
  }

  /** Returns the objects that may match, in their current state. */
  candidates(): Iterable<T> {
    return this.#options.candidates();
  }

  matches(object: T): boolean {
    return this.#options.matches(object);
  }

  /** Calls a handler for every change of an object that may match; see {@link ScopedLister.addEventHandler}. */
  addEventHandler(handler: ChangeHandler<T>): () => void {
    return this.objects.addEventHandler(handler, this.#options);
  }

  [Symbol.asyncIterator](): AsyncIterator<SubscriptionEvent<T>> {
    throw new TypeError(
      'A SubscriptionSource is not iterated; pass the operation to SubscriptionRegistry.subscribe instead.',
    );
  }
}

interface ListSelection<T extends KubernetesObject, F> {
  /** Restricts the list to one namespace. Null or undefined: every namespace that the viewer may see. */
  readonly namespace?: string | null | undefined;
  /** The remaining arguments of the client. Part of the selection, so it must be serializable. */
  readonly filter: F;
  readonly matches: ObjectFilter<T>;
  /** Resources that `matches` reads besides the subscribed one. */
  readonly related: readonly {
    readonly objects: ScopedLister<KubernetesObject>;
    readonly dependentsOf: (changed: KubernetesObject, objects: ScopedLister<T>) => Iterable<KubernetesObject>;
  }[];
  /** Cursor to resume from. */
  readonly after?: string | null | undefined;
}

/**
 * Returns the source of a list subscription.
 * @throws {StatusError} as {@link Reader.listerForWatch}
 * @throws {GraphQLError} BAD_REQUEST if `after` is not a cursor of this selection
 */
export async function listSource<T extends KubernetesObject, F>(
  client: ViewerClient,
  resource: Resource<T>,
  { namespace, filter, matches, related, after }: ListSelection<T, F>,
): Promise<SubscriptionSource<T>> {
  const objects = await client.reader.listerForWatch(resource, { namespace });
  const selection = JSON.stringify([objects.resourceKey, namespace ?? null, filter ?? null]);
  return new SubscriptionSource({
    objects,
    shape: 'events',
    selection,
    candidates: () => objects.list(namespace ?? undefined),
    matches: (object) => (!namespace || object.metadata.namespace === namespace) && matches(object),
    conditions: matches.conditions,
    related: related.map((each) => ({ ...each, dependentsOf: (changed) => each.dependentsOf(changed, objects) })),
    after: after || undefined,
  });
}

/**
 * Returns the source of a single-object subscription. The object is identified by name, so the subscription continues
 * when the object is deleted and created again.
 * @throws {StatusError} as {@link Reader.listerForWatch}
 */
export async function objectSource<T extends KubernetesObject>(
  client: ViewerClient,
  resource: Resource<T>,
  at: ObjectName,
): Promise<SubscriptionSource<T>> {
  const objects = await client.reader.listerForWatch(resource, at);
  return new SubscriptionSource({
    objects,
    name: at,
    shape: 'object',
    selection: JSON.stringify([objects.resourceKey, at]),
    candidates: () => [objects.get(at)].filter((object) => object !== undefined),
    matches: ({ metadata }) => metadata.name === at.name && metadata.namespace === at.namespace,
  });
}
