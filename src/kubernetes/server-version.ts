import type { Client } from './client.ts';
import { object, string } from './decoder.ts';
import { withTimeLimit } from './time-limit.ts';

const versionInfo = object({ gitVersion: string });

const MAX_AGE_MS = 10_000;
const RELOAD_TIMEOUT_MS = 5_000;

interface ServerVersionOptions {
  readonly signal: AbortSignal;
  /** Returns monotonic time in milliseconds; `performance.now` by default. */
  readonly now?: () => number;
}

/** Version of the API server, which may be replaced by another version while the gateway runs. */
export class ServerVersion {
  readonly #client: Pick<Client, 'request'>;
  readonly #signal: AbortSignal;
  readonly #now: () => number;
  #version: string | undefined;
  #loadedAt = 0;
  #isReloading = false;
  #isAnswered = true;

  /** @throws {StatusError} if the API server does not answer */
  static async load(client: Pick<Client, 'request'>, options: ServerVersionOptions): Promise<ServerVersion> {
    const version = new ServerVersion(client, options);
    await version.#load(options.signal);
    return version;
  }

  private constructor(client: Pick<Client, 'request'>, options: ServerVersionOptions) {
    const { signal, now = () => performance.now() } = options;
    this.#client = client;
    this.#signal = signal;
    this.#now = now;
  }

  /**
   * The last known version, e.g. `v1.37.2`; undefined if the response had none. If it is older than 10 s, it is read again for later calls.
   */
  get current(): string | undefined {
    if (!this.#isReloading && this.#now() - this.#loadedAt >= MAX_AGE_MS) void this.#reload();
    return this.#version;
  }

  /** Whether the last read has succeeded. */
  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  async #reload(): Promise<void> {
    this.#isReloading = true;
    const limit = { timeoutMs: RELOAD_TIMEOUT_MS, signal: this.#signal, onTimeout: () => new Error('no answer') };
    try {
      await withTimeLimit(limit, (signal) => this.#load(signal));
    } catch {
      this.#isAnswered = false; // the last version stays
    } finally {
      this.#isReloading = false;
    }
  }

  async #load(signal: AbortSignal): Promise<void> {
    this.#loadedAt = this.#now();
    const info = await this.#client.request('GET', ['version'], { signal });
    this.#version = versionInfo.decode(info)?.gitVersion;
    this.#isAnswered = true;
  }
}
