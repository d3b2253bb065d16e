import type { Cancellation } from '../auth/access-checks.ts';
import type { Viewer } from '../auth/viewer.ts';
import type { KubernetesObject, ObjectName } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import type { Cluster } from './cluster.ts';
import type { Derivation, DerivedState } from './derived-states.ts';
import { assertCached } from './read-error.ts';
import type { UncachedReads } from './uncached-reads.ts';

interface UnrestrictedReadsOptions {
  readonly cluster: Cluster;
  readonly viewer: Viewer;
  /** Cancels the requests to the API server. */
  readonly cancellation: Cancellation;
  /** Returns those of the request, so that reads of one tick form one batch. */
  readonly uncached: () => UncachedReads;
}

/**
 * Reads without a permission check of the gateway, for its own decisions: nothing that they return may reach the
 * viewer, except as a method states. Reads from the cache throw if the resource is not cached, so that no decision is made without it.
 */
export class UnrestrictedReads {
  readonly #options: UnrestrictedReadsOptions;

  constructor(options: UnrestrictedReadsOptions) {
    this.#options = options;
  }

  /** Returns an object from the cache. Undefined if it does not exist. */
  get<T extends KubernetesObject>(resource: Resource<T>, at: ObjectName): T | undefined {
    const store = this.#options.cluster.cache.store(resource);
    assertCached(store);
    return store.get(at);
  }

  /** Returns the objects of a namespace from the cache. Starts an informer that is not running. */
  async list<T extends KubernetesObject>(resource: Resource<T>, namespace: string): Promise<readonly T[]> {
    const { cluster, cancellation } = this.#options;
    const cached = cluster.cache.cached(resource, resource.cache.perNamespace ? namespace : undefined);
    await cached.ensureSynced(cancellation);
    assertCached(cached.store);
    return [...cached.store.list(namespace)];
  }

  /** Returns the uid of a cached object, for its global ID. Undefined if the object does not exist or the resource is not cached. */
  uidOf(resource: Resource, at: ObjectName): string | undefined {
    return this.#options.cluster.cache.store(resource).get(at)?.metadata.uid;
  }

  /**
   * Returns an object as the API server has it now. The request has the identity that writes for the viewer
   * (`clientIdentity`). Throws NotFound if the object does not exist, Forbidden if that identity may not get it.
   */
  getUncached<T extends KubernetesObject>(resource: Resource<T>, at: ObjectName): Promise<T> {
    return this.#options.uncached().get(resource, at);
  }

  /**
   * Returns the objects of a namespace that a label selector matches, as the API server has them now. Otherwise as
   * {@link getUncached}.
   */
  async listSelectedUncached<T extends KubernetesObject>(
    resource: Resource<T>,
    selection: { readonly namespace: string; readonly labelSelector: string },
  ): Promise<readonly T[]> {
    const { viewer, cancellation } = this.#options;
    const { signal } = cancellation;
    const { items } = await viewer.client.listAll(resource, { ...selection, signal }, () => undefined);
    return items;
  }

  /**
   * Returns a function that returns state that is derived from all objects of some resources, and shared by all viewers.
   * Callers select the parts that the viewer may see, and do not keep the state for longer than a turn of the event loop.
   * Waits until the resources are synced; those that cannot be read count as empty.
   */
  async derived<S extends DerivedState>(derivation: Derivation<S>): Promise<() => S> {
    const { cluster, cancellation } = this.#options;
    await Promise.all(derivation.resources.map(async (resource) => cluster.cache.ensureSynced(resource, cancellation)));
    return () => this.derivedPrefetched(derivation);
  }

  /** As {@link derived}, of resources that the field declares with `dependsOn`, or that the cluster cache always has. */
  derivedPrefetched<S extends DerivedState>(derivation: Derivation<S>): S {
    const { cache, derived } = this.#options.cluster;
    return derived.get(derivation, cache);
  }
}
