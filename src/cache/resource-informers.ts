import type { Resource } from '../kubernetes/resource.ts';
import type { Clock } from './clock.ts';
import type { Informer, ResourceStatus } from './informer.ts';
import type { LazyInformer } from './lazy-informer.ts';

/** An informer with its reflector. */
export interface ManagedInformer {
  readonly informer: Informer;
  /** Undefined if the resource is always watched. */
  readonly lazy: LazyInformer | undefined;
  /**
   * Stops the reflector for good; that of a resource that is always watched ends with the signal of the cache. Resolves when
   * nothing runs any more.
   */
  readonly stop: () => Promise<unknown>;
}

interface ResourceInformersOptions {
  readonly clock: Clock;
  /** Starts an informer of one namespace, or of all. */
  readonly start: (namespace?: string) => ManagedInformer;
}

/** Bounds the watches of one resource, and the memory of their stores. */
export const MAX_NAMESPACE_INFORMERS = 200;
/** An informer that was read within this time is not replaced: its reader may still use it. */
const MIN_UNUSED_MS = 10_000;

/**
 * The informers of one resource: one of the whole cluster and, if its cache policy is `perNamespace`, one of each namespace
 * that is read. At most {@link MAX_NAMESPACE_INFORMERS} namespaces have one. When another namespace is read, it replaces the
 * one that has not been used for the longest time; while all are in use, the informer of the whole cluster serves the read.
 */
export class ResourceInformers {
  readonly resource: Resource;
  /** The informer of the whole cluster. */
  readonly ofCluster: ManagedInformer;
  readonly #options: ResourceInformersOptions;
  readonly #byNamespace = new Map<string, ManagedInformer>();
  readonly #stopping = new Set<Promise<unknown>>();

  constructor(resource: Resource, options: ResourceInformersOptions) {
    this.resource = resource;
    this.#options = options;
    this.ofCluster = options.start();
  }

  /** Returns the informer to read a namespace from, or all namespaces. A lazy one need not run yet. */
  forReading(namespace?: string): ManagedInformer {
    if (namespace === undefined || !this.resource.cache.perNamespace) return this.ofCluster;
    const known = this.#byNamespace.get(namespace);
    if (known) return known;
    if (this.#byNamespace.size >= MAX_NAMESPACE_INFORMERS && !this.#removeUnused()) return this.ofCluster;
    const started = this.#options.start(namespace);
    started.lazy?.markUsed();
    this.#byNamespace.set(namespace, started);
    return started;
  }

  /** Returns all informers, running or not. */
  all(): readonly ManagedInformer[] {
    return [this.ofCluster, ...this.#byNamespace.values()];
  }

  /** Whether any of them runs. */
  get isRunning(): boolean {
    return this.all().some(({ informer }) => informer.isRunning);
  }

  /** Returns the status of all informers together. */
  status(): ResourceStatus {
    const all = this.all().map(({ informer }) => informer.status());
    const running = all.filter(({ updates }) => updates !== 'on-demand');
    const [status = this.ofCluster.informer.status()] = running;
    const times = all.flatMap(({ lastEventAt }) => lastEventAt ?? []);
    const interruptions = running.flatMap(({ staleSince }) => staleSince ?? []);
    return {
      ...status,
      updates: running.find(({ updates }) => updates === 'polled')?.updates ?? status.updates,
      available: all.every(({ available }) => available),
      synced: running.length > 0 && running.every(({ synced }) => synced),
      objects: all.reduce((sum, { objects }) => sum + objects, 0),
      lastEventAt: times.length === 0 ? undefined : Math.max(...times),
      staleSince: interruptions.length === 0 ? undefined : Math.min(...interruptions),
    };
  }

  /** Stops all informers. Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    await Promise.all([...this.all().map((managed) => managed.stop()), ...this.#stopping]);
  }

  /** Removes the informer that has not been used for the longest time. Returns false if all are in use. */
  #removeUnused(): boolean {
    const unusedSince = this.#options.clock.now() - MIN_UNUSED_MS;
    const [oldest] = [...this.#byNamespace]
      .flatMap(([namespace, { lazy }]) => (lazy && !lazy.isInUse ? [{ namespace, lazy }] : []))
      .filter(({ lazy }) => lazy.lastUsedAt <= unusedSince)
      .toSorted((a, b) => a.lazy.lastUsedAt - b.lazy.lastUsedAt);
    if (!oldest) return false;
    this.#byNamespace.delete(oldest.namespace);
    const stopping = oldest.lazy.stop();
    this.#stopping.add(stopping);
    void stopping.finally(() => this.#stopping.delete(stopping));
    return true;
  }
}
