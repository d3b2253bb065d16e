import DataLoader from 'dataloader';
import { questionKeyOf, type AccessQuestion, type Authorizer } from '../access/authorizer.ts';
import type { ClusterCache } from '../cache/cluster-cache.ts';
import type { ResourceStatus } from '../cache/kept-resource.ts';
import type { Client } from '../kubernetes/client.ts';
import type { PatchType, Written } from '../kubernetes/verbs.ts';
import type { KubernetesObject, ObjectName } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { isForbidden, isKindUnavailable, isUnauthorized, StatusError } from '../kubernetes/status-error.ts';
import { Objects, type OnRead } from './objects.ts';
import { PodLogs } from './pod-logs.ts';

export type { ResourceStatus } from '../cache/kept-resource.ts';

/** The cluster, as one gateway holds it: what the loaders of every request share. */
export interface Cluster {
  readonly client: Client;
  readonly cache: ClusterCache;
  readonly authorizer: Authorizer;
}

/**
 * One request's view of the cluster, and the only door to it. Make a new one for each request, and for each event of a
 * subscription: what it remembers is never forgotten.
 */
export class Loaders {
  readonly #cluster: Cluster;
  readonly #onRead: OnRead | undefined;
  readonly #signal: AbortSignal;
  #access: DataLoader<AccessQuestion, boolean, string> | undefined;

  /** @param onRead told of each read from the copy, for live queries */
  constructor(cluster: Cluster, signal: AbortSignal, onRead?: OnRead) {
    this.#cluster = cluster;
    this.#signal = signal;
    this.#onRead = onRead;
  }

  /**
   * The objects of a resource that the viewer may list: those of one namespace, or of every namespace where they may.
   * @throws {StatusError} Forbidden for a namespace where they may not; when there is no copy yet; when the cluster does
   * not serve the resource
   */
  async list<T extends KubernetesObject>(resource: Resource<T>, namespace?: string | null): Promise<readonly T[]> {
    return (await this.#readable(resource)).list(namespace ?? undefined);
  }

  /**
   * One object. Undefined when it does not exist.
   * @throws {StatusError} Forbidden where the viewer may not get an object of this name; otherwise as {@link list}
   */
  async get<T extends KubernetesObject>(resource: Resource<T>, at: ObjectName): Promise<T | undefined> {
    return (await this.#readable(resource)).get(at);
  }

  /**
   * The objects of a resource, to be followed: all that the viewer may list and watch, those of one namespace, or the one
   * of a name.
   * @throws {StatusError} as {@link list}
   */
  async follow<T extends KubernetesObject>(
    resource: Resource<T>,
    _scope: { readonly namespace?: string | null | undefined; readonly name?: string | undefined } = {},
  ): Promise<Objects<T>> {
    return this.#readable(resource);
  }

  /**
   * The objects of a resource that the viewer may see, for a field of something else; the field declares it by `reads`.
   * None where there is no copy.
   */
  related<T extends KubernetesObject>(resource: Resource<T>): Objects<T> {
    return this.#objects(resource);
  }

  /** The object as the API server has it now, for one request. */
  async live<T extends KubernetesObject>(resource: Resource<T>, at: ObjectName): Promise<T> {
    return this.#cluster.client.get(resource, at, this.#signal);
  }

  /** Patches, and unless it was a dry run lets every reader have the answer at once. */
  async patch<T extends KubernetesObject>(
    resource: Resource<T>,
    at: ObjectName,
    patch: { readonly type: PatchType; readonly body: unknown },
    options: { readonly dryRun: boolean },
  ): Promise<Written<T>> {
    const written = await this.#cluster.client.patch(resource, at, patch, { ...options, signal: this.#signal });
    if (!options.dryRun) this.#cluster.cache.accept(resource, written.object);
    return written;
  }

  /** Whether the viewer may do something. Equal questions are asked once, all of one tick together. */
  async can(question: AccessQuestion): Promise<boolean> {
    this.#access ??= new DataLoader<AccessQuestion, boolean, string>((questions) => this.#review(questions), {
      cacheKeyFn: questionKeyOf,
    });
    return this.#access.load(question);
  }

  /** @throws {StatusError} Forbidden where the viewer may not get the logs of the namespace's pods */
  async logs(namespace: string): Promise<PodLogs> {
    return PodLogs.open({ client: this.#cluster.client, namespace, can: (question) => this.can(question) });
  }

  statuses(): readonly ResourceStatus[] {
    return this.#cluster.cache.statuses();
  }

  async #readable<T extends KubernetesObject>(resource: Resource<T>): Promise<Objects<T>> {
    const store = this.#cluster.cache.store(resource);
    if (store.version === '') throw refusalOf(resource, store.failure);
    return this.#objects(resource);
  }

  #objects<T extends KubernetesObject>(resource: Resource<T>): Objects<T> {
    const { cache } = this.#cluster;
    return new Objects({
      store: cache.store(resource),
      further: (version) => cache.past(resource, version),
      onRead: this.#onRead,
    });
  }

  async #review(questions: readonly AccessQuestion[]): Promise<readonly (boolean | Error)[]> {
    const answers = questions.map((question) => this.#cluster.authorizer.allows(question, this.#signal));
    const settled = await Promise.allSettled(answers);
    return settled.map((answer) => (answer.status === 'fulfilled' ? answer.value : asError(answer.reason)));
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

/** Why there is nothing to read. What passes by itself is one thing to who reads, whatever the gateway was told: to be tried again. */
function refusalOf({ plural }: Resource, failure: Error | undefined): Error {
  if (failure && [isForbidden, isKindUnavailable, isUnauthorized].some((isSo) => isSo(failure))) return failure;
  return new StatusError({
    code: 503,
    reason: 'NotSynced',
    message: `The gateway has not yet read the ${plural} of the cluster${failure ? ` (${failure.message})` : ''}. Try again in a moment.`,
    retryAfterSeconds: 1,
  });
}
