import DataLoader from 'dataloader';
import type { Cancellation } from '../auth/access-checks.ts';
import type { VisibilityResolver } from '../auth/visibility-resolver.ts';
import type { Client } from '../kubernetes/client.ts';
import { keyOf, type KubernetesObject, type ObjectName } from '../kubernetes/object.ts';
import { groupResourceOf, type Resource } from '../kubernetes/resource.ts';

interface UncachedReadsOptions {
  readonly client: Client;
  readonly resolver: VisibilityResolver;
  /** Cancels the requests to the API server. */
  readonly cancellation: Cancellation;
  /** Whether each object is read once, for a query that may be executed twice. */
  readonly keepsGets: boolean;
}

interface ObjectKey {
  readonly resource: Resource;
  readonly at: ObjectName;
}

interface NamespaceKey {
  readonly resource: Resource;
  readonly namespace: string;
}

/** Number of objects of one namespace from which a batch lists the namespace instead of getting each object. */
const MIN_LISTED = 10;

/**
 * Reads of one request from the API server, without permission checks; callers check first. Reads of the same tick form
 * one batch. Lists are memoized, by namespace; gets, with their errors, only if `keepsGets`, because a mutation reads the object again
 * after a conflict. The limits on the reads of an operation bound both.
 */
export class UncachedReads {
  readonly #options: UncachedReadsOptions;
  readonly #objects: DataLoader<ObjectKey, KubernetesObject, string>;
  readonly #lists: DataLoader<NamespaceKey, readonly KubernetesObject[], string>;

  constructor(options: UncachedReadsOptions) {
    this.#options = options;
    const { keepsGets: cache } = options;
    this.#objects = new DataLoader((keys) => this.#getBatch(keys), { cache, cacheKeyFn: objectKeyOf });
    this.#lists = new DataLoader((keys) => this.#listBatch(keys), { cacheKeyFn: namespaceKeyOf });
  }

  /** Returns an object. Throws a `StatusError`: NotFound if it does not exist. */
  async get<T extends KubernetesObject>(resource: Resource<T>, at: ObjectName): Promise<T> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a batch reads each key with its own resource
    return (await this.#objects.load({ resource, at })) as T;
  }

  /** Returns the objects of a namespace, in the order of the API server. Omits objects that cannot be decoded. */
  async list<T extends KubernetesObject>(resource: Resource<T>, namespace: string): Promise<readonly T[]> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
    return (await this.#lists.load({ resource, namespace })) as readonly T[];
  }

  async #getBatch(keys: readonly ObjectKey[]): Promise<readonly (KubernetesObject | Error)[]> {
    const byNamespace = Map.groupBy(keys, ({ resource, at: { namespace = '' } }) =>
      namespaceKeyOf({ resource, namespace }),
    );
    const found = await Promise.all([...byNamespace.values()].map((group) => this.#listed(group)));
    const listed = new Map(found.flatMap((objects) => [...objects]));
    return settle(
      keys.map(async ({ resource, at }) => {
        const object = listed.get(objectKeyOf({ resource, at }));
        // Absent from the list, it does not exist or is malformed: the error of a get states which.
        return object ?? this.#options.client.get(resource, at, this.#options.cancellation.signal);
      }),
    );
  }

  /** Returns the objects of a namespace by key; none if the group is too small for a list, or the viewer may not list. */
  async #listed(group: readonly ObjectKey[]): Promise<ReadonlyMap<string, KubernetesObject>> {
    const [first] = group;
    const namespace = first?.at.namespace;
    const names = new Set(group.map(({ at }) => at.name));
    if (!first || namespace === undefined || names.size < MIN_LISTED) return new Map();
    const { resource } = first;
    try {
      if (!(await this.#options.resolver.can('list', resource, { namespace }))) return new Map();
      const objects = await this.#list({ resource, namespace });
      return new Map(objects.map((object) => [objectKeyOf({ resource, at: object.metadata }), object]));
    } catch {
      return new Map(); // each object is read by itself, and fails by itself
    }
  }

  #listBatch(keys: readonly NamespaceKey[]): Promise<readonly (readonly KubernetesObject[] | Error)[]> {
    return settle(keys.map((key) => this.#list(key)));
  }

  async #list({ resource, namespace }: NamespaceKey): Promise<readonly KubernetesObject[]> {
    const { client, cancellation } = this.#options;
    const { signal } = cancellation;
    const { items } = await client.listAll(resource, { namespace, signal }, () => undefined);
    return items;
  }
}

function namespaceKeyOf({ resource, namespace }: NamespaceKey): string {
  return `${groupResourceOf(resource)} ${namespace}`;
}

function objectKeyOf({ resource, at }: ObjectKey): string {
  return `${groupResourceOf(resource)} ${keyOf(at)}`;
}

async function settle<V>(values: readonly Promise<V>[]): Promise<readonly (V | Error)[]> {
  const settled = await Promise.allSettled(values);
  return settled.map((each) => (each.status === 'fulfilled' ? each.value : asError(each.reason)));
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
