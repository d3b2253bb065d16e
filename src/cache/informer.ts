import type { Logger } from 'pino';
import type { Client } from '../kubernetes/client.ts';
import type { Discovery } from '../kubernetes/discovery.ts';
import { parseLabelSelector, type LabelSelector } from '../kubernetes/label-selector.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { redactedError, redactedReason } from '../kubernetes/redacted.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { isKindUnavailable } from '../kubernetes/status-error.ts';
import type { Clock } from './clock.ts';
import { WakeSignal } from './wake-signal.ts';
import { HistoricalSnapshots } from './historical-snapshots.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { ReflectorReport } from './reflector-report.ts';
import { Store } from './store.ts';
import { WatchCounters, type WatchStatistics } from './watch-statistics.ts';

/** How fresh the copy of one resource is. */
export interface ResourceStatus {
  readonly resource: Resource;
  /**
   * How changes come to us now. `on-demand`: nobody reads it, so they do not; whoever reads has it watched.
   * `live-reads`: there is no copy, ever.
   */
  readonly updates: 'watched' | 'polled' | 'on-demand' | 'live-reads';
  /** False while the cluster does not serve it. */
  readonly available: boolean;
  /** The copy is complete; it may be behind while the API server cannot be reached. */
  readonly synced: boolean;
  readonly objects: number;
  /** When the API server last sent an event or a bookmark, in milliseconds since the epoch. */
  readonly lastEventAt: number | undefined;
  readonly watch: WatchStatistics;
}

/** Of a resource of which there is no copy. */
export function statusWithoutCache(resource: Resource, discovery: Discovery): ResourceStatus {
  const available = isOffered(resource, discovery);
  const none = { synced: false, objects: 0, lastEventAt: undefined, watch: new WatchCounters().read() };
  return { resource, updates: 'live-reads', available, ...none };
}

const MALFORMED_LOG_INTERVAL_MS = 60_000;
/** What happens in a healthy cluster, too. */
const routine: ReadonlySet<RetryPolicy['cause']> = new Set(['expired', 'kind-unavailable', 'unwatchable']);

/** From the start of a reflector to its end. */
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
}

/** One resource’s store, and what is known of its reflector’s work, over all the times that it has run. */
export class Informer {
  readonly store: Store<KubernetesObject>;
  /** Resolves when it has been read once, or is known not to be served. */
  readonly hasSynced: Promise<void>;
  readonly report: ReflectorReport;
  readonly wakeSignal = new WakeSignal();
  readonly #options: InformerOptions;
  readonly #isOfInterest: LabelSelector;
  readonly #markSynced: () => void;
  readonly #counters = new WatchCounters();
  readonly #log: Logger;
  readonly #clock: Clock;
  #run: Run | undefined;
  #isPolled = false;
  #lastEventAt: number | undefined;
  #malformedLoggedAt = Number.NEGATIVE_INFINITY;

  /** @param onLastHandlerRemoved told when the last listener of the store has gone */
  constructor(resource: Resource, options: InformerOptions, onLastHandlerRemoved?: () => void) {
    this.store = new Store(resource, options.historyEvents, onLastHandlerRemoved);
    this.#options = options;
    this.#isOfInterest = parseLabelSelector(resource.cache.labelSelector);
    this.#log = options.log.child({ resource: resource.plural, group: resource.group });
    this.#clock = options.clock;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.hasSynced = promise;
    this.#markSynced = resolve;
    this.report = {
      received: (type, writtenAt) => this.#received(type, writtenAt),
      listed: (cause) => this.#listed(cause),
      polling: (isPolling) => void (this.#isPolled = isPolling),
      failed: (error, policy, waitMs) => this.#failed(error, policy, waitMs),
      renewed: () => this.#log.debug('renewed a silent watch that carried no bookmarks'),
      malformed: (error) => this.#malformed(error),
    };
  }

  /** A reflector is about to run. */
  start(signal: AbortSignal): void {
    const snapshots = new HistoricalSnapshots(this.#options.client, this.store, signal);
    this.#run = { snapshots, attempted: new AbortController() };
    this.#isPolled = false;
  }

  /** The reflector is not to run any more. Nothing is kept, and nobody waits for it any longer. */
  stop(): void {
    this.#run?.attempted.abort();
    this.#run = undefined;
    this.store.discard();
  }

  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  /** What the API server remembers, where we do not; undefined while no reflector runs. */
  get snapshots(): HistoricalSnapshots<KubernetesObject> | undefined {
    return this.#run?.snapshots;
  }

  /** Aborts when it has been read once since {@link start}, or why it cannot be is known, or it is not going to be. */
  get attempted(): AbortSignal | undefined {
    return this.#run?.attempted.signal;
  }

  /** Takes the API server’s answer to a write. */
  applyWriteResult(object: KubernetesObject): void {
    if (!this.#isOfInterest(object.metadata.labels)) return; // what was held is told to be gone by the watch
    try {
      this.store.applyWriteResult(object);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      this.#malformed(error);
    }
  }

  status(): ResourceStatus {
    const { resource, version, size, failure } = this.store;
    const { isRunning } = this;
    return {
      resource,
      updates: isRunning ? (this.#isPolled ? 'polled' : 'watched') : 'on-demand',
      available: !isKindUnavailable(failure) && (isRunning || isOffered(resource, this.#options.discovery)),
      synced: version !== '',
      objects: size,
      lastEventAt: this.#lastEventAt,
      watch: this.#counters.read(),
    };
  }

  #received(type: string, writtenAt: number | undefined): void {
    this.#lastEventAt = this.#clock.now();
    if (type === 'BOOKMARK') this.#counters.bookmark();
    else this.#counters.event(writtenAt === undefined ? undefined : Math.max(0, this.#lastEventAt - writtenAt));
  }

  #listed(cause: string): void {
    this.#lastEventAt = this.#clock.now();
    this.#counters.list(cause);
    this.#markSynced();
    this.#run?.attempted.abort();
    this.#log[cause === 'poll' ? 'debug' : 'info']({ cause, objects: this.store.size }, 'listed');
  }

  #failed(error: unknown, { cause, next }: RetryPolicy, waitMs: number): void {
    this.#counters.failure(cause);
    if (cause === 'kind-unavailable') this.#markSynced();
    if (cause === 'kind-unavailable' || cause === 'forbidden') this.#run?.attempted.abort();
    const level = cause === 'bug' ? 'error' : routine.has(cause) ? 'info' : 'warn';
    const about = cause === 'bug' ? { error: redactedError(error) } : { message: redactedReason(error) };
    this.#log[level]({ cause, next, waitMs: Math.round(waitMs), ...about }, 'watch interrupted');
  }

  #malformed(error: Error): void {
    const malformed = this.#counters.malformed();
    const now = this.#clock.now();
    if (now - this.#malformedLoggedAt < MALFORMED_LOG_INTERVAL_MS) return;
    this.#malformedLoggedAt = now;
    this.#log.error({ malformed, message: redactedReason(error) }, 'passed over what the API server sent');
  }
}

function isOffered(resource: Resource, discovery: Discovery): boolean {
  return discovery.known(resource) !== 'absent';
}
