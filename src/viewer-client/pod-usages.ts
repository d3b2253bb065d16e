import type { Client } from '../kubernetes/client.ts';
import { listPodMetrics, type ContainerUsage } from '../kubernetes/pod-metrics.ts';
import { isForbidden, isUnauthorized, isUnreachable, StatusError } from '../kubernetes/status-error.ts';
import { TtlCache } from '../kubernetes/ttl-cache.ts';

/** Usage of the pods of one namespace, by pod name. Undefined if the cluster has no metrics server. */
export type PodUsage = ReadonlyMap<string, readonly ContainerUsage[]> | undefined;

/** The metrics server samples every 15 s. */
const TTL_MS = 15_000;
const MAX_NAMESPACES = 1_000;
const MAX_BYTES = 32 * 2 ** 20;
/** Size of the usage of a pod with a few containers. */
const POD_BYTES = 1_000;
const READ_TIMEOUT_MS = 10_000;
const NO_METRICS_SERVER = new Set([404, 503]);

/** Usage of the pods of all namespaces that have pods with usage. `refused` if the identity that reads may not list all. */
type ClusterUsage = ReadonlyMap<string, PodUsage> | 'refused' | undefined;

/**
 * Cache of pod metrics, shared by all viewers who may list them: by namespace, for at most 1,000 namespaces and about 32,000 pods,
 * and of the whole cluster.
 */
export class PodUsages {
  readonly #usages = new TtlCache<PodUsage>({
    maxEntries: MAX_NAMESPACES,
    maxBytes: MAX_BYTES,
    sizeOf: (usage) => (usage?.size ?? 0) * POD_BYTES,
  });
  readonly #cluster = new TtlCache<ClusterUsage>({ maxEntries: 1 });

  /** Returns the usage in a namespace, at most 15 s old. Throws a `StatusError` if the API server is unreachable. */
  async get(namespace: string, client: Client): Promise<PodUsage> {
    const known = this.#cluster.getFresh(WHOLE_CLUSTER);
    if (known !== undefined && known !== 'refused') return known.get(namespace) ?? NO_PODS;
    return getShared(this.#usages, namespace, () => readUsage(client, namespace));
  }

  /** Returns the usage in all namespaces, like {@link get}. */
  getAll(client: Client): Promise<ClusterUsage> {
    return getShared(this.#cluster, WHOLE_CLUSTER, () => readClusterUsage(client));
  }
}

/** Returns the cached value, or that of one read for all callers. Reads again if the API server refuses the identity of another caller. */
async function getShared<V>(cache: TtlCache<V>, key: string, read: () => Promise<V>): Promise<V> {
  let isOwn = false;
  const load = async () => {
    isOwn = true;
    return { value: await read(), ttlMs: TTL_MS };
  };
  for (;;) {
    try {
      return await cache.get(key, load);
    } catch (error) {
      if (isOwn || !(isUnauthorized(error) || isForbidden(error))) throw error;
    }
  }
}

const WHOLE_CLUSTER = '';
const NO_PODS: PodUsage = new Map();

/** Number of namespaces that one request reads one by one. */
const MAX_SINGLE_READS = 3;

/** Reads of usage of one request, which reads the whole cluster at once instead of many namespaces, if that is permitted. */
export class PodUsageReads {
  readonly #usages: PodUsages;
  readonly #client: Client;
  readonly #mayReadAll: () => Promise<boolean>;
  readonly #namespaces = new Set<string>();
  #permitted: Promise<boolean> | undefined;

  /** @param mayReadAll returns whether the identity of the client may list the metrics of all namespaces */
  constructor(usages: PodUsages, client: Client, mayReadAll: () => Promise<boolean>) {
    this.#usages = usages;
    this.#client = client;
    this.#mayReadAll = mayReadAll;
  }

  /** Returns the usage in a namespace; see {@link PodUsages.get}. */
  async get(namespace: string): Promise<PodUsage> {
    this.#namespaces.add(namespace);
    if (this.#namespaces.size > MAX_SINGLE_READS && (await (this.#permitted ??= this.#mayReadAll()))) {
      const all = await this.#usages.getAll(this.#client);
      if (all !== 'refused') return all && (all.get(namespace) ?? NO_PODS);
    }
    return this.#usages.get(namespace, this.#client);
  }
}

/** Reads without the caller's signal: all callers share the result. */
async function readUsage(client: Client, namespace: string): Promise<PodUsage> {
  const all = await listUnlessMissing(client, namespace);
  return all && (all.get(namespace) ?? NO_PODS);
}

async function readClusterUsage(client: Client): Promise<ClusterUsage> {
  try {
    return await listUnlessMissing(client, undefined);
  } catch (error) {
    if (isForbidden(error)) return 'refused';
    throw error;
  }
}

async function listUnlessMissing(client: Client, namespace: string | undefined) {
  try {
    return await listPodMetrics(client, namespace, AbortSignal.timeout(READ_TIMEOUT_MS));
  } catch (error) {
    const isResponse = error instanceof StatusError && !isUnreachable(error);
    if (isResponse && NO_METRICS_SERVER.has(error.code)) return undefined;
    throw error;
  }
}
