import { setTimeout as delay } from 'node:timers/promises';
import { RandomWriter } from '../live/random-writer.ts';
import { selections } from '../live/selections.ts';
import { SubscriptionClient } from '../live/subscription-client.ts';
import { namespace, workspace } from '../manifests.ts';
import { seededRandom } from '../seeded-random.ts';
import { waitFor } from '../wait-for.ts';
import type { Balancer } from './balancers.ts';
import type { DrillCluster } from './drill-clusters.ts';
import { QueryLoad } from './query-load.ts';

/** Settings of replicas behind a balancer on loopback. */
export const replicaSettings = {
  AUTH_MODE: 'token',
  TRUSTED_PROXY_CIDRS: '127.0.0.0/8',
  SHUTDOWN_DELAY_SECONDS: '5',
  DRAIN_SECONDS: '5',
} as const;

/** Workspace that no change of the drill concerns. */
const MUTATED = { namespace: 'mutations', name: 'nb-1' } as const;

const CONVERGENCE_TIMEOUT_MS = 120_000;
const MAX_SHOWN = 3;
/** Clients that subscribe at the same time. */
const BATCH = 100;

function isDecided({ synced, violation }: SubscriptionClient): boolean {
  return synced || violation !== undefined;
}

/** Subscribers and queries through a balancer, while objects change. */
export class ReplicaDrill implements AsyncDisposable {
  readonly #cluster: DrillCluster;
  readonly #writer: RandomWriter;
  readonly #clients: SubscriptionClient[] = [];
  readonly #parts = new AsyncDisposableStack();
  readonly #balancer: Balancer;
  #writes = 0;

  /** Creates the objects. */
  static async start(cluster: DrillCluster, balancer: Balancer): Promise<ReplicaDrill> {
    const options = { cluster: cluster.objects, random: seededRandom(1), workspaces: 10, messageLength: 10 };
    const writer = new RandomWriter({ ...options, note: () => undefined });
    await writer.createInitialObjects();
    await cluster.objects.apply(namespace(MUTATED.namespace));
    await cluster.objects.apply(workspace(MUTATED.name, { namespace: MUTATED.namespace, state: 'Running' }));
    return new ReplicaDrill(cluster, balancer, writer);
  }

  private constructor(cluster: DrillCluster, balancer: Balancer, writer: RandomWriter) {
    this.#cluster = cluster;
    this.#balancer = balancer;
    this.#writer = writer;
  }

  get clients(): readonly SubscriptionClient[] {
    return this.#clients;
  }

  /** Number of resets of all clients. */
  get resets(): number {
    return this.#clients.reduce((sum, { resets }) => sum + resets, 0);
  }

  /** Number of connections of all clients so far. */
  get connections(): number {
    return this.#clients.reduce((sum, { connections }) => sum + connections, 0);
  }

  /** Subscribes with this number of clients over each transport, in batches: each has its snapshot before the next one starts. */
  async subscribe(count: number): Promise<void> {
    for (const transport of ['WebSocket', 'Server-Sent Events'] as const)
      for (let first = 0; first < count; first += BATCH) {
        const added = Array.from({ length: Math.min(BATCH, count - first) }, (_, index) =>
          this.#subscriber(first + index, transport),
        );
        this.#clients.push(...added);
        await waitFor(() => added.every(isDecided), 'the clients have their snapshots', 60_000);
        const violation = added.find((client) => client.violation)?.violation;
        if (violation !== undefined) throw new Error(violation);
      }
  }

  /** Sends queries until the drill is disposed of. */
  startQueries(method: 'GET' | 'POST', clients: number): QueryLoad {
    const query = '{ workspaces { totalCount nodes { name state kind { displayName } } } }';
    return this.#parts.use(
      new QueryLoad({ url: this.#balancer.url, method, query, clients, headers: this.#credentialsOf(0) }),
    );
  }

  /**
   * Sends mutations until the drill is disposed of. They are dry runs: the API server takes each of them, and none depends on another.
   * @param keepAlive whether clients keep their connections open
   */
  startMutations(clients: number, { keepAlive }: { readonly keepAlive: boolean }): QueryLoad {
    const input = `namespace: "${MUTATED.namespace}", name: "${MUTATED.name}", dryRun: true`;
    const query = `mutation { pauseWorkspace(input: { ${input} }) { warnings } }`;
    const headers = this.#credentialsOf(0);
    return this.#parts.use(
      new QueryLoad({ url: this.#balancer.url, method: 'POST', query, clients, headers, keepAlive }),
    );
  }

  /** Changes objects at this interval until the drill is disposed of, or the changes are stopped. */
  startChanges(everyMs: number): AsyncDisposable {
    const stopped = new AbortController();
    const change = async () => {
      while (!stopped.signal.aborted) {
        await this.#writer.writeRandom();
        this.#writes += 1;
        await delay(everyMs, undefined, { signal: stopped.signal }).catch(() => undefined);
      }
    };
    const changes = change();
    return this.#parts.use({
      async [Symbol.asyncDispose]() {
        stopped.abort();
        await changes;
      },
    });
  }

  /** Waits until this number of further changes has been made. */
  async moreChanges(count: number): Promise<void> {
    const sum = this.#writes + count;
    await waitFor(() => this.#writes >= sum, `${count} more changes are made`, CONVERGENCE_TIMEOUT_MS);
  }

  /** Waits until the clients together have connected this number of times more. */
  async reconnected(count: number): Promise<void> {
    const sum = this.connections + count;
    await waitFor(() => this.connections >= sum, `clients connect ${count} more times`, CONVERGENCE_TIMEOUT_MS);
  }

  /** Resolves after a time without changes, which only the heartbeats of subscriptions interrupt. */
  async idle(seconds: number): Promise<void> {
    await delay(seconds * 1_000);
  }

  summary(): string {
    return `${this.#clients.length} clients, ${this.connections} connections, ${this.resets} resets, ${this.#writes} changes`;
  }

  /**
   * Waits until every client has the state of the cluster, which must not change any more.
   * @returns violations of the contract, and clients that have another state after two minutes
   */
  async violations(): Promise<readonly string[]> {
    const state = await this.#cluster.objects.state();
    const differences = () =>
      this.#clients.flatMap((client) => {
        const difference = client.violation ?? client.differenceFrom(client.selection.expected(state));
        return difference === undefined ? [] : `${client.title}: ${difference}\n    ${client.transcript}`;
      });
    const allAgree = () =>
      this.#clients.every((client) => client.violation ?? !client.differenceFrom(client.selection.expected(state)));
    await waitFor(allAgree, 'all clients have the state', CONVERGENCE_TIMEOUT_MS).catch(() => undefined);
    return differences().slice(0, MAX_SHOWN);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client[Symbol.dispose]();
    await this.#parts.disposeAsync();
  }

  #subscriber(index: number, transport: SubscriptionClient['transport']): SubscriptionClient {
    const selection = selections[index % selections.length];
    if (!selection) throw new TypeError('Expected selections.');
    return new SubscriptionClient({
      selection,
      transport,
      gatewayUrl: () => this.#balancer.url,
      headers: this.#credentialsOf(index),
      currentStep: () => this.#writes,
    });
  }

  /** Clients are of different viewers, in turn. */
  #credentialsOf(index: number): Readonly<Record<string, string>> {
    const { tokens } = this.#cluster;
    return { authorization: `Bearer ${tokens[index % tokens.length]}` };
  }
}
