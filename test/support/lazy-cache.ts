import { pino } from 'pino';
import { ClusterCache } from '../../src/cache/cluster-cache.ts';
import type { ResourceStatus } from '../../src/cache/informer.ts';
import type { ReadonlyStore } from '../../src/cache/readonly-store.ts';
import type { SimulatedRequest } from '../../dev/simulator/request.ts';
import type { Simulator, SimulatorOptions } from '../../dev/simulator/simulator.ts';
import type { Resource } from '../../src/kubernetes/resource.ts';
import { waitFor } from './wait-for.ts';
import { startWidgetCluster, Widget, type WidgetCluster, type WidgetObject } from './widget.ts';
import { VirtualClock } from './virtual-clock.ts';

export const IDLE_MS = 600_000;
export const DISCOVERY_INTERVAL_MS = 5_000;

/** Widgets with an on-demand watch. */
export const OnDemand: Resource<WidgetObject> = { ...Widget, cache: { ...Widget.cache, watched: 'on-demand' } };

/** A cache of one resource with its own clock, and its requests. */
export interface LazyCache extends AsyncDisposable, Pick<WidgetCluster, 'client' | 'simulator' | 'hasOpenWatches'> {
  readonly resource: Resource<WidgetObject>;
  readonly cache: ClusterCache;
  readonly store: ReadonlyStore<WidgetObject>;
  readonly clock: VirtualClock;
  readonly signal: AbortSignal;
  ensureSynced(): Promise<void>;
  status(): ResourceStatus;
  names(): readonly string[];
  /** Returns its requests, as `verb resource`, or the path if it is not that of a resource. */
  asked(): readonly string[];
  /** Resolves when its watch is open and the cache has received the head of it. */
  watching(): Promise<void>;
  /** Resolves when its watch and timers have ended. */
  stopped(): Promise<void>;
}

export async function startLazyCache(
  options: SimulatorOptions & {
    readonly resource?: Resource<WidgetObject>;
    readonly watchIdleMinutes?: number;
    readonly before?: (simulator: Simulator) => void;
  } = {},
): Promise<LazyCache> {
  const { resource = OnDemand, watchIdleMinutes = 10, before, ...simulated } = options;
  const cluster = await startWidgetCluster({ bookmarkIntervalMs: 60_000, ...simulated });
  const { simulator, client, hasOpenWatches } = cluster;
  before?.(simulator);
  const clock = new VirtualClock();
  const log = pino({ level: 'silent' });
  const intervals = { watchIdleTimeoutMs: 60_000, discoveryIntervalMs: DISCOVERY_INTERVAL_MS, watchIdleMinutes };
  const cache = new ClusterCache({ client, resources: [resource], log, clock, ...intervals });
  const store = cache.store(resource);
  return {
    client,
    simulator,
    hasOpenWatches,
    resource,
    cache,
    store,
    clock,
    signal: new AbortController().signal,
    ensureSynced: async () => cache.ensureSynced(resource),
    status: () => only(cache.statuses()),
    names: () => [...store.list()].map(({ metadata }) => metadata.name).sort(),
    asked: () => simulator.requests.map(titleOf),
    watching: async () => waitFor(() => hasOpenWatches(1), 'the watch is open'),
    stopped: async () => waitFor(() => simulator.openWatches + clock.waiting === 0, 'no watch or timer is active'),
    async [Symbol.asyncDispose]() {
      await cache[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    },
  };
}

function titleOf({ verb, resource, url }: SimulatedRequest): string {
  return resource === '' ? url : `${verb} ${resource}`;
}

function only<V>([value]: readonly V[]): V {
  if (value === undefined) throw new Error('Expected a value, got undefined.');
  return value;
}
