import { LRUCache } from 'lru-cache';
import { StatusError } from '../kubernetes/status-error.ts';

interface FailedAuthenticationsOptions {
  /** Failures of one client that are allowed at once, and then per minute. */
  readonly maxPerMinute: number;
  /** Returns monotonic time in milliseconds; `performance.now` by default. */
  readonly now?: (() => number) | undefined;
}

interface Client {
  /** Failures that are still allowed. A token bucket. */
  permits: number;
  refilledAt: number;
  /** Attempts that are being checked. Each may turn out to be a failure, so there are at most as many as permits. */
  checking: number;
  readonly waiting: Set<PromiseWithResolvers<void>>;
}

const MINUTE_MS = 60_000;
/** Clients that are remembered: the ones that were checked most recently. */
const MAX_CLIENTS = 10_000;
/** Attempts of one client that wait for others. More are refused. */
const MAX_WAITING = 1_000;

/**
 * Limits the failed authentications of each client, and thereby the credentials that the API server has to check. Attempts
 * that succeed cost nothing, so any number of users behind one address can authenticate.
 */
export class FailedAuthentications {
  readonly #options: FailedAuthenticationsOptions;
  readonly #clients = new LRUCache<string, Client>({ max: MAX_CLIENTS });

  constructor(options: FailedAuthenticationsOptions) {
    this.#options = options;
  }

  /**
   * Returns the result of a check of credentials. It waits while as many checks of the client are in progress as failures are
   * allowed.
   * @param address address of the client
   * @param check resolves with undefined if the credentials are invalid
   * @throws {StatusError} TooManyRequests if the client has had too many failures; errors of the check, which is no failure then
   */
  async limit<R>(address: string, check: () => Promise<R | undefined>): Promise<R | undefined> {
    const client = this.#clientAt(address);
    await this.#begin(client);
    try {
      const result = await check();
      if (result === undefined) client.permits -= 1;
      return result;
    } finally {
      client.checking -= 1;
      this.#startNext(client);
    }
  }

  #clientAt(address: string): Client {
    const { maxPerMinute, now = () => performance.now() } = this.#options;
    const found = this.#clients.get(address);
    const client = found ?? { permits: maxPerMinute, refilledAt: now(), checking: 0, waiting: new Set() };
    if (!found) this.#clients.set(address, client);
    const refill = ((now() - client.refilledAt) / MINUTE_MS) * maxPerMinute;
    client.permits = Math.min(client.permits + refill, maxPerMinute);
    client.refilledAt = now();
    return client;
  }

  async #begin(client: Client): Promise<void> {
    if (client.permits < 1 || client.waiting.size >= MAX_WAITING) throw this.#refusal(client);
    client.checking += 1;
    if (client.checking <= client.permits) return;
    client.checking -= 1;
    const turn = Promise.withResolvers<void>();
    client.waiting.add(turn);
    await turn.promise;
  }

  /** Starts waiting attempts, or refuses all of them if no failure is allowed any more. */
  #startNext(client: Client): void {
    for (const turn of client.waiting) {
      if (client.permits < 1) turn.reject(this.#refusal(client));
      else if (client.checking + 1 > client.permits) return;
      else {
        client.checking += 1;
        turn.resolve();
      }
      client.waiting.delete(turn);
    }
  }

  #refusal({ permits }: Client): StatusError {
    const { maxPerMinute } = this.#options;
    const missing = Math.max(1 - permits, 0);
    return new StatusError({
      code: 429,
      reason: 'TooManyRequests',
      message: `Expected at most ${maxPerMinute} failed authentications per minute from one address (MAX_FAILED_AUTHENTICATIONS_PER_MINUTE), got more. Wait before you try again.`,
      limit: { name: 'MAX_FAILED_AUTHENTICATIONS_PER_MINUTE', max: maxPerMinute },
      retryAfterSeconds: Math.max(1, Math.ceil((missing * MINUTE_MS) / maxPerMinute / 1_000)),
    });
  }
}
