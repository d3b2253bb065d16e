import type { Logger } from 'pino';
import type { Client } from '../kubernetes/client.ts';
import type { Discovery } from '../kubernetes/discovery.ts';
import { parseLabelSelector, type LabelSelector } from '../kubernetes/label-selector.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { atMostEvery } from '../kubernetes/log-limit.ts';
import { redactedError, redactedReason } from '../kubernetes/redacted.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { isKindUnavailable } from '../kubernetes/status-error.ts';
import type { Clock } from './clock.ts';
import { HistoricalSnapshots } from './historical-snapshots.ts';
import type { ReflectorReport } from './reflector-report.ts';
import type { RetryPolicy } from './retry-policy.ts';
import { Store } from './store.ts';
import { WakeSignal } from './wake-signal.ts';
import type { StoreObserver } from './store-events.ts';
import { WatchCounters, type WatchStatistics } from './watch-statistics.ts';

/** Freshness of one resource. */
export interface ResourceStatus {
  readonly resource: Resource;
  /**
   * Way in which changes arrive now. `on-demand`: not at all, until a reader starts the watch. `live-reads`: the resource is never
   * cached.
   */
  readonly updates: 'watched' | 'polled' | 'on-demand' | 'live-reads';
  /** Whether the cluster serves the resource, as far as known. */
  readonly available: boolean;
  /** Whether the store is complete. It may be stale while the API server cannot be reached. */
  readonly synced: boolean;
  /** Number of objects in the store. */
  readonly objects: number;
  /** When the API server last sent a list, an event or a bookmark, in milliseconds since the epoch. */
  readonly lastEventAt: number | undefined;
  /** Time since which the watch is interrupted, in milliseconds since the epoch. Undefined while it runs. */
  readonly staleSince: number | undefined;
  readonly watch: WatchStatistics;
}

/** Returns the status of a resource that is never cached. */
export function statusWithoutCache(resource: Resource, discovery: Discovery): ResourceStatus {
  const available = isServed(resource, discovery);
  const none = {
    synced: false,
    objects: 0,
    lastEventAt: undefined,
    staleSince: undefined,
    watch: new WatchCounters().read(),
  };
  return { resource, updates: 'live-reads', available, ...none };
}

const MALFORMED_LOG_INTERVAL_MS = 60_000;
const FAILURE_LOG_INTERVAL_MS = 30_000;
/** Interruption whose end is logged. */
const LONG_INTERRUPTION_MS = 5_000;
const DELETION_TIMEOUT_MS = 2_000;
/** Failures that happen in a healthy cluster, too. */
const routine: ReadonlySet<RetryPolicy['cause']> = new Set([
  'credentials-changed',
  'expired',
  'kind-unavailable',
  'server-changed',
  'unwatchable',
]);

/** Time without a running watch. */
export interface WatchInterruption {
  /** Time of the first failure, of the cache's clock. */
  readonly since: number;
  /** Whether the API server refuses the list or the watch, so that it will not continue by itself. */
  readonly isForbidden: boolean;
}

/** State from one start of the reflector to its end. */
interface Run {
  readonly snapshots: HistoricalSnapshots<KubernetesObject>;
  readonly attempted: AbortController;
}

interface InformerOptions {
  readonly client: Client;
  readonly discovery: Discovery;
  readonly log: Logger;
  readonly clock: Clock;
  readonly historyEvents: number;
  /** Namespace to read. Default: all. */
  readonly namespace?: string | undefined;
  readonly observer?: StoreObserver | undefined;
  /** Counters of all informers of the resource. */
  readonly counters?: WatchCounters;
  /** Called when the resource has been listed, and when its watch has failed or runs again. */
  readonly onStatusChange?: (() => void) | undefined;
}

/**
 * The store of one resource, with the status, metrics and log of its reflector, over all runs of the reflector. Does not
 * run the reflector itself: its owner calls {@link start}, lets the reflector write {@link store} and {@link report}, and
 * calls {@link stop}.
 */
export class Informer {
  readonly store: Store<KubernetesObject>;
  /** Resolves when the resource has been read once, or is known not to be served. */
  readonly hasSynced: Promise<void>;
  /** To be given to the reflector. */
  readonly report: ReflectorReport;
  /** To be given to the reflector. */
  readonly wakeSignal = new WakeSignal();
  readonly #options: InformerOptions;
  readonly #selector: LabelSelector;
  readonly #markSynced: () => void;
  readonly #counters: WatchCounters;
  readonly #log: Logger;
  readonly #clock: Clock;
  /** Logs at most once in 30 s for each cause: while the API server is down, each watch fails every two seconds. */
  readonly #logFailure: (failure: Failure) => void;
  #run: Run | undefined;
  #isPolled = false;
  /** Monotonic: the wall clock may be set meanwhile. */
  #lastEventAt: number | undefined;
  #interruption: WatchInterruption | undefined;
  #malformedLoggedAt = Number.NEGATIVE_INFINITY;

  /** @param onLastHandlerRemoved called when the last event handler of the store has been removed */
  constructor(resource: Resource, options: InformerOptions, onLastHandlerRemoved?: () => void) {
    const { namespace, historyEvents, observer, counters = new WatchCounters() } = options;
    this.store = new Store(resource, { namespace, historyEvents, onLastHandlerRemoved, observer });
    this.#counters = counters;
    this.#options = options;
    this.#selector = parseLabelSelector(resource.cache.labelSelector);
    this.#log = options.log.child({ resource: resource.plural, group: resource.group, namespace });
    this.#clock = options.clock;
    this.#logFailure = atMostEvery(
      { intervalMs: FAILURE_LOG_INTERVAL_MS, kindOf: ({ cause }) => cause, now: () => options.clock.now() },
      (failure, suppressed) => logFailure(this.#log, failure, suppressed),
    );
    const { promise, resolve } = Promise.withResolvers<void>();
    this.hasSynced = promise;
    this.#markSynced = resolve;
    this.report = {
      received: (type, writtenAt) => this.#received(type, writtenAt),
      listed: (cause) => this.#listed(cause),
      polling: (isPolling) => void (this.#isPolled = isPolling),
      failed: (error, policy, waitMs) => this.#failed(error, policy, waitMs),
      opened: () => this.#opened(),
      renewed: () => this.#log.debug('renewed a silent watch that carried no bookmarks'),
      malformed: (error) => this.#malformed(error),
    };
  }

  /**
   * Prepares a run of the reflector. To be called before it.
   * @param signal aborts when the run is to end
   */
  start(signal: AbortSignal): void {
    const snapshots = new HistoricalSnapshots(this.#options.client, this.store, signal);
    this.#run = { snapshots, attempted: new AbortController() };
    this.#isPolled = false;
    this.#interruption = undefined;
  }

  /** Ends the run: empties the store and releases those who wait for {@link attempted}. */
  stop(): void {
    this.#run?.attempted.abort();
    this.#run = undefined;
    this.store.discard();
  }

  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  /** States from before the change log. Undefined while no reflector runs. */
  get snapshots(): HistoricalSnapshots<KubernetesObject> | undefined {
    return this.#run?.snapshots;
  }

  /** Failure since which the resource is not watched. Undefined while it is. */
  get interruption(): WatchInterruption | undefined {
    return this.#interruption;
  }

  /** Aborts when this run has read the resource once, knows why it cannot, or ends. Undefined while no reflector runs. */
  get attempted(): AbortSignal | undefined {
    return this.#run?.attempted.signal;
  }

  /** Applies the API server's response to a write, see {@link Store.applyWriteResult}. Ignores objects that are not selected. */
  applyWriteResult(object: KubernetesObject): void {
    const { namespace, resource } = this.store;
    if (namespace !== undefined && object.metadata.namespace !== namespace) return;
    // The watch sends the deletion of an object that left the selection.
    if (!this.#selector(object.metadata.labels) || !resource.cache.accepts(object)) return;
    try {
      this.store.applyWriteResult(object);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      this.#malformed(error);
    }
  }

  /** Resolves when the store does not have the object any more, or after 2 s. Makes a polled resource be listed at once. */
  async waitForDeletion(uid: string): Promise<void> {
    this.wakeSignal.wake();
    const isDeleted = () => this.store.withUid(uid) === undefined;
    if (isDeleted()) return;
    const deleted = new AbortController();
    const check = () => void (isDeleted() && deleted.abort());
    const removeHandler = this.store.addEventHandler({ changed: check, reset: check, failed: check });
    await this.#clock.sleep(DELETION_TIMEOUT_MS, deleted.signal);
    removeHandler();
  }

  status(): ResourceStatus {
    const { resource, version, size, failure } = this.store;
    const { isRunning } = this;
    return {
      resource,
      updates: isRunning ? (this.#isPolled ? 'polled' : 'watched') : 'on-demand',
      available: !isKindUnavailable(failure) && (isRunning || isServed(resource, this.#options.discovery)),
      synced: version !== '',
      objects: size,
      lastEventAt: this.#wallTimeOf(this.#lastEventAt),
      staleSince: isRunning && !this.#isPolled ? this.#wallTimeOf(this.#interruption?.since) : undefined,
      watch: this.#counters.read(),
    };
  }

  /** Returns a monotonic time in milliseconds since the epoch, by the wall clock as it is now. */
  #wallTimeOf(time: number | undefined): number | undefined {
    return time === undefined ? undefined : Math.round(this.#clock.wallTime() - (this.#clock.now() - time));
  }

  #opened(): void {
    if (this.#interruption === undefined) return;
    const interruptedMs = Math.round(this.#clock.now() - this.#interruption.since);
    if (interruptedMs >= LONG_INTERRUPTION_MS) this.#log.info({ interruptedMs }, 'watch runs again');
    this.#interruption = undefined;
    this.#options.onStatusChange?.();
  }

  #received(type: string, writtenAt: number | undefined): void {
    this.#lastEventAt = this.#clock.now();
    if (type === 'BOOKMARK') this.#counters.bookmark();
    else this.#counters.event(writtenAt === undefined ? undefined : Math.max(0, this.#clock.wallTime() - writtenAt));
  }

  #listed(cause: string): void {
    this.#lastEventAt = this.#clock.now();
    this.#counters.list(cause);
    this.#markSynced();
    this.#run?.attempted.abort();
    this.#log[cause === 'poll' ? 'debug' : 'info']({ cause, objects: this.store.size }, 'listed');
    this.#options.onStatusChange?.();
  }

  #failed(error: unknown, { cause, next }: RetryPolicy, waitMs: number): void {
    this.#counters.failure(cause);
    const isForbidden = cause === 'forbidden' || cause === 'kind-unavailable';
    this.#interruption = { since: this.#interruption?.since ?? this.#clock.now(), isForbidden };
    if (cause === 'kind-unavailable') this.#markSynced();
    if (isForbidden) this.#run?.attempted.abort();
    this.#logFailure({ error, cause, next, waitMs: Math.round(waitMs) });
    this.#options.onStatusChange?.();
  }

  /** Logs at most once a minute, with the total. */
  #malformed(error: Error): void {
    const malformed = this.#counters.malformed();
    const now = this.#clock.now();
    if (now - this.#malformedLoggedAt < MALFORMED_LOG_INTERVAL_MS) return;
    this.#malformedLoggedAt = now;
    this.#log.error({ malformed, message: redactedReason(error) }, 'skipped a malformed object from the API server');
  }
}

interface Failure extends Pick<RetryPolicy, 'cause' | 'next'> {
  readonly error: unknown;
  readonly waitMs: number;
}

function logFailure(log: Logger, { error, cause, ...retry }: Failure, suppressed: number): void {
  const level = cause === 'bug' ? 'error' : routine.has(cause) ? 'info' : 'warn';
  const about = cause === 'bug' ? { error: redactedError(error) } : { message: redactedReason(error) };
  log[level]({ cause, ...retry, ...about, ...(suppressed > 0 && { suppressed }) }, 'watch interrupted');
}

function isServed(resource: Resource, discovery: Discovery): boolean {
  return discovery.lastKnown(resource) !== 'absent';
}
