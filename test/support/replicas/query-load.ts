import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '../wait-for.ts';

interface QueryLoadOptions {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  /** A query, or a mutation, which is sent by POST. */
  readonly query: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Number of clients. Each sends one query after the other. */
  readonly clients: number;
  /** Whether each client keeps its connection open. Default: true. */
  readonly keepAlive?: boolean | undefined;
}

/** A query that was not answered with 200 and without errors. */
export interface FailedQuery {
  readonly reason: string;
  /** The answer when the same query is sent again, or the reason of the last failure. */
  readonly repeated: string;
}

const ANSWERED = 'answered';
const TIMEOUT_MS = 60_000;
/**
 * Times that a failed query is sent again, and the time before each. The system closes the sockets of a killed process one after the
 * other: after those of the connections, the one that listens may take another connection.
 */
const [REPETITIONS, BEFORE_REPETITION_MS] = [10, 50];

/** Clients that send queries without a pause until they are disposed of. */
export class QueryLoad implements AsyncDisposable {
  readonly #options: QueryLoadOptions;
  readonly #clients: Promise<unknown>;
  readonly #failures: FailedQuery[] = [];
  #answers = 0;
  #isStopped = false;

  constructor(options: QueryLoadOptions) {
    this.#options = options;
    this.#clients = Promise.all(Array.from({ length: options.clients }, () => this.#run()));
  }

  /** Number of answered queries. */
  get answers(): number {
    return this.#answers;
  }

  get failures(): readonly FailedQuery[] {
    return this.#failures;
  }

  /** Waits until this number of further queries has been answered. */
  async moreAnswers(count: number): Promise<void> {
    const sum = this.#answers + count;
    await waitFor(() => this.#answers >= sum, `${count} more queries are answered`, TIMEOUT_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    await this.#clients;
  }

  async #run(): Promise<void> {
    const { keepAlive = true } = this.#options;
    const agent = new Agent({ keepAlive, maxSockets: 1 });
    while (!this.#isStopped) {
      const reason = await this.#outcome(agent);
      if (reason === ANSWERED) this.#answers += 1;
      else this.#failures.push({ reason, repeated: await this.#repeated(agent) });
    }
    agent.destroy();
  }

  async #repeated(agent: Agent): Promise<string> {
    let outcome = '';
    for (let count = 0; outcome !== ANSWERED && count < REPETITIONS; count += 1) {
      await delay(BEFORE_REPETITION_MS);
      outcome = await this.#outcome(agent);
    }
    return outcome;
  }

  /** Sends one query. */
  async #outcome(agent: Agent): Promise<string> {
    const { url, method, query, headers } = this.#options;
    const target = method === 'GET' ? `${url}?query=${encodeURIComponent(query)}` : url;
    try {
      const sent = request(target, { method, agent, headers: { ...headers, 'content-type': 'application/json' } });
      sent.end(method === 'POST' ? JSON.stringify({ query }) : undefined);
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += chunk;
      const isAnswered = response.statusCode === 200 && !text.includes('"errors"');
      return isAnswered ? ANSWERED : `${response.statusCode} ${text.slice(0, 200)}`;
    } catch (error) {
      return String(error);
    }
  }
}
