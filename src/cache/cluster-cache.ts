/**
 * In-memory copies of the cluster's resources, each kept equal to the API server by a list and a watch.
 *
 * The parts are those of client-go's shared informers:
 *  - A `Store` holds the objects of one resource, by namespace/name and in indexes. Readers get a `ReadonlyStore`.
 *  - A reflector (`reflect`) writes the store: it lists, watches from the list's version, and after a failure continues as its
 *    `RetryPolicy` says. `IdleDeadlines` decides when a silent watch is broken, `RollbackDetector` whether an older backup was restored.
 *  - `EntryIndexes` of a store have orders, counts and terms of its objects, which are built when a list reads them.
 *  - A `ChangeLog` in the store, and `HistoricalSnapshots` behind it, return what has changed since a version.
 *  - An `Informer` joins a store with the status, metrics and log of its reflector. A `LazyInformer` runs the reflector only
 *    while the resource is read.
 *  - a `ClusterCache` has one informer per resource or, of resources that are cached `perNamespace`, `ResourceInformers`:
 *    also one per namespace that is read.
 *
 * Order of events. A store changes only synchronously: by an event of the watch, by a complete list, by the result of a
 * write. It then calls its event handlers, before anything else runs. Per object, versions only grow; what arrives late or
 * twice is ignored. `ReadonlyStore.version` moves with watches and lists alone: at version V the store has every change up
 * to V, and results of writes beyond it. A list after a failure is compared with the store, so that event handlers get the
 * differences; a missed deletion and re-creation are `deleted` and `added`. If the server was restored from an older backup,
 * versions are given out again: a new epoch begins, handlers get `reset`, and earlier versions are void.
 *
 * Memory. A store holds each object once, trimmed to what its resource keeps, also while it is listed again; the change log
 * up to twice `historyEvents` changes.
 */
import { once } from 'node:events';
import type { Logger } from 'pino';
import type { Client } from '../kubernetes/client.ts';
import { Discovery } from '../kubernetes/discovery.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { cacheKeyOf, type Resource } from '../kubernetes/resource.ts';
import { systemClock, type Clock } from './clock.ts';
import { Informer, statusWithoutCache, type ResourceStatus, type WatchInterruption } from './informer.ts';
import type { ChangesReader } from './historical-snapshots.ts';
import type { ReadonlyStore } from './readonly-store.ts';
import type { StoreObserver } from './store-events.ts';
import { reflect } from './reflector.ts';
import { LazyInformer } from './lazy-informer.ts';
import { ResourceInformers, type ManagedInformer } from './resource-informers.ts';
import { WatchCounters } from './watch-statistics.ts';

/** The store of one resource, of all namespaces or of one. */
export interface CachedResource<T extends KubernetesObject> {
  /**
   * If the resource is watched on demand, the store is empty until {@link ensureSynced} has been called, and again after a
   * while without readers: await {@link ensureSynced} before each read. An event handler keeps the watch running.
   */
  readonly store: ReadonlyStore<T>;
  /**
   * Starts the watch of a resource that is watched on demand, or keeps it running. Resolves when its store has been read, at
   * once if it has been; when it is known that the kind is not served or may not be read; 5 s after the start of the watch;
   * or when the signal aborts. Undefined if nothing of that has to be waited for, as for a resource that is always watched. The store's
   * `failure` says why there is nothing to read.
   */
  ensureSynced(cancellation?: Pick<AbortController, 'signal'>): Promise<void> | undefined;
  /**
   * Resolves with a reader of the changes since a version that the store's change log does not reach, but the API server
   * does. Resolves with undefined if the server does not either.
   */
  changesSince(version: string): Promise<ChangesReader<T> | undefined>;
}

/** Version up to which a store is complete. */
export interface StoreVersion {
  /** `cacheKeyOf` the resource and the namespace. */
  readonly storeKey: string;
  /** Namespace that the store is restricted to. */
  readonly namespace: string | undefined;
  /** {@link ReadonlyStore.version}. */
  readonly version: string;
  /** {@link ReadonlyStore.changedVersion}. */
  readonly changedVersion: string;
  /** {@link ReadonlyStore.knownVersion}. */
  readonly knownVersion: string;
}

interface ClusterCacheOptions {
  readonly client: Client;
  readonly resources: readonly Resource[];
  readonly log: Logger;
  /** A watch that carries bookmarks is broken after this time without a byte. */
  readonly watchIdleTimeoutMs: number;
  readonly discoveryIntervalMs: number;
  /** A resource that is watched on demand stops being watched this long after its last reader. Default 10. */
  readonly watchIdleMinutes?: number;
  /** Number of changes of each resource to keep for {@link ReadonlyStore.changesSince}. Default 10,000. */
  readonly historyEvents?: number;
  readonly clock?: Clock;
  readonly observer?: StoreObserver;
  /** Called when a resource has been listed, and when a watch has failed or runs again. */
  readonly onStatusChange?: () => void;
}

const HISTORY_EVENTS = 10_000;
const WATCH_IDLE_MINUTES = 10;
const DISCOVERY_TIMEOUT_MS = 2_000;

/**
 * The stores of some resources, and their reflectors. Those of the resources that are always watched start at once; the others start with
 * their first reader. Disposing stops all of them and resolves when nothing runs any more.
 */
export class ClusterCache implements AsyncDisposable {
  /** Resolves when each resource that is always watched has been read once, or is known not to be served. */
  readonly hasSynced: Promise<unknown>;
  /** Like {@link hasSynced}, but resolves also when a resource may not be read. */
  readonly hasAttempted: Promise<unknown>;
  readonly #resources: readonly Resource[];
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  readonly #discovery: Discovery;
  readonly #informers: ReadonlyMap<Resource, ResourceInformers>;

  constructor(options: ClusterCacheOptions) {
    const { client, resources, clock = systemClock, discoveryIntervalMs: intervalMs } = options;
    const { signal } = this.#stopping;
    this.#resources = resources;
    this.#clock = clock;
    this.#discovery = new Discovery(client, { intervalMs, now: () => clock.now(), signal });
    const started = { ...options, clock, discovery: this.#discovery, signal };
    const cached = resources.filter(({ cache }) => cache.watched !== 'never');
    this.#informers = new Map(cached.map((resource) => [resource, startInformers(resource, started)]));
    const always = this.#all().filter(({ lazy }) => !lazy);
    this.hasSynced = Promise.all(always.map(({ informer: { hasSynced } }) => hasSynced));
    this.hasAttempted = Promise.all(always.map(async ({ informer: { attempted } }) => attempted && aborted(attempted)));
  }

  /**
   * Returns what is cached of a resource for a read of one namespace, or of all. If the resource is cached `perNamespace`, the
   * store may have the objects of that namespace only. Use the result within one request, or while its store has an event
   * handler: later, another store may serve the namespace.
   * @throws {TypeError} if the resource is not cached
   */
  cached<T extends KubernetesObject>(resource: Resource<T>, namespace?: string): CachedResource<T> {
    const { informer, lazy } = this.#informersOf(resource).forReading(namespace);
    return {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the store was created from this resource, whose type parameter it has
      store: informer.store as ReadonlyStore<KubernetesObject> as ReadonlyStore<T>,
      ensureSynced: (cancellation) => lazy?.ensureSynced(cancellation),
      changesSince: async (version) => {
        const reader = await informer.snapshots?.changesSince(version);
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
        return reader as ChangesReader<T> | undefined;
      },
    };
  }

  /** Returns the store of all namespaces: `cached(resource).store`. */
  store<T extends KubernetesObject>(resource: Resource<T>): ReadonlyStore<T> {
    return this.cached(resource).store;
  }

  /** `cached(resource).ensureSynced(cancellation)`. @throws {TypeError} if the resource is not cached */
  ensureSynced(resource: Resource, cancellation?: Pick<AbortController, 'signal'>): Promise<void> | undefined {
    return this.cached(resource).ensureSynced(cancellation);
  }

  /** Returns the stores of a resource that have been read: that of all namespaces, or else those of single ones. */
  syncedStores<T extends KubernetesObject>(resource: Resource<T>): readonly ReadonlyStore<T>[] {
    const all = this.store(resource);
    if (all.version !== '') return [all];
    const stores = this.#informersOf(resource)
      .all()
      .map(({ informer: { store } }) => store);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
    return stores.filter(
      ({ version }) => version !== '',
    ) as readonly ReadonlyStore<KubernetesObject>[] as readonly ReadonlyStore<T>[];
  }

  /** The stores that have been read. */
  get versions(): readonly StoreVersion[] {
    return this.#all().flatMap(({ informer: { store } }) => {
      const { resource, namespace, version, changedVersion, knownVersion } = store;
      const storeKey = cacheKeyOf(resource, namespace);
      return version === '' ? [] : [{ storeKey, namespace, version, changedVersion, knownVersion }];
    });
  }

  /** Applies the API server's response to a write to the store at once. Does nothing if the resource is never cached. */
  applyWriteResult<T extends KubernetesObject>(resource: Resource<T>, object: T): void {
    if (this.#isUncached(resource)) return;
    for (const { informer } of this.#informersOf(resource).all()) informer.applyWriteResult(object);
  }

  /**
   * Resolves when the store does not have a deleted object any more, or after 2 s. Await it after a deletion that the API
   * server calls complete: only the watch knows the version of a deletion, so it cannot be applied to the store before.
   * @param uid `metadata.uid` of the object, or `details.uid` of the Status in the response
   */
  async waitForDeletion(resource: Resource, uid: string): Promise<void> {
    if (this.#isUncached(resource)) return;
    const all = this.#informersOf(resource).all();
    await Promise.all(all.map(({ informer }) => informer.waitForDeletion(uid)));
  }

  /** Returns the status of every resource, including those that are never cached. */
  statuses(): readonly ResourceStatus[] {
    return this.#resources.map(
      (resource) => this.#informers.get(resource)?.status() ?? statusWithoutCache(resource, this.#discovery),
    );
  }

  /** Returns the first failure of the watches that run now; of those that are forbidden, if any is. Undefined if all work. */
  interruption(): WatchInterruption | undefined {
    let first: WatchInterruption | undefined;
    for (const { informer } of this.#all()) {
      const { interruption } = informer;
      if (interruption?.isForbidden) return interruption;
      if (interruption && interruption.since < (first?.since ?? Infinity)) first = interruption;
    }
    return first;
  }

  /**
   * Asks the API server which of the resources without a running watch it serves, for {@link statuses}. Asks for each group
   * version at most once per discovery interval. Resolves after 2 s at the latest.
   */
  async discover(): Promise<void> {
    const idle = this.#resources.filter((resource) => !this.#informers.get(resource)?.isRunning);
    const answers = Promise.all(idle.map((resource) => this.#discovery.discover(resource)));
    const done = new AbortController();
    const end = () => done.abort();
    void answers.then(end, end);
    await this.#clock.sleep(DISCOVERY_TIMEOUT_MS, done.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#informers.values()].map((informers) => informers.stop()));
  }

  #all(): readonly ManagedInformer[] {
    return [...this.#informers.values()].flatMap((informers) => informers.all());
  }

  #informersOf(resource: Resource): ResourceInformers {
    const found = this.#informers.get(resource);
    if (found) return found;
    const cached = [...this.#informers.keys()].map(({ plural }) => plural);
    throw new TypeError(`Expected a cached resource (${cached.join(', ') || 'none'}), got ${resource.plural}.`);
  }

  #isUncached(resource: Resource): boolean {
    return resource.cache.watched === 'never' && this.#resources.includes(resource);
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

interface StartOptions extends ClusterCacheOptions {
  readonly clock: Clock;
  readonly discovery: Discovery;
  readonly signal: AbortSignal;
}

function startInformers(resource: Resource, options: StartOptions): ResourceInformers {
  const counters = new WatchCounters();
  const { clock } = options;
  return new ResourceInformers(resource, {
    clock,
    start: (namespace) => startInformer(resource, { ...options, namespace, counters }),
  });
}

interface InformerStart extends StartOptions {
  readonly namespace: string | undefined;
  readonly counters: WatchCounters;
}

function startInformer(resource: Resource, options: InformerStart): ManagedInformer {
  const { watchIdleMinutes = WATCH_IDLE_MINUTES, historyEvents = HISTORY_EVENTS, clock, signal } = options;
  const discoverFirst = resource.cache.watched === 'on-demand';
  const informer = new Informer(resource, { ...options, historyEvents }, () => lazy?.markUsed());
  const { store, report, wakeSignal } = informer;
  const run = (until: AbortSignal) => reflect({ ...options, store, report, wakeSignal, discoverFirst, signal: until });
  const lazy = discoverFirst
    ? new LazyInformer(informer, { clock, idleMs: watchIdleMinutes * 60_000, reflect: run })
    : undefined;
  if (lazy) return { informer, lazy, stop: () => lazy.stop() };
  informer.start(signal);
  const running = run(signal);
  return { informer, lazy, stop: () => running };
}
