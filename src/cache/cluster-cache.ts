import type { Logger } from 'pino';
import type { Client } from '../kubernetes/client.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { systemClock, type Clock } from './clock.ts';
import { KeptResource, type ResourceStatus } from './kept-resource.ts';
import { PastStates, type Past } from './past-states.ts';
import { reflect } from './reflector.ts';
import type { ReadonlyStore, Store } from './store.ts';

export interface ClusterCache extends AsyncDisposable {
  /** @throws {TypeError} for a resource that is not kept */
  store<T extends KubernetesObject>(resource: Resource<T>): ReadonlyStore<T>;
  /**
   * What has changed since a version that the store does not remember, but the API server does. Undefined where neither
   * does.
   */
  past<T extends KubernetesObject>(resource: Resource<T>, version: string): Promise<Past<T> | undefined>;
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
  /** How many changes of each resource can be looked back over. */
  readonly historyEvents?: number;
  readonly clock?: Clock;
}

const HISTORY_EVENTS = 10_000;

/** Starts one reflector per resource. Disposing stops them all and waits until nothing of them runs. */
export function startClusterCache(options: ClusterCacheOptions): ClusterCache {
  const { client, resources, log, clock = systemClock, historyEvents = HISTORY_EVENTS } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const kept = new Map(
    resources.map((resource) => [resource, new KeptResource(resource, { log, clock, historyEvents })]),
  );
  const pasts = new Map([...kept].map(([resource, { store }]) => [resource, new PastStates(client, store, signal)]));
  const running = [...kept.values()].map(({ store, report }) => reflect({ ...options, store, report, clock, signal }));
  function storeOf(resource: Resource): Store<KubernetesObject> {
    const found = kept.get(resource);
    if (found) return found.store;
    throw new TypeError(
      `${resource.plural} are not kept; expected one of ${resources.map(({ plural }) => plural).join(', ')}.`,
    );
  }
  return {
    store: <T extends KubernetesObject>(resource: Resource<T>) =>
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a store is made from its resource, so it holds what that says
      storeOf(resource) as ReadonlyStore<KubernetesObject> as ReadonlyStore<T>,
    past: async <T extends KubernetesObject>(resource: Resource<T>, version: string) =>
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
      (await pasts.get(resource)?.since(version)) as Past<T> | undefined,
    accept: (resource, object) => storeOf(resource).accept(object),
    statuses: () => [...kept.values()].map((resource) => resource.status()),
    settled: Promise.all([...kept.values()].map(({ settled }) => settled)),
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}
