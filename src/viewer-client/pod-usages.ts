import type { Client } from '../kubernetes/client.ts';
import { listPodMetrics, type ContainerUsage } from '../kubernetes/pod-metrics.ts';
import { isUnreachable, StatusError } from '../kubernetes/status-error.ts';

/** What the pods of one namespace use, by their names; undefined where nobody measures. */
export type PodUsage = ReadonlyMap<string, readonly ContainerUsage[]> | undefined;

/** A metrics server measures four times a minute. */
const KEPT_MS = 15_000;
const READ_TIMEOUT_MS = 10_000;
const NOBODY_MEASURES = new Set([404, 503]);

/** What pods use, read when somebody wants to know and remembered for 15 s, for all who may know it. */
export class PodUsages {
  readonly #readings = new Map<string, { readonly readAt: number; readonly usage: Promise<PodUsage> }>();

  async of(namespace: string, client: Client): Promise<PodUsage> {
    const now = Date.now();
    const known = this.#readings.get(namespace);
    if (known && now - known.readAt < KEPT_MS) return known.usage;
    for (const [key, { readAt }] of this.#readings) if (now - readAt >= KEPT_MS) this.#readings.delete(key);
    const usage = read(namespace, client);
    this.#readings.set(namespace, { readAt: now, usage });
    try {
      return await usage;
    } catch (error) {
      if (this.#readings.get(namespace)?.usage === usage) this.#readings.delete(namespace);
      throw error;
    }
  }
}

/** Nobody’s own signal: others may wait for the same. */
async function read(namespace: string, client: Client): Promise<PodUsage> {
  try {
    return await listPodMetrics(client, namespace, AbortSignal.timeout(READ_TIMEOUT_MS));
  } catch (error) {
    const isSaid = error instanceof StatusError && !isUnreachable(error);
    if (isSaid && NOBODY_MEASURES.has(error.code)) return undefined;
    throw error;
  }
}
