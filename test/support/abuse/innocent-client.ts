import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { innocent } from './overload-users.ts';

const INTERVAL_MS = 40;
const LIST = JSON.stringify({
  query:
    '{ workspaces(namespace: "team-innocent", first: 50) { totalCount nodes { name state paused metadata { labels { key value } } kind { displayName } pod { name phase } } } }',
});
const CHANGES = 'subscription { workspaces(namespace: "team-innocent") { type object { name stateMessage } } }';

/** A client that behaves: it sends one query after the other and reads its subscription. */
export class InnocentClient implements AsyncDisposable {
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 4 });
  readonly #client: ReturnType<typeof createClient>;
  readonly #changes = new Set<string>();
  #failures: string[] = [];

  constructor(port: number) {
    this.#port = port;
    this.#client = createClient({
      url: new URL('/graphql', `ws://127.0.0.1:${port}`).href,
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

  /** Sends a query every {@link INTERVAL_MS} and returns the latencies in milliseconds. */
  async measure(durationMs: number): Promise<readonly number[]> {
    const end = performance.now() + durationMs;
    const pending: Promise<number>[] = [];
    while (performance.now() < end) {
      pending.push(this.#query());
      await delay(INTERVAL_MS);
    }
    return Promise.all(pending);
  }

  async #query(): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${innocent.token}`,
      'content-length': LIST.length,
    };
    const startedAt = performance.now();
    const sent = request(
      { port: this.#port, agent: this.#agent, method: 'POST', path: '/graphql', headers },
      (response) => {
        text(response).then(resolve, reject);
      },
    );
    sent.once('error', reject);
    sent.end(LIST);
    const answer = await promise.catch(String);
    if (!answer.startsWith('{"data":{"workspaces":{"totalCount":200')) this.#failures.push(answer.slice(0, 500));
    return performance.now() - startedAt;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy();
    await this.#client.dispose();
  }
}
