import type { Logger } from 'pino';
import type { Client } from '../kubernetes/client.ts';
import { Discovery } from '../kubernetes/discovery.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { systemClock, type Clock } from './clock.ts';
import { Informer, statusWithoutCache, type ResourceStatus } from './informer.ts';
import type { ChangesReader } from './historical-snapshots.ts';
import type { ReadonlyStore } from './readonly-store.ts';
import { reflect } from './reflector.ts';
import { waitForDeletion } from './wait-for-deletion.ts';
import { LazyInformer } from './lazy-informer.ts';

export interface ClusterCache extends AsyncDisposable {
  /**
   * The copy. Of a resource that is kept on demand it is empty, and not synced, until somebody {@link ensureSynced}s it, and again
   * when nobody has for a while: ask for its use before each reading. Who listens holds it open.
   * @throws {TypeError} for a resource that is not kept
   */
  store<T extends KubernetesObject>(resource: Resource<T>): ReadonlyStore<T>;
  /**
   * To be awaited before a copy is read. Where it is kept on demand, this starts its watch, or makes it last. Resolves at
   * once where there is a copy; else when there is one, or it is known that the kind is not served or may not be read, or
   * after 5 s, or when the signal aborts: what is the matter can then be read from the store. Never rejects but:
   * @throws {TypeError} for a resource that is not kept
   */
  ensureSynced(resource: Resource, signal?: AbortSignal): Promise<void>;
  /**
   * What has changed since a version that the store does not remember, but the API server does. Undefined where neither
   * does.
   */
  changesSince<T extends KubernetesObject>(
    resource: Resource<T>,
    version: string,
  ): Promise<ChangesReader<T> | undefined>;
  /** Takes the API server's answer to a write into the store at once. Where nothing is kept, nothing happens. */
  applyWriteResult<T extends KubernetesObject>(resource: Resource<T>, object: T): void;
  /**
   * To be awaited after a deletion that the API server calls complete, so that its author reads it: resolves when the copy
   * no longer holds the object, at the latest after 2 s. Only the watch knows which version a deletion made, so it cannot
   * be put into the copy ahead of that.
   * @param uid from `metadata.uid` of the object, or `details.uid` of the Status that answered
   */
  waitForDeletion(resource: Resource, uid: string): Promise<void>;
  /** Of every resource, those without a copy included. */
  statuses(): readonly ResourceStatus[];
  /**
   * Finds out which of the resources that nobody reads now the cluster serves, for {@link statuses}. Each group version is
   * asked for once per discovery interval, at most; takes 2 s, at most.
   */
  discover(): Promise<void>;
  /** Resolves when each resource that is always watched has been read once, or is known not to be served. */
  readonly hasSynced: Promise<unknown>;
}

export interface ClusterCacheOptions {
  readonly client: Client;
  readonly resources: readonly Resource[];
  readonly log: Logger;
  readonly watchIdleTimeoutMs: number;
  readonly discoveryIntervalMs: number;
  /** How long the copies that are kept on demand outlive their last reader. */
  readonly watchIdleMinutes?: number;
  /** How many changes of each resource can be looked back over. */
  readonly historyEvents?: number;
  readonly clock?: Clock;
}

const HISTORY_EVENTS = 10_000;
const WATCH_IDLE_MINUTES = 10;
const DISCOVERY_PATIENCE_MS = 2_000;

/** Starts the reflectors of what is always watched; others when they are asked for. Disposing stops them all and waits until nothing of them runs. */
export function startClusterCache(options: ClusterCacheOptions): ClusterCache {
  return new RunningCache(options);
}

class RunningCache implements ClusterCache {
  readonly hasSynced: Promise<unknown>;
  readonly #resources: readonly Resource[];
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  readonly #discovery: Discovery;
  readonly #informers: ReadonlyMap<Resource, ManagedInformer>;

  constructor(options: ClusterCacheOptions) {
    const { client, resources, clock = systemClock, discoveryIntervalMs: intervalMs } = options;
    const { signal } = this.#stopping;
    this.#resources = resources;
    this.#clock = clock;
    this.#discovery = new Discovery(client, { intervalMs, now: () => clock.now(), signal });
    const started = { ...options, clock, discovery: this.#discovery, signal };
    const kept = resources.filter(({ cache }) => cache.watched !== 'never');
    this.#informers = new Map(kept.map((resource) => [resource, startInformer(resource, started)]));
    const always = [...this.#informers.values()].filter(({ lazy }) => !lazy);
    this.hasSynced = Promise.all(always.map(({ informer: { hasSynced } }) => hasSynced));
  }

  store<T extends KubernetesObject>(resource: Resource<T>): ReadonlyStore<T> {
    const { store } = this.#informerFor(resource).informer;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a store is made from its resource, so it holds what that says
    return store as ReadonlyStore<KubernetesObject> as ReadonlyStore<T>;
  }

  async ensureSynced(resource: Resource, signal?: AbortSignal): Promise<void> {
    await this.#informerFor(resource).lazy?.ensureSynced(signal);
  }

  async changesSince<T extends KubernetesObject>(
    resource: Resource<T>,
    version: string,
  ): Promise<ChangesReader<T> | undefined> {
    const past = await this.#informerFor(resource).informer.snapshots?.changesSince(version);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
    return past as ChangesReader<T> | undefined;
  }

  applyWriteResult<T extends KubernetesObject>(resource: Resource<T>, object: T): void {
    if (!this.#isUncached(resource)) this.#informerFor(resource).informer.applyWriteResult(object);
  }

  async waitForDeletion(resource: Resource, uid: string): Promise<void> {
    if (this.#isUncached(resource)) return;
    const { store, wakeSignal } = this.#informerFor(resource).informer;
    wakeSignal.wake();
    await waitForDeletion(store, uid, this.#clock);
  }

  statuses(): readonly ResourceStatus[] {
    return this.#resources.map(
      (resource) => this.#informers.get(resource)?.informer.status() ?? statusWithoutCache(resource, this.#discovery),
    );
  }

  async discover(): Promise<void> {
    const unread = this.#resources.filter((resource) => !this.#informers.get(resource)?.informer.isRunning);
    await withTimeout(Promise.all(unread.map((resource) => this.#discovery.ask(resource))), this.#clock);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#informers.values()].map((informer) => informer.stopped()));
  }

  #informerFor(resource: Resource): ManagedInformer {
    const found = this.#informers.get(resource);
    if (found) return found;
    const kept = [...this.#informers.keys()].map(({ plural }) => plural);
    throw new TypeError(`${resource.plural} are not kept; expected one of ${kept.join(', ') || 'none'}.`);
  }

  #isUncached(resource: Resource): boolean {
    return resource.cache.watched === 'never' && this.#resources.includes(resource);
  }
}

interface ManagedInformer {
  readonly informer: Informer;
  /** Undefined where it is always watched. */
  readonly lazy: LazyInformer | undefined;
  /** Resolves when nothing of it runs any more, after it was told to stop. */
  readonly stopped: () => Promise<unknown>;
}

interface StartOptions extends ClusterCacheOptions {
  readonly clock: Clock;
  readonly discovery: Discovery;
  readonly signal: AbortSignal;
}

function startInformer(resource: Resource, options: StartOptions): ManagedInformer {
  const { watchIdleMinutes = WATCH_IDLE_MINUTES, historyEvents = HISTORY_EVENTS, clock, signal } = options;
  const discoverFirst = resource.cache.watched === 'on-demand';
  const informer = new Informer(resource, { ...options, historyEvents }, () => lazy?.markUsed());
  const { store, report, wakeSignal } = informer;
  const run = (until: AbortSignal) => reflect({ ...options, store, report, wakeSignal, discoverFirst, signal: until });
  const lazy = discoverFirst
    ? new LazyInformer(informer, { clock, idleMs: watchIdleMinutes * 60_000, reflect: run })
    : undefined;
  if (lazy) return { informer, lazy, stopped: () => lazy.stop() };
  informer.start(signal);
  const running = run(signal);
  return { informer, lazy, stopped: () => running };
}

/** Waits for something to be done, but not for long. */
async function withTimeout(task: Promise<unknown>, clock: Clock): Promise<void> {
  const done = new AbortController();
  const end = () => done.abort();
  void task.then(end, end);
  await clock.sleep(DISCOVERY_PATIENCE_MS, done.signal);
}
