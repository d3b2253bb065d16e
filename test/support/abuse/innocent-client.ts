import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { innocent } from './overload-users.ts';
import { mainThreadCpuMsOf } from './process-usage.ts';

const INTERVAL_MS = 40;
const LIST = JSON.stringify({
  query:
    '{ workspaces(namespace: "team-innocent", first: 50) { totalCount nodes { name state paused metadata { labels { key value } } kind { displayName } pod { name phase } } } }',
});
const CHANGES = 'subscription { workspaces(namespace: "team-innocent") { type object { name stateMessage } } }';

/** One query of the innocent client. */
export interface Measurement {
  readonly latencyMs: number;
  /** CPU time of the gateway's main thread from the query to its answer: the query's own and that of work done before it. */
  readonly gatewayMs: number;
}

/** A well-behaved client: it sends one query after the other, with pauses, and reads its subscription. */
export class InnocentClient implements AsyncDisposable {
  readonly #gateway: { readonly port: number; readonly pid: number };
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #client: ReturnType<typeof createClient>;
  readonly #changes = new Set<string>();
  #failures: string[] = [];

  constructor(gateway: { readonly port: number; readonly pid: number }) {
    this.#gateway = gateway;
    this.#client = createClient({
      url: new URL('/graphql', `ws://127.0.0.1:${gateway.port}`).href,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${innocent.token}` },
    });
  }

  /** Numbers of the changes that the subscription has received. */
  get changes(): ReadonlySet<string> {
    return this.#changes;
  }

  /** Answers that were not as expected. */
  get failures(): readonly string[] {
    return this.#failures;
  }

  /** Subscribes. Resolves when the snapshot is complete. */
  async subscribe(): Promise<void> {
    const synced = Promise.withResolvers<void>();
    const events = this.#client.iterate<{
      readonly workspaces: { readonly type: string; readonly object?: { readonly stateMessage: string } | null };
    }>({ query: CHANGES });
    void (async () => {
      for await (const { data, errors } of events) {
        if (errors) this.#failures.push(JSON.stringify(errors));
        if (data?.workspaces.type === 'SYNCED') synced.resolve();
        const message = data?.workspaces.object?.stateMessage;
        if (message) this.#changes.add(message);
      }
      this.#failures.push('The subscription has ended.');
    })().catch((error: unknown) => this.#failures.push(`The subscription failed: ${JSON.stringify(error)}`));
    await synced.promise;
  }

  /**
   * Sends one query after the other, {@link INTERVAL_MS} after the last answer, so it takes a small share of the gateway's time on a
   * slow machine, too.
   */
  async measure(durationMs: number): Promise<readonly Measurement[]> {
    const end = performance.now() + durationMs;
    const measured: Measurement[] = [];
    while (performance.now() < end) {
      measured.push(await this.#query());
      await delay(INTERVAL_MS);
    }
    return measured;
  }

  async #query(): Promise<Measurement> {
    const { port, pid } = this.#gateway;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${innocent.token}`,
      'content-length': LIST.length,
    };
    const [startedAt, before] = [performance.now(), mainThreadCpuMsOf(pid)];
    const sent = request({ port, agent: this.#agent, method: 'POST', path: '/graphql', headers }, (response) => {
      text(response).then(resolve, reject);
    });
    sent.once('error', reject);
    sent.end(LIST);
    const answer = await promise.catch(String);
    if (!answer.startsWith('{"data":{"workspaces":{"totalCount":200')) this.#failures.push(answer.slice(0, 500));
    return { latencyMs: performance.now() - startedAt, gatewayMs: mainThreadCpuMsOf(pid) - before };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy();
    await this.#client.dispose();
  }
}
