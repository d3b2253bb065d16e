import { setTimeout as delay } from 'node:timers/promises';
import { WorkerProcess } from '../../../bench/worker-process.ts';
import { startGatewayProcess, type GatewayProcess } from '../gateway-process.ts';
import { waitFor } from '../wait-for.ts';
import type { AttackerRequest, Attempts } from './attacker-process.ts';
import type { AttackName } from './attacks.ts';
import { InnocentClient } from './innocent-client.ts';
import type { ClusterRequest } from './overload-cluster-process.ts';
import { cpuMsOf, residentMegabytesOf } from './process-usage.ts';

const CHANGE_INTERVAL_MS = 50;
const MEMORY_INTERVAL_MS = 100;
const LAST_CHANGES_TIMEOUT_MS = 60_000;
const IDLE_TIMEOUT_MS = 30_000;
/** Share of a CPU below which the gateway is idle but for the changes. */
const IDLE_SHARE = 0.3;
const IDLE_WINDOW_MS = 300;

/** Latencies of the innocent client, and the cost of what happens meanwhile. */
export interface Window {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Percentiles of the CPU time of the gateway's main thread during a query. Other processes of the machine do not count. */
  readonly p90GatewayMs: number;
  readonly p99GatewayMs: number;
  /** CPU time of the gateway as a share of one CPU. */
  readonly cpuShare: number;
  readonly attempts: Attempts;
}

/**
 * A gateway with an innocent client and abusive ones, each in a process of its own. The abusive clients and the cluster have
 * a lower priority, because they stand for other machines.
 */
export class OverloadRun implements AsyncDisposable {
  readonly gateway: GatewayProcess;
  readonly innocent: InnocentClient;
  readonly #cluster: WorkerProcess<ClusterRequest>;
  readonly #attackers: WorkerProcess<AttackerRequest>;
  readonly #resources: AsyncDisposableStack;
  readonly #stopping = new AbortController();
  #changes = 0;
  #maxResidentMegabytes = 0;
  #background: readonly Promise<void>[] = [];

  private constructor(parts: {
    readonly gateway: GatewayProcess;
    readonly innocent: InnocentClient;
    readonly cluster: WorkerProcess<ClusterRequest>;
    readonly attackers: WorkerProcess<AttackerRequest>;
    readonly resources: AsyncDisposableStack;
  }) {
    this.gateway = parts.gateway;
    this.innocent = parts.innocent;
    this.#cluster = parts.cluster;
    this.#attackers = parts.attackers;
    this.#resources = parts.resources;
  }

  static async start(): Promise<OverloadRun> {
    await using started = new AsyncDisposableStack();
    const cluster = started.use(new WorkerProcess<ClusterRequest>(programUrl('overload-cluster-process.ts')));
    const attackers = started.use(new WorkerProcess<AttackerRequest>(programUrl('attacker-process.ts')));
    const kubeconfig = await cluster.request<string>({ type: 'start' });
    const gateway = started.use(await startGatewayProcess(kubeconfig, { AUTH_MODE: 'token' }));
    const innocent = started.use(new InnocentClient(gateway));
    await innocent.subscribe();
    await innocent.measure(2_000); // the compiler optimizes what the innocent client uses
    const run = new OverloadRun({ gateway, innocent, cluster, attackers, resources: started.move() });
    run.#background = [run.#keepChanging(), run.#keepMeasuringMemory()];
    return run;
  }

  get maxResidentMegabytes(): number {
    return this.#maxResidentMegabytes;
  }

  /** Measures the innocent client while these attacks run, or without any. */
  async window(durationMs: number, attacks: readonly AttackName[] = []): Promise<Window> {
    const before = await cpuMsOf(this.gateway.pid);
    const startedAt = performance.now();
    if (attacks.length > 0) await this.#attackers.request({ type: 'start', port: this.gateway.port, attacks });
    const measured = await this.innocent.measure(durationMs);
    const attempts = attacks.length > 0 ? await this.#attackers.request<Attempts>({ type: 'stop' }) : {};
    const cpuShare = ((await cpuMsOf(this.gateway.pid)) - before) / (performance.now() - startedAt);
    if (attacks.length > 0) await this.#untilIdle();
    const [latencies, work] = [measured.map(({ latencyMs }) => latencyMs), measured.map(({ gatewayMs }) => gatewayMs)];
    return {
      p50Ms: percentile(latencies, 50),
      p99Ms: percentile(latencies, 99),
      p90GatewayMs: percentile(work, 90),
      p99GatewayMs: percentile(work, 99),
      cpuShare,
      attempts,
    };
  }

  /** Stops the changes and returns those that the innocent client's subscription has not received. */
  async missedChanges(): Promise<readonly string[]> {
    this.#stopping.abort();
    await Promise.all(this.#background);
    const missed = () =>
      Array.from({ length: this.#changes }, (_, index) => String(index + 1)).filter(
        (each) => !this.innocent.changes.has(each),
      );
    await waitFor(() => missed().length === 0, '', LAST_CHANGES_TIMEOUT_MS).catch(() => undefined);
    return missed();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#background);
    await this.#resources.disposeAsync();
  }

  async #keepChanging(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.#cluster.request({ type: 'change', number: this.#changes + 1 });
      this.#changes += 1;
      await delay(CHANGE_INTERVAL_MS);
    }
  }

  async #keepMeasuringMemory(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#maxResidentMegabytes = Math.max(this.#maxResidentMegabytes, await residentMegabytesOf(this.gateway.pid));
      await delay(MEMORY_INTERVAL_MS);
    }
  }

  /** Resolves when the gateway has finished what the abusive clients have left behind. */
  async #untilIdle(): Promise<void> {
    const isIdle = async () => {
      const [startedAt, before] = [performance.now(), await cpuMsOf(this.gateway.pid)];
      await delay(IDLE_WINDOW_MS); // at least: it takes longer on a busy machine
      return ((await cpuMsOf(this.gateway.pid)) - before) / (performance.now() - startedAt) < IDLE_SHARE;
    };
    await waitFor(isIdle, 'the gateway is idle after the attacks', IDLE_TIMEOUT_MS);
  }
}

function programUrl(file: string): string {
  return new URL(file, import.meta.url).href;
}

function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.floor((sorted.length * percent) / 100), sorted.length - 1)] ?? Number.NaN;
}
