import { setTimeout as delay } from 'node:timers/promises';

/** Sample of a time series that is labelled with `namespace` and `pod`. */
interface PodSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface GpuLoadsOptions {
  /** Returns the load of the GPUs of each pod, from 0 to 100. */
  readonly readLoads: (signal: AbortSignal) => Promise<readonly PodSample[]>;
  /** Returns the last time at which the GPUs of a pod had a load, in seconds since 1970, as far as it is known. */
  readonly readActivity: (signal: AbortSignal) => Promise<readonly PodSample[]>;
  /** Time between two reads. */
  readonly intervalMs: number;
  /** Called for each failed read. */
  readonly onFailure: (error: unknown) => void;
}

/** Load of the GPUs of one pod. */
export interface GpuLoad {
  /** Average load of the GPUs, from 0 to 100. Undefined if there is no valid sample. */
  readonly percent: number | undefined;
  /** Last time with a load, in milliseconds since 1970. Undefined if none is known. */
  readonly activeAt: number | undefined;
}

type ByNamespace<V> = ReadonlyMap<string, ReadonlyMap<string, V>>;

/** Intervals without a successful read after which the loads are not current any more. */
const MAX_MISSED = 3;

/**
 * Loads of the GPUs of all pods, from a source of metrics that is read at an interval for all viewers together. A failed read leaves
 * the last loads in place; after three intervals without a successful one there are none, and only the times of activity remain.
 *
 * Holds two numbers for each pod in the last answers of the source. Callers check the permission of the viewer.
 */
export class GpuLoads implements Disposable {
  readonly #options: GpuLoadsOptions;
  readonly #stopping = new AbortController();
  #loads: ByNamespace<GpuLoad> = new Map();
  #readAt = Number.NEGATIVE_INFINITY;
  #updatedAt: Date | undefined;

  /** Starts to read. */
  constructor(options: GpuLoadsOptions) {
    this.#options = options;
    void this.#run(this.#stopping.signal);
  }

  /** Whether the source has been read lately. */
  get isCurrent(): boolean {
    return performance.now() - this.#readAt < MAX_MISSED * this.#options.intervalMs;
  }

  /** Time of the last successful read. Undefined if there was none. */
  get updatedAt(): Date | undefined {
    return this.#updatedAt;
  }

  /** Returns the load of a pod. Undefined if the source has none, or is not current. */
  get(namespace: string, pod: string): GpuLoad | undefined {
    return this.isCurrent ? this.#loads.get(namespace)?.get(pod) : undefined;
  }

  /** Returns whether the GPUs of a pod are known to have had a load after a time, in milliseconds since 1970. */
  isActiveSince(namespace: string, pod: string, time: number): boolean {
    const activeAt = this.#loads.get(namespace)?.get(pod)?.activeAt;
    return activeAt !== undefined && activeAt > time;
  }

  [Symbol.dispose](): void {
    this.#stopping.abort();
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#read(signal);
      } catch (error) {
        if (!signal.aborted) this.#options.onFailure(error);
      }
      await delay(this.#options.intervalMs, undefined, { signal, ref: false }).catch(() => undefined); // it is stopped
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { readLoads, readActivity } = this.#options;
    const [loads, activity] = await Promise.all([readLoads(signal), readActivity(signal)]);
    const now = Date.now();
    const next = new Map<string, Map<string, GpuLoad>>();
    for (const { labels, value } of loads)
      if (value >= 0 && value <= 100)
        this.#add(next, labels, { percent: value, activeAt: value > 0 ? now : undefined });
    for (const { labels, value } of activity)
      if (value > 0) this.#add(next, labels, { percent: undefined, activeAt: Math.min(value * 1_000, now) });
    this.#loads = next;
    this.#readAt = performance.now();
    this.#updatedAt = new Date(now);
  }

  /** Of several series of a pod the largest value counts. Times that earlier answers had are kept. */
  #add(loads: Map<string, Map<string, GpuLoad>>, { namespace, pod }: PodSample['labels'], load: GpuLoad): void {
    if (!namespace || !pod) return;
    const inNamespace = loads.get(namespace) ?? new Map<string, GpuLoad>();
    loads.set(namespace, inNamespace);
    const known = inNamespace.get(pod);
    const before = known ?? { activeAt: this.#loads.get(namespace)?.get(pod)?.activeAt, percent: undefined };
    inNamespace.set(pod, {
      percent: largest(before.percent, load.percent),
      activeAt: largest(before.activeAt, load.activeAt),
    });
  }
}

function largest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.max(a, b);
}
