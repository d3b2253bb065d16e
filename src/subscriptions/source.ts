import type { KubernetesObject } from '../kubernetes/object.ts';
import { builder, type TypeRef } from '../graphql/builder.ts';
import type { Resource } from '../kubernetes/resource.ts';
import type { ViewerClient } from '../viewer-client/viewer-client.ts';
import type { ScopedLister } from '../viewer-client/scoped-lister.ts';
import { decodeStreamCursor, type StreamPosition } from './cursor.ts';

const descriptions = {
  ADDED: 'The object is new, or has begun to match.',
  MODIFIED: 'Something that you select has changed.',
  DELETED: 'The object is gone, or has ceased to match. It is told as it was last seen.',
  SYNCED: 'The snapshot is complete: what has been sent is all there is.',
  RESET: 'Forget everything: a new snapshot follows. The cursor handed in, or you, had fallen too far behind.',
} as const;

/** ADDED, MODIFIED and DELETED carry an object. */
export type EventType = keyof typeof descriptions;

export const EventTypeEnum = builder.enumType('EventType', {
  description: 'What an event of a subscription tells.',
  values: {
    ADDED: { description: descriptions.ADDED },
    MODIFIED: { description: descriptions.MODIFIED },
    DELETED: { description: descriptions.DELETED },
    SYNCED: { description: descriptions.SYNCED },
    RESET: { description: descriptions.RESET },
  } as const satisfies Record<EventType, object>,
});

/** Gives `<Name>Event` its fields. */
export function implementEvent(
  event: TypeRef<SubscriptionEvent<KubernetesObject>>,
  node: TypeRef<KubernetesObject>,
): void {
  event.implement({
    description: `What happened to one ${node.name} of those that you follow.`,
    fields: (t) => ({
      type: t.field({ type: EventTypeEnum, description: 'What happened.', resolve: ({ type }) => type }),
      object: t.field({
        type: node,
        nullable: true,
        description: `The ${node.name}. Null for SYNCED and RESET.`,
        resolve: ({ object }) => object,
      }),
      cursor: t.exposeString('cursor', { description: 'Hand it in as `after` to go on from here. Opaque.' }),
    }),
  });
}

/** What one event of a subscription is made from. */
export interface SubscriptionEvent<T extends KubernetesObject> {
  readonly type: EventType;
  /** Null for SYNCED and RESET, and for the one object followed while it does not exist. */
  readonly object: T | null;
  readonly cursor: string;
}

interface SubscriptionSourceOptions<T extends KubernetesObject> {
  readonly objects: ScopedLister<T>;
  readonly shape: SubscriptionSource<T>['shape'];
  readonly selection: string;
  readonly resumeFrom?: StreamPosition | undefined;
  readonly candidates: () => Iterable<T>;
  readonly matches: (object: T) => boolean;
}

/**
 * What a subscription follows. graphql-js lets a subscription's resolver return async iterables only, so it looks like
 * one; its events are drawn by a live group and never by iteration.
 */
export class SubscriptionSource<T extends KubernetesObject> implements AsyncIterable<SubscriptionEvent<T>> {
  readonly #options: SubscriptionSourceOptions<T>;
  readonly objects: ScopedLister<T>;
  /** `events` tells each change as an event; `object` tells the one object, or null. */
  readonly shape: 'events' | 'object';
  /** Names what is selected: a cursor of one selection is no cursor of another. */
  readonly selection: string;
  /** Where the client goes on from; undefined: from the beginning. */
  readonly resumeFrom: StreamPosition | undefined;

  constructor(options: SubscriptionSourceOptions<T>) {
    this.#options = options;
    this.objects = options.objects;
    this.shape = options.shape;
    this.selection = options.selection;
    this.resumeFrom = options.resumeFrom;
  }

  /** The objects that may match, as they are now. */
  candidates(): Iterable<T> {
    return this.#options.candidates();
  }

  matches(object: T): boolean {
    return this.#options.matches(object);
  }

  [Symbol.asyncIterator](): AsyncIterator<SubscriptionEvent<T>> {
    throw new TypeError(
      'A SubscriptionSource is not iterated; pass the operation to SubscriptionRegistry.subscribe instead.',
    );
  }
}

interface ListSelection<T extends KubernetesObject, F> {
  readonly namespace?: string | null | undefined;
  /** What the client asked for, apart from the namespace. */
  readonly filter: F;
  readonly matcher: (filter: F) => (object: T) => boolean;
  readonly after?: string | null | undefined;
}

/**
 * Follows the objects that match, from a snapshot on.
 * @throws {StatusError} as {@link Reader.listerForWatch}
 * @throws {GraphQLError} BAD_REQUEST for an `after` that is no cursor of this selection
 */
export async function listSource<T extends KubernetesObject, F>(
  client: ViewerClient,
  resource: Resource<T>,
  { namespace, filter, matcher, after }: ListSelection<T, F>,
): Promise<SubscriptionSource<T>> {
  const objects = await client.reader.listerForWatch(resource, { namespace });
  const matches = matcher(filter);
  const selection = JSON.stringify([objects.resourceKey, namespace ?? null, filter ?? null]);
  return new SubscriptionSource({
    objects,
    shape: 'events',
    selection,
    candidates: () => objects.list(namespace ?? undefined),
    matches: (object) => (!namespace || object.metadata.namespace === namespace) && matches(object),
    resumeFrom: after ? decodeStreamCursor(selection, after) : undefined,
  });
}

/**
 * Follows the one object of this name, through its deletions and re-creations.
 * @throws {StatusError} as {@link Reader.listerForWatch}
 */
export async function objectSource<T extends KubernetesObject>(
  client: ViewerClient,
  resource: Resource<T>,
  at: { readonly namespace?: string; readonly name: string },
): Promise<SubscriptionSource<T>> {
  const objects = await client.reader.listerForWatch(resource, at);
  return new SubscriptionSource({
    objects,
    shape: 'object',
    selection: JSON.stringify([objects.resourceKey, at]),
    candidates: () => [objects.get(at)].filter((object) => object !== undefined),
    matches: ({ metadata }) => metadata.name === at.name && metadata.namespace === at.namespace,
  });
}
