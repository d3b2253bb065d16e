import type { Logger } from 'pino';
import type { Client } from '../kubernetes/client.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { isKindUnavailable } from '../kubernetes/status-error.ts';
import { systemClock, type Clock } from './clock.ts';
import type { Recovery } from './recovery.ts';
import { reflect, type ReflectorReport } from './reflector.ts';
import { Store, type ReadonlyStore } from './store.ts';

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
}

export interface ClusterCache extends AsyncDisposable {
  /** @throws {TypeError} for a resource that is not kept */
  store<T extends KubernetesObject>(resource: Resource<T>): ReadonlyStore<T>;
  /** Takes the API server's answer to a write into the store at once. */
  accept<T extends KubernetesObject>(resource: Resource<T>, object: T): void;
  statuses(): readonly ResourceStatus[];
  /** Resolves when each resource has been read once, or is known not to be served. */
  readonly settled: Promise<unknown>;
}

export interface ClusterCacheOptions {
  readonly client: Client;
  readonly resources: readonly Resource[];
  readonly log: Logger;
  readonly watchIdleTimeoutMs: number;
  readonly discoveryIntervalMs: number;
  readonly clock?: Clock;
}

/** Starts one reflector per resource. Disposing stops them all and waits until nothing of them runs. */
export function startClusterCache({ resources, clock = systemClock, ...options }: ClusterCacheOptions): ClusterCache {
  const stopping = new AbortController();
  const kept = new Map(resources.map((resource) => [resource, new KeptResource(resource, options.log, clock)]));
  const running = [...kept.values()].map(({ store, report }) =>
    reflect({ ...options, store, report, clock, signal: stopping.signal }),
  );
  function keptOf(resource: Resource): KeptResource {
    const found = kept.get(resource);
    if (!found)
      throw new TypeError(
        `${resource.plural} are not kept; expected one of ${resources.map(({ plural }) => plural).join(', ')}.`,
      );
    return found;
  }
  return {
    store: <T extends KubernetesObject>(resource: Resource<T>) =>
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a store is made from its resource, so it holds what that says
      keptOf(resource).store as ReadonlyStore<KubernetesObject> as ReadonlyStore<T>,
    accept: (resource, object) => keptOf(resource).store.accept(object),
    statuses: () => [...kept.values()].map((resource) => resource.status()),
    settled: Promise.all([...kept.values()].map((resource) => resource.settled)),
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

const MALFORMED_LOG_INTERVAL_MS = 60_000;

/** One resource's store, and what is known of its reflector's work. */
class KeptResource {
  readonly store: Store<KubernetesObject>;
  readonly report: ReflectorReport;
  readonly settled: Promise<void>;
  #lastEventAt: number | undefined;

  constructor(resource: Resource, log: Logger, clock: Clock) {
    this.store = new Store(resource);
    const { promise, resolve: settle } = Promise.withResolvers<void>();
    this.settled = promise;
    const about = { resource: resource.plural, group: resource.group };
    let malformedSince: number | undefined;
    let malformed = 0;
    this.report = {
      received: () => void (this.#lastEventAt = clock.now()),
      listed: (cause) => {
        this.#lastEventAt = clock.now();
        settle();
        log.info({ ...about, cause, objects: this.store.size }, 'listed');
      },
      failed: (error: unknown, recovery: Recovery, waitMs: number) => {
        const { cause, next } = recovery;
        if (cause === 'kind-unavailable') settle();
        const level = cause === 'bug' ? 'error' : cause === 'expired' || cause === 'kind-unavailable' ? 'info' : 'warn';
        log[level](
          {
            ...about,
            cause,
            next,
            waitMs: Math.round(waitMs),
            err: cause === 'bug' ? error : undefined,
            message: String(error),
          },
          'watch interrupted',
        );
      },
      malformed: (error) => {
        malformed += 1;
        if (malformedSince !== undefined && clock.now() - malformedSince < MALFORMED_LOG_INTERVAL_MS) return;
        malformedSince = clock.now();
        log.error({ ...about, malformed, message: error.message }, 'passed over what the API server sent');
      },
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
    };
  }
}
