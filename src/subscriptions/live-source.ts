import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import type { Loaders } from '../viewer-client/loaders.ts';
import type { Objects } from '../viewer-client/objects.ts';
import { decodePlace, type Place } from './cursor.ts';
import type { EventType } from './event-type.ts';

/** What one event of a subscription is made from. */
export interface LiveEvent<T extends KubernetesObject> {
  readonly type: EventType;
  /** Null for SYNCED and RESET, and for the one object followed while it does not exist. */
  readonly object: T | null;
  readonly cursor: string;
}

interface LiveSourceOptions<T extends KubernetesObject> {
  readonly objects: Objects<T>;
  readonly shape: LiveSource<T>['shape'];
  readonly selection: string;
  readonly from?: Place | undefined;
  readonly candidates: () => Iterable<T>;
  readonly matches: (object: T) => boolean;
}

/**
 * What a subscription follows. graphql-js lets a subscription's resolver return async iterables only, so it looks like
 * one; its events are drawn by a live group and never by iteration.
 */
export class LiveSource<T extends KubernetesObject> implements AsyncIterable<LiveEvent<T>> {
  readonly #options: LiveSourceOptions<T>;
  readonly objects: Objects<T>;
  /** `events` tells each change as an event; `object` tells the one object, or null. */
  readonly shape: 'events' | 'object';
  /** Names what is selected: a cursor of one selection is no cursor of another. */
  readonly selection: string;
  /** Where the client goes on from; undefined: from the beginning. */
  readonly from: Place | undefined;

  constructor(options: LiveSourceOptions<T>) {
    this.#options = options;
    this.objects = options.objects;
    this.shape = options.shape;
    this.selection = options.selection;
    this.from = options.from;
  }

  /** The objects that may match, as they are now. */
  candidates(): Iterable<T> {
    return this.#options.candidates();
  }

  matches(object: T): boolean {
    return this.#options.matches(object);
  }

  [Symbol.asyncIterator](): AsyncIterator<LiveEvent<T>> {
    throw new TypeError('A live source is followed through LiveQueries.subscribe, not iterated.');
  }
}

interface Listed<T extends KubernetesObject, F> {
  readonly namespace?: string | null | undefined;
  /** What the client asked for, apart from the namespace. */
  readonly filter: F;
  readonly matcher: (filter: F) => (object: T) => boolean;
  readonly after?: string | null | undefined;
}

/**
 * Follows the objects that match, from a snapshot on.
 * @throws {StatusError} as {@link Loaders.follow}
 * @throws {GraphQLError} BAD_REQUEST for an `after` that is no cursor of this selection
 */
export async function liveList<T extends KubernetesObject, F>(
  loaders: Loaders,
  resource: Resource<T>,
  { namespace, filter, matcher, after }: Listed<T, F>,
): Promise<LiveSource<T>> {
  const objects = await loaders.follow(resource, { namespace });
  const matches = matcher(filter);
  const selection = JSON.stringify([objects.name, namespace ?? null, filter ?? null]);
  return new LiveSource({
    objects,
    shape: 'events',
    selection,
    candidates: () => objects.list(namespace ?? undefined),
    matches: (object) => (!namespace || object.metadata.namespace === namespace) && matches(object),
    from: after ? decodePlace(selection, after) : undefined,
  });
}

/**
 * Follows the one object of this name, through its deletions and re-creations.
 * @throws {StatusError} as {@link Loaders.follow}
 */
export async function liveObject<T extends KubernetesObject>(
  loaders: Loaders,
  resource: Resource<T>,
  at: { readonly namespace?: string; readonly name: string },
): Promise<LiveSource<T>> {
  const objects = await loaders.follow(resource, at);
  return new LiveSource({
    objects,
    shape: 'object',
    selection: JSON.stringify([objects.name, at]),
    candidates: () => [objects.get(at)].filter((object) => object !== undefined),
    matches: ({ metadata }) => metadata.name === at.name && metadata.namespace === at.namespace,
  });
}
