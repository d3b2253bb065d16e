import type { Logger } from 'pino';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { isKindUnavailable } from '../kubernetes/status-error.ts';
import type { Clock } from './clock.ts';
import type { Recovery } from './recovery.ts';
import type { ReflectorReport } from './reflector.ts';
import { Store } from './store.ts';
import { WatchCounters, type WatchStatistics } from './watch-statistics.ts';

/** How fresh the copy of one resource is. */
export interface ResourceStatus {
  readonly resource: Resource;
  /** False while the cluster does not serve it. */
  readonly available: boolean;
  /** The copy is complete; it may be behind while the API server cannot be reached. */
  readonly synced: boolean;
  readonly objects: number;
  /** When the API server last sent an event or a bookmark, in milliseconds since the epoch. */
  readonly lastEventAt: number | undefined;
  readonly watch: WatchStatistics;
}

const MALFORMED_LOG_INTERVAL_MS = 60_000;

/** One resource’s store, and what is known of its reflector’s work. */
export class KeptResource {
  readonly store: Store<KubernetesObject>;
  /** Resolves when it has been read once, or is known not to be served. */
  readonly settled: Promise<void>;
  readonly report: ReflectorReport;
  readonly #settle: () => void;
  readonly #counters = new WatchCounters();
  readonly #log: Logger;
  readonly #clock: Clock;
  #lastEventAt: number | undefined;
  #malformedLoggedAt = Number.NEGATIVE_INFINITY;

  constructor(
    resource: Resource,
    options: { readonly log: Logger; readonly clock: Clock; readonly historyEvents: number },
  ) {
    this.store = new Store(resource, options.historyEvents);
    this.#log = options.log.child({ resource: resource.plural, group: resource.group });
    this.#clock = options.clock;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.settled = promise;
    this.#settle = resolve;
    this.report = {
      received: (type, writtenAt) => this.#received(type, writtenAt),
      listed: (cause) => this.#listed(cause),
      failed: (error, recovery, waitMs) => this.#failed(error, recovery, waitMs),
      malformed: (error) => this.#malformed(error),
    };
  }

  status(): ResourceStatus {
    const { resource, version, size, failure } = this.store;
    return {
      resource,
      available: !isKindUnavailable(failure),
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
    this.#settle();
    this.#log.info({ cause, objects: this.store.size }, 'listed');
  }

  #failed(error: unknown, { cause, next }: Recovery, waitMs: number): void {
    this.#counters.failure(cause);
    if (cause === 'kind-unavailable') this.#settle();
    const level = cause === 'bug' ? 'error' : cause === 'expired' || cause === 'kind-unavailable' ? 'info' : 'warn';
    const stack = cause === 'bug' ? { err: error } : { message: String(error) };
    this.#log[level]({ cause, next, waitMs: Math.round(waitMs), ...stack }, 'watch interrupted');
  }

  #malformed(error: Error): void {
    const malformed = this.#counters.malformed();
    const now = this.#clock.now();
    if (now - this.#malformedLoggedAt < MALFORMED_LOG_INTERVAL_MS) return;
    this.#malformedLoggedAt = now;
    this.#log.error({ malformed, message: error.message }, 'passed over what the API server sent');
  }
}
