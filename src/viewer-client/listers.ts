import type { Cancellation } from '../auth/access-checks.ts';
import { onlyNameIn, seesNothing, type VisibilityScope } from '../auth/visibility-scope.ts';
import type { CachedResource } from '../cache/cluster-cache.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { andThen, type Awaitable } from '../scheduling/awaitable.ts';
import type { Cluster } from './cluster.ts';
import type { OperationCost } from './operation-cost.ts';
import { assertCached } from './read-error.ts';
import { ScopedLister, type OnRead } from './scoped-lister.ts';

/** The operation that creates listers. */
export interface ListerContext {
  readonly cluster: Cluster;
  readonly cost: OperationCost;
  /** Cancels the requests to the API server. */
  readonly cancellation: Cancellation;
  /** Called for every read from the cache. */
  readonly onRead?: OnRead | undefined;
}

interface ListerOptions<T extends KubernetesObject> {
  readonly scope: VisibilityScope;
  /** Default: what is cached of all namespaces. */
  readonly cached?: CachedResource<T>;
  /** Whether the reads have no cost, as those of a subscription while it runs. Default: that of the operation. */
  readonly isUncharged?: boolean;
}

/** Returns a lister of what is cached, which may be nothing yet. */
export function createLister<T extends KubernetesObject>(
  { cluster, cost, onRead }: ListerContext,
  resource: Resource<T>,
  { scope, cached = cluster.cache.cached(resource), isUncharged = false }: ListerOptions<T>,
): ScopedLister<T> {
  return new ScopedLister({ scope, cached, onRead, cost: isUncharged ? undefined : cost });
}

/**
 * Returns a lister of a resource that is cached, by the informer of the only namespace of the scope, or of all. A promise only if it has to
 * wait for the informer. Throws, or rejects with, the `StatusError` of {@link assertCached} if there is nothing to read then.
 */
export function createSyncedLister<T extends KubernetesObject>(
  context: ListerContext,
  resource: Resource<T>,
  { scope, isUncharged = false }: Pick<ListerOptions<T>, 'scope' | 'isUncharged'>,
): Awaitable<ScopedLister<T>> {
  // An empty scope needs no informer, which would watch the whole cluster for a viewer without permissions.
  if (resource.cache.watched === 'on-demand' && seesNothing(scope))
    return createLister(context, resource, { scope, isUncharged });
  const cached = context.cluster.cache.cached(resource, onlyNamespaceOf(resource, scope));
  return andThen(cached.ensureSynced(context.cancellation), () => {
    assertCached(cached.store);
    return createLister(context, resource, { scope, cached, isUncharged });
  });
}

/** Returns the namespace that has all visible objects; undefined if several could. */
function onlyNamespaceOf({ namespaced }: Resource, { full, redacted }: VisibilityScope): string | undefined {
  return namespaced && redacted !== 'all' && redacted.size === 0 ? onlyNameIn(full) : undefined;
}
