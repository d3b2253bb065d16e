import { builder, type TypeRef } from '../graphql/builder.ts';
import { connectionTypeOf, type Connection } from '../graphql/connection.ts';
import { changesWithoutObjects } from '../graphql/field-dependencies.ts';
import { compareVersions, type KubernetesObject } from '../kubernetes/object.ts';
import type { ScopedLister } from '../viewer-client/scoped-lister.ts';
import type { ViewerClient } from '../viewer-client/viewer-client.ts';
import {
  advance,
  encodeStreamCursor,
  MAX_WATERMARKS,
  objectToken,
  visibilityOf,
  type DeliveredState,
  type StreamPosition,
} from './cursor.ts';

/** A page of a list of a watched resource, from which a subscription can go on. */
export interface LiveConnection<T> extends Connection<T> {
  /** Returns the cursor for the subscription to the same objects. */
  readonly liveCursor: () => string;
}

/** Names the selections of a resource for its live cursors, which are valid for each of them. */
export function liveSelection(resourceKey: string): string {
  return JSON.stringify([resourceKey]);
}

/** Versions up to which the cache is complete at the moment at which a list is read. */
class ListPosition<T extends KubernetesObject> {
  readonly #reader: ViewerClient['reader'];
  readonly #objects: ScopedLister<T>;
  readonly #namespace: string | null | undefined;
  readonly #versions: Pick<StreamPosition, 'version' | 'changedVersion'>;
  readonly #stores: ViewerClient['reader']['versions'];
  /** Objects that the watch has not reached: results of mutations, which the store has already. */
  readonly #past: readonly T[];

  /** @param namespace the namespace that the list is restricted to */
  constructor({ reader }: ViewerClient, objects: ScopedLister<T>, namespace?: string | null) {
    const { version, changedVersion, knownVersion } = objects;
    const isPast = ({ metadata }: T) => compareVersions(metadata.resourceVersion, version) > 0;
    this.#reader = reader;
    this.#objects = objects;
    this.#namespace = namespace;
    this.#versions = { version, changedVersion };
    this.#stores = reader.versions;
    this.#past = version === '' || knownVersion === version ? [] : objects.list().filter(isPast);
  }

  encode({ all: matching }: Connection<T>): string {
    const { resourceKey } = this.#objects;
    const { prefetchedSignatures } = this.#reader.visibility;
    const visibility = visibilityOf(this.#objects.signature(this.#namespace), prefetchedSignatures);
    const related = Object.fromEntries(
      this.#storesFor(matching).map(({ storeKey, version, changedVersion, knownVersion: highest }) => [
        storeKey,
        { version, changedVersion, highest },
      ]),
    );
    const position = { ...this.#versions, pastCheckpoint: [], related, visibility };
    const listed = new Set(this.#past.length > 0 ? matching : []);
    const states = this.#past.map((object) => stateOf(object, listed.has(object)));
    return encodeStreamCursor(liveSelection(resourceKey), states.reduce(advance, position));
  }

  /** Without the stores of namespaces that no object of the list is in. */
  #storesFor(matching: readonly T[]): ViewerClient['reader']['versions'] {
    const namespaces = new Set(matching.map(({ metadata: { namespace } }) => namespace));
    const relevant = this.#stores.filter(({ namespace }) => namespace === undefined || namespaces.has(namespace));
    return relevant.length <= MAX_WATERMARKS ? relevant : relevant.filter(({ namespace }) => namespace === undefined);
  }
}

function stateOf({ metadata }: KubernetesObject, exists: boolean): DeliveredState {
  return { token: objectToken(metadata.uid), version: metadata.resourceVersion, exists };
}

/**
 * Adds the `liveCursor` to a page of a list.
 * @param namespace the namespace that the list is restricted to
 */
export function liveConnection<T extends KubernetesObject>(
  page: Connection<T>,
  client: ViewerClient,
  objects: ScopedLister<T>,
  namespace?: string | null,
): LiveConnection<T> {
  return Object.assign(page, { liveCursor: () => new ListPosition(client, objects, namespace).encode(page) });
}

/** Adds `<Name>Connection`, with a `liveCursor`, and `<Name>Edge` to the schema and returns the type of the connection. */
export function liveConnectionTypeOf<T extends KubernetesObject>(node: TypeRef<T>): TypeRef<LiveConnection<T>> {
  const connection = connectionTypeOf<T, LiveConnection<T>>(node);
  addLiveCursor(connection);
  return connection;
}

function addLiveCursor(connection: TypeRef<LiveConnection<KubernetesObject>>): void {
  builder.objectField(connection, 'liveCursor', (t) =>
    t.string({
      extensions: changesWithoutObjects(),
      description:
        'Cursor for `after` of the subscription to the same objects, with the equivalent arguments: it goes on from the moment of this answer, without a snapshot. To load several pages, use the cursor of the first. If the history is no longer available, or you may see other objects by then, the subscription starts with a snapshot.',
      resolve: ({ liveCursor }) => liveCursor(),
    }),
  );
}
