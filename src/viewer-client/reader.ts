import { forbidden } from '../auth/authorizer.ts';
import { OperationVisibility } from '../auth/operation-visibility.ts';
import { attributesFor } from '../auth/resource-attributes.ts';
import type { Viewer } from '../auth/viewer.ts';
import {
  scopeInNamespace,
  seesNothing,
  visibleObject,
  type AccessMode,
  type VisibilityScope,
} from '../auth/visibility-scope.ts';
import type { VisibilityResolver } from '../auth/visibility-resolver.ts';
import type { StoreVersion } from '../cache/cluster-cache.ts';
import type { ResourceStatus } from '../cache/informer.ts';
import type { ReadonlyStore } from '../cache/readonly-store.ts';
import type { KubernetesObject, ObjectName } from '../kubernetes/object.ts';
import { podMetrics } from '../kubernetes/pod-metrics.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { isNotFound } from '../kubernetes/status-error.ts';
import { andThen, type Awaitable } from '../scheduling/awaitable.ts';
import type { GpuLoads } from './gpu-loads.ts';
import { createLister, createSyncedLister, type ListerContext } from './listers.ts';
import { PodLogs } from './pod-logs.ts';
import { PodUsageReads, type PodUsage } from './pod-usages.ts';
import type { PrefetchedReader } from './prefetched-reader.ts';
import { readErrorFor } from './read-error.ts';
import type { ScopedLister } from './scoped-lister.ts';
import { UncachedReads } from './uncached-reads.ts';
import { UnrestrictedReads } from './unrestricted-reads.ts';

export type { ResourceStatus } from '../cache/informer.ts';

export interface ReaderOptions extends ListerContext {
  readonly viewer: Viewer;
  readonly resolver: VisibilityResolver;
  /** Visibility that is known already. By default {@link Reader.prefetch} resolves it. */
  readonly visibility?: OperationVisibility | undefined;
}

/** Objects to read: all visible ones, those of a namespace, or the one with a name. */
interface ObjectSelection {
  readonly namespace?: string | null | undefined;
  readonly name?: string | undefined;
}

/** Namespaces of which one request may start informers. */
const MAX_NAMESPACES_READ = 20;

const PODS = { group: '', plural: 'pods', namespaced: true };

/**
 * Reads of one viewer for one request. Reads from the cache make no API request, except for access reviews. Methods throw a
 * `StatusError`: Forbidden if the viewer lacks the permission, whether the object exists or not; NotSynced or
 * KindUnavailable if the resource is not cached yet or not served; ServiceUnavailable if there is no decision.
 */
export class Reader implements PrefetchedReader {
  readonly #options: ReaderOptions;
  // Created by the first use: a subscription keeps its client, and most need none of them.
  #visibility: OperationVisibility | undefined;
  #uncachedReads: UncachedReads | undefined;
  #keepsGets = false;
  #unrestrictedReads: UnrestrictedReads | undefined;
  #namespacesRead: Set<string> | undefined;
  #usageReads: PodUsageReads | undefined;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#visibility = options.visibility;
  }

  /** Returns the visible objects of a resource, of one namespace or of all, in no particular order. */
  async list<T extends KubernetesObject>(resource: Resource<T>, namespace?: string | null): Promise<readonly T[]> {
    return (await this.lister(resource, namespace)).list(namespace ?? undefined);
  }

  /**
   * Returns a lister of the visible objects of a resource, of one namespace or of all; a promise only if a decision is not cached, or the
   * resource is not.
   */
  lister<T extends KubernetesObject>(resource: Resource<T>, namespace?: string | null): Awaitable<ScopedLister<T>> {
    return this.#lister(resource, { namespace });
  }

  /** Returns a lister of objects that the viewer may both read and watch, and records their scope in {@link visibility}. */
  async listerForWatch<T extends KubernetesObject>(
    resource: Resource<T>,
    selection: ObjectSelection = {},
  ): Promise<ScopedLister<T>> {
    const scope = await this.#scopeOf(resource, selection, 'watch');
    this.visibility.setWatched(resource, scope);
    return createSyncedLister(this.#options, resource, { scope, isUncharged: true });
  }

  /** Returns an object; undefined if it does not exist. A promise only as for {@link lister}. */
  get<T extends KubernetesObject>(resource: Resource<T>, at: ObjectName): Awaitable<T | undefined> {
    if (resource.cache.watched === 'never') return unlessNotFound(this.getUncached(resource, at));
    return andThen(this.#lister(resource, at), (objects) => objects.get(at));
  }

  #lister<T extends KubernetesObject>(resource: Resource<T>, selection: ObjectSelection): Awaitable<ScopedLister<T>> {
    return andThen(this.#scopeOf(resource, selection, 'read'), (scope) =>
      createSyncedLister(this.#options, resource, { scope }),
    );
  }

  /** Returns the scope of a selection. Throws Forbidden if the viewer may not read it. */
  #scopeOf<T extends KubernetesObject>(
    resource: Resource<T>,
    { namespace = null, name }: ObjectSelection,
    mode: AccessMode,
  ): Awaitable<VisibilityScope> {
    const { resolver } = this.#options;
    const orDeny = (verb: string) => (scope: VisibilityScope | undefined) =>
      scope ?? deny(mode === 'read' ? verb : 'watch', resource, namespace);
    if (name !== undefined) return andThen(resolver.resolveObject(resource, { namespace, name }, mode), orDeny('get'));
    if (namespace !== null) return andThen(resolver.resolveNamespace(resource, namespace, mode), orDeny('list'));
    return andThen(resolver.resolve(resource, mode), (scope) => {
      // Elsewhere an empty result is correct: a viewer may have permissions in no namespace yet.
      if (seesNothing(scope) && !resource.namespaced && !resource.access.redacted) deny('list', resource, null);
      return scope;
    });
  }

  /** Visibility of the resources that the operation reads, as far as it is resolved. */
  get visibility(): OperationVisibility {
    this.#visibility ??= new OperationVisibility();
    return this.#visibility;
  }

  /**
   * Resolves the visibility of resources and waits until those are synced of which objects can be visible, so that
   * {@link prefetched} can return them synchronously. Viewers who see nothing of a resource do not start its informer. That of
   * a resource that is cached `perNamespace` is started by {@link prefetchedIn}. Returns a promise only if it has to wait.
   */
  prefetch(resources: Iterable<Resource>, mode: AccessMode): Promise<void> | undefined {
    const waits: Promise<void>[] = [];
    try {
      for (const resource of resources) {
        const prefetched = this.#prefetchOne(resource, mode);
        if (prefetched) waits.push(prefetched);
      }
    } catch (error) {
      void Promise.allSettled(waits); // the first error counts
      throw error;
    }
    return waits.length > 0 ? Promise.all(waits).then(() => undefined) : undefined;
  }

  /** Resolves the visibility of the prefetched resources again. To be called after a wait, in which permissions may have changed. */
  async prefetchAgain(): Promise<void> {
    await this.prefetch([...this.visibility.prefetched], 'read');
  }

  #prefetchOne(resource: Resource, mode: AccessMode): Awaitable<void> {
    const { cluster, cancellation, resolver } = this.#options;
    const isOnDemand = resource.cache.watched === 'on-demand' && !resource.cache.perNamespace;
    return andThen(resolver.resolve(resource.access.visibleAs ?? resource, mode), (scope) => {
      const isRead = isOnDemand && !seesNothing(scope);
      const synced = isRead ? cluster.cache.ensureSynced(resource, cancellation) : undefined;
      return andThen(synced, () => this.visibility.setPrefetched(resource, scope));
    });
  }

  prefetched<T extends KubernetesObject>(resource: Resource<T>): ScopedLister<T> {
    return this.#prefetched(resource, false);
  }

  /** Returns the same reads for as long as a subscription runs. */
  prefetchedForWatch(): PrefetchedReader {
    return { prefetched: (resource) => this.#prefetched(resource, true), gpuLoads: this.gpuLoads };
  }

  /**
   * Returns listers of the prefetched resources whose informers run only while they are read. An event handler of a lister keeps its
   * informer running, whether the resource is synced yet or not.
   */
  prefetchedOnDemand(): readonly ScopedLister<KubernetesObject>[] {
    return [...this.visibility.prefetched].flatMap((resource) => {
      const scope = this.visibility.scopeOf(resource);
      const { watched, perNamespace } = resource.cache;
      return scope && watched === 'on-demand' && !perNamespace
        ? [createLister(this.#options, resource, { scope, isUncharged: true })]
        : [];
    });
  }

  #prefetched<T extends KubernetesObject>(resource: Resource<T>, isUncharged: boolean): ScopedLister<T> {
    const scope = this.visibility.scopeOf(resource);
    if (!scope) throw undeclared(resource);
    const cached = this.#options.cluster.cache.cached(resource);
    if (resource.cache.watched === 'on-demand' && isPending(cached.store) && !seesNothing(scope))
      throw readErrorFor(resource, undefined);
    return createLister(this.#options, resource, { scope, cached, isUncharged });
  }

  /**
   * Returns the result of a read of one namespace of a resource that is cached `perNamespace`; see {@link prefetched}.
   * Synchronous if the namespace is cached, else a promise: the first read of a namespace starts its informer.
   */
  prefetchedIn<T extends KubernetesObject, R>(
    resource: Resource<T>,
    namespace: string,
    read: (lister: ScopedLister<T>) => R,
  ): R | Promise<R> {
    const operationScope = this.visibility.scopeOf(resource);
    if (!operationScope) throw undeclared(resource);
    const scope = scopeInNamespace(operationScope, namespace);
    // Reads are not reported if no change can alter their results.
    if (seesNothing(scope)) return read(createLister({ ...this.#options, onRead: undefined }, resource, { scope }));
    const cached = this.#options.cluster.cache.cached(resource, this.#ownNamespace(namespace));
    const synced = cached.ensureSynced(this.#options.cancellation); // also keeps the informer running
    // The scope of the operation: listers of one store are interchangeable within it.
    const lister = createLister(this.#options, resource, { scope: operationScope, cached });
    if (cached.store.version !== '') return read(lister);
    return andThen(synced, () => {
      if (!isPending(cached.store)) return read(lister);
      lister.reportRead(); // a subscription reads again when the resource is synced
      throw readErrorFor(resource, undefined);
    });
  }

  /** Returns undefined, for the informer of the whole cluster, if the request has read many other namespaces. */
  #ownNamespace(namespace: string): string | undefined {
    this.#namespacesRead ??= new Set();
    if (this.#namespacesRead.size < MAX_NAMESPACES_READ) this.#namespacesRead.add(namespace);
    return this.#namespacesRead.has(namespace) ? namespace : undefined;
  }

  /** Returns an object as the API server has it now. Throws NotFound if it does not exist. */
  async getUncached<T extends KubernetesObject>(resource: Resource<T>, at: ObjectName): Promise<T> {
    await this.#options.resolver.assertCan('get', resource, at);
    return this.#uncached.get(resource, at);
  }

  /** Returns the objects of a namespace as the API server has them at the first call for it in this request. */
  async listUncached<T extends KubernetesObject>(resource: Resource<T>, namespace: string): Promise<readonly T[]> {
    await this.#options.resolver.assertCan('list', resource, { namespace });
    return this.#uncached.list(resource, namespace);
  }

  /** Must be called before the first read of a query that may be executed twice: it reads each object once from the API server. */
  keepGets(): void {
    this.#keepsGets = true;
  }

  get #uncached(): UncachedReads {
    const { viewer, resolver, cancellation } = this.#options;
    const keepsGets = this.#keepsGets;
    this.#uncachedReads ??= new UncachedReads({ client: viewer.client, resolver, cancellation, keepsGets });
    return this.#uncachedReads;
  }

  /** Reads without a permission check, for decisions of the gateway only. */
  get unrestricted(): UnrestrictedReads {
    this.#unrestrictedReads ??= new UnrestrictedReads({ ...this.#options, uncached: () => this.#uncached });
    return this.#unrestrictedReads;
  }

  /** Returns the logs of the pods of a namespace. */
  async logs(namespace: string): Promise<PodLogs> {
    await this.#options.resolver.assertCan('get', PODS, { namespace, subresource: 'log' });
    const { cluster, viewer } = this.#options;
    return new PodLogs(cluster.logs, viewer, namespace);
  }

  /** Returns the usage of the pods of a namespace, at most 15 s old. Undefined if the cluster has no metrics server. */
  async usage(namespace: string): Promise<PodUsage> {
    const { cluster, resolver, viewer } = this.#options;
    await resolver.assertCan('list', podMetrics, { namespace });
    this.#usageReads ??= new PodUsageReads(cluster.usages, viewer.client, async () =>
      viewer.clientIdentity === 'gateway' ? true : resolver.can('list', podMetrics),
    );
    return this.#usageReads.get(namespace);
  }

  get gpuLoads(): GpuLoads | undefined {
    return this.#options.cluster.gpuLoads;
  }

  /** Versions up to which the cache is complete. Without what is not cached now. */
  get versions(): readonly StoreVersion[] {
    return this.#options.cluster.cache.versions;
  }

  /** Returns the number of visible objects in the cache; 0 for resources that are never cached. */
  async visibleCount<T extends KubernetesObject>(resource: Resource<T>): Promise<number> {
    const scope = await this.#options.resolver.resolve(resource, 'read');
    if (resource.cache.watched === 'never') return 0;
    const stores = this.#options.cluster.cache.syncedStores(resource);
    if (scope.full === 'all') return stores.reduce((sum, { size }) => sum + size, 0);
    const visible = stores.map((store) => [...store.list()].filter((object) => visibleObject(scope, resource, object)));
    const count = visible.reduce((sum, { length }) => sum + length, 0);
    this.#options.cost.addListed(count);
    return count;
  }

  /** Returns the state of the informer of each resource that viewers can see, after discovery. */
  async statuses(): Promise<readonly ResourceStatus[]> {
    const { cache } = this.#options.cluster;
    await cache.discover();
    return cache.statuses().filter(({ resource }) => resource.access.visibleAs === undefined);
  }
}

/** Returns whether a store has not been listed yet, and no attempt has failed. */
function isPending<T extends KubernetesObject>({ version, failure }: ReadonlyStore<T>): boolean {
  return version === '' && failure === undefined;
}

function undeclared({ kind, plural }: Resource): TypeError {
  return new TypeError(
    `A resolver read ${plural} without declaring it; add \`extensions: dependsOn(${kind})\` to the field.`,
  );
}

function deny(verb: string, resource: Resource, namespace: string | null): never {
  throw forbidden(attributesFor(verb, resource, { namespace }));
}

async function unlessNotFound<T>(object: Promise<T>): Promise<T | undefined> {
  try {
    return await object;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
