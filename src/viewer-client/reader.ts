import { forbidden } from '../auth/authorizer.ts';
import { OperationVisibility } from '../auth/operation-visibility.ts';
import { attributesFor } from '../auth/resource-attributes.ts';
import type { Viewer } from '../auth/viewer.ts';
import type { AccessMode, VisibilityResolver } from '../auth/visibility-resolver.ts';
import { seesNothing, type VisibilityScope } from '../auth/visibility-scope.ts';
import type { ResourceStatus } from '../cache/informer.ts';
import type { KubernetesObject, ObjectName } from '../kubernetes/object.ts';
import { podMetrics } from '../kubernetes/pod-metrics.ts';
import type { Resource } from '../kubernetes/resource.ts';
import type { AccessChecks } from './access-checks.ts';
import type { Cluster } from './cluster.ts';
import { PodLogs } from './pod-logs.ts';
import type { PodUsage } from './pod-usages.ts';
import { readErrorFor } from './read-error.ts';
import { ScopedLister, type OnRead } from './scoped-lister.ts';
import { ifAny, UncachedLists } from './uncached-lists.ts';

export type { ResourceStatus } from '../cache/informer.ts';

export interface ReaderOptions {
  readonly cluster: Cluster;
  readonly viewer: Viewer;
  /** Aborts the requests to the API server. */
  readonly signal: AbortSignal;
  /** Called for every read from the cache. */
  readonly onRead?: OnRead | undefined;
  /** Visibility that is known already. By default {@link Reader.prefetch} resolves it. */
  readonly visibility?: OperationVisibility | undefined;
  readonly access: AccessChecks;
  readonly resolver: () => VisibilityResolver;
}

const PODS = { group: '', plural: 'pods', namespaced: true };

/** Which objects are to be followed: all that may be seen, those of a namespace, or the one of a name. */
export interface ObjectSelection {
  readonly namespace?: string | null | undefined;
  readonly name?: string | undefined;
}

/**
 * One request's view of the cluster, and the only door to it: what a viewer may not see does not come through. Make a new
 * one for each request, and for each event of a subscription: what it remembers is never forgotten.
 */
export class Reader {
  readonly #options: ReaderOptions;
  // Created by the first use: a subscription keeps its client, and most need neither.
  #visibility: OperationVisibility | undefined;
  #uncachedLists: UncachedLists | undefined;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#visibility = options.visibility;
  }

  /** What the viewer sees of the resources that the operation reads. */
  get visibility(): OperationVisibility {
    this.#visibility ??= new OperationVisibility();
    return this.#visibility;
  }

  get #uncached(): UncachedLists {
    const { viewer, signal } = this.#options;
    this.#uncachedLists ??= new UncachedLists(viewer.client, signal);
    return this.#uncachedLists;
  }

  /**
   * Finds out what the viewer sees of these resources: then {@link prefetched} answers without a promise.
   * @throws {StatusError} when the cluster's authorizer cannot be asked, or the gateway does not know the namespaces yet
   */
  async prefetch(resources: Iterable<Resource>, purpose: AccessMode): Promise<void> {
    await Promise.all(
      [...resources].map(async (resource) => {
        const [view] = await Promise.all([this.#options.resolver().resolve(resource, purpose), this.#use(resource)]);
        this.visibility.setPrefetched(resource, view);
      }),
    );
  }

  /**
   * The objects of a resource that the viewer may list: those of one namespace, or of every namespace where they may.
   * @throws {StatusError} Forbidden for a namespace where they may not; when there is no copy yet; when the cluster does
   * not serve the resource
   */
  async list<T extends KubernetesObject>(resource: Resource<T>, namespace?: string | null): Promise<readonly T[]> {
    const view = await this.#scopeView(resource, { namespace }, 'read');
    return (await this.#readable(resource, view)).list(namespace ?? undefined);
  }

  /**
   * One object. Undefined when it does not exist.
   * @throws {StatusError} Forbidden where the viewer may not get an object of this name, whether it exists or not;
   * otherwise as {@link list}
   */
  async get<T extends KubernetesObject>(resource: Resource<T>, at: ObjectName): Promise<T | undefined> {
    if (resource.cache.watched === 'never') return ifAny(this.getUncached(resource, at));
    const view = await this.#scopeView(resource, at, 'read');
    return (await this.#readable(resource, view)).get(at);
  }

  /**
   * The objects of a resource, to be followed: all that the viewer may list and watch, those of one namespace, or the one
   * of a name.
   * @throws {StatusError} as {@link list}
   */
  async listerForWatch<T extends KubernetesObject>(
    resource: Resource<T>,
    scope: ObjectSelection = {},
  ): Promise<ScopedLister<T>> {
    const view = await this.#scopeView(resource, scope, 'watch');
    this.visibility.setWatched(resource, view);
    return this.#readable(resource, view);
  }

  /**
   * The objects of a resource that the viewer may see, for a field of something else; the field declares it by `reads`.
   * None where there is no copy.
   * @throws {StatusError} where a copy that is kept on demand is not there in time
   */
  prefetched<T extends KubernetesObject>(resource: Resource<T>): ScopedLister<T> {
    const view = this.visibility.scopeOf(resource);
    const { version, failure } = this.#options.cluster.cache.store(resource);
    if (resource.cache.watched === 'on-demand' && version === '' && failure === undefined)
      throw readErrorFor(resource, failure);
    if (view) return this.#objects(resource, view);
    throw new TypeError(`A field reads ${resource.plural} without saying so: extensions: reads(…).`);
  }

  /**
   * An object of the copy, without a permission check: for decisions of the gateway, such as applying a rule. Nothing of it
   * may be disclosed. Undefined if it does not exist.
   * @throws {StatusError} if there is no copy, so that no decision is taken for want of one
   */
  getUnrestricted<T extends KubernetesObject>(resource: Resource<T>, at: ObjectName): T | undefined {
    const store = this.#options.cluster.cache.store(resource);
    if (store.version === '') throw readErrorFor(resource, store.failure);
    return store.get(at);
  }

  /**
   * The object as the API server has it now, read with the identity that writes for the viewer (`clientIdentity`) and
   * without a permission check. Nothing of it may be disclosed.
   * @throws {StatusError} NotFound if it does not exist, Forbidden if that identity may not get it
   */
  getUncachedUnrestricted<T extends KubernetesObject>(resource: Resource<T>, at: ObjectName): Promise<T> {
    return this.#options.viewer.client.get(resource, at, this.#options.signal);
  }

  /**
   * The object as the API server has it now, for one request.
   * @throws {StatusError} Forbidden where the viewer may not get it, NotFound where there is none
   */
  async getUncached<T extends KubernetesObject>(resource: Resource<T>, at: ObjectName): Promise<T> {
    await this.#options.access.assertCan('get', resource, at);
    return this.#options.viewer.client.get(resource, at, this.#options.signal);
  }

  /**
   * The objects of one namespace as the API server has them now: read once for one request, however many ask.
   * @throws {StatusError} Forbidden where the viewer may not list them
   */
  async listUncached<T extends KubernetesObject>(resource: Resource<T>, namespace: string): Promise<readonly T[]> {
    await this.#options.access.assertCan('list', resource, { namespace });
    return this.#uncached.of(resource, namespace);
  }

  /** @throws {StatusError} Forbidden where the viewer may not get the logs of the namespace's pods, whatever is in it */
  async logs(namespace: string): Promise<PodLogs> {
    await this.#options.access.assertCan('get', PODS, { namespace, subresource: 'log' });
    return new PodLogs(this.#options.viewer.client, namespace);
  }

  /**
   * What the pods of a namespace use, as of 15 s ago or later. Undefined where the cluster does not measure it.
   * @throws {StatusError} Forbidden where the viewer may not list it
   */
  async usage(namespace: string): Promise<PodUsage> {
    await this.#options.access.assertCan('list', podMetrics, { namespace });
    return this.#options.cluster.usages.of(namespace, this.#options.viewer.client);
  }

  /** How fresh the copy of each resource is, and whether the cluster serves it. */
  async statuses(): Promise<readonly ResourceStatus[]> {
    const { cache } = this.#options.cluster;
    await cache.discover();
    return cache.statuses();
  }

  /** How many objects of the copy, if there is one, the viewer may see. */
  async visibleCount<T extends KubernetesObject>(resource: Resource<T>): Promise<number> {
    const view = await this.#options.resolver().resolve(resource, 'read');
    return resource.cache.watched === 'never' ? 0 : this.#objects(resource, view).list().length;
  }

  /** Whether the viewer may list the resource everywhere. */
  async seesAll(resource: Resource): Promise<boolean> {
    return this.#options.access.can('list', resource);
  }

  async #scopeView<T extends KubernetesObject>(
    resource: Resource<T>,
    scope: ObjectSelection,
    purpose: AccessMode,
  ): Promise<VisibilityScope> {
    const { namespace = null, name } = scope;
    if (name !== undefined) {
      const view = await this.#options.resolver().resolveObject(resource, { namespace, name }, purpose);
      return view ?? refuse(purpose === 'read' ? 'get' : 'watch', resource, namespace);
    }
    if (namespace !== null) {
      const view = await this.#options.resolver().resolveNamespace(resource, namespace, purpose);
      return view ?? refuse(purpose === 'read' ? 'list' : 'watch', resource, namespace);
    }
    const view = await this.#options.resolver().resolve(resource, purpose);
    // Of a resource without namespaces and without a glimpse, all is refused at once.
    if (seesNothing(view) && !resource.namespaced && !resource.access.redacted) refuse('list', resource, null);
    return view;
  }

  async #use(resource: Resource): Promise<void> {
    return this.#options.cluster.cache.ensureSynced(resource, this.#options.signal);
  }

  async #readable<T extends KubernetesObject>(resource: Resource<T>, view: VisibilityScope): Promise<ScopedLister<T>> {
    await this.#use(resource);
    const store = this.#options.cluster.cache.store(resource);
    if (store.version === '') throw readErrorFor(resource, store.failure);
    return this.#objects(resource, view);
  }

  #objects<T extends KubernetesObject>(resource: Resource<T>, view: VisibilityScope): ScopedLister<T> {
    const { onRead, cluster } = this.#options;
    const { cache } = cluster;
    return new ScopedLister({
      view,
      store: cache.store(resource),
      further: (version) => cache.changesSince(resource, version),
      onRead,
    });
  }
}

function refuse(verb: string, resource: Resource, namespace: string | null): never {
  throw forbidden(attributesFor(verb, resource, { namespace }));
}
