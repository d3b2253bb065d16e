import type { Client } from '../kubernetes/client.ts';
import { listPodMetrics, type ContainerUsage } from '../kubernetes/pod-metrics.ts';
import { isUnreachable, StatusError } from '../kubernetes/status-error.ts';
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

/** Cache of pod metrics by namespace, shared by all viewers who may list them. Holds at most 1,000 namespaces, and about 32,000 pods. */
export class PodUsages {
  readonly #usages = new TtlCache<PodUsage>({
    maxEntries: MAX_NAMESPACES,
    maxBytes: MAX_BYTES,
    sizeOf: (usage) => (usage?.size ?? 0) * POD_BYTES,
  });

  /** Returns the usage in a namespace, at most 15 s old. Throws a `StatusError` if the API server is unreachable. */
  get(namespace: string, client: Client): Promise<PodUsage> {
    return this.#usages.get(namespace, async () => ({ value: await readUsage(namespace, client), ttlMs: TTL_MS }));
  }
}

/** Reads without the caller's signal: all callers share the result. */
async function readUsage(namespace: string, client: Client): Promise<PodUsage> {
  try {
    return await listPodMetrics(client, namespace, AbortSignal.timeout(READ_TIMEOUT_MS));
  } catch (error) {
    const isResponse = error instanceof StatusError && !isUnreachable(error);
    if (isResponse && NO_METRICS_SERVER.has(error.code)) return undefined;
    throw error;
  }
}
