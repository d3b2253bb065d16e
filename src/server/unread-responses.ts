import type { ServerResponse } from 'node:http';
import { ResponseTransport } from './flow-control.ts';

interface UnreadResponsesOptions {
  /** A client that takes none of its pending bytes in this time is disconnected. */
  readonly slowReaderTimeoutMs: number;
  /** Called once per client that is disconnected. */
  readonly onStalled: () => void;
}

/** Bytes that the kernel had taken at a time of `performance.now`. */
interface Progress {
  readonly takenBytes: number;
  readonly since: number;
}

const MAX_INTERVAL_MS = 5_000;

/**
 * Disconnects clients that do not read their responses: their answers would stay in memory. Holds one entry per response that
 * is not finished, and one timer until a check finds none.
 */
export class UnreadResponses {
  readonly #options: UnreadResponsesOptions;
  readonly #open = new Map<ServerResponse, Progress | undefined>();
  #checks: NodeJS.Timeout | undefined;

  constructor(options: UnreadResponsesOptions) {
    this.#options = options;
  }

  /** Watches a response until it is closed. */
  watch(response: ServerResponse): void {
    this.#open.set(response, undefined);
    this.#checks ??= setInterval(
      () => this.#check(),
      Math.min(this.#options.slowReaderTimeoutMs / 2, MAX_INTERVAL_MS),
    ).unref();
    response.on('close', () => this.#open.delete(response));
  }

  #check(): void {
    if (this.#open.size === 0) {
      clearInterval(this.#checks);
      this.#checks = undefined;
    }
    const { slowReaderTimeoutMs, onStalled } = this.#options;
    const now = performance.now();
    for (const [response, last] of this.#open) {
      const transport = new ResponseTransport(response);
      const { pendingBytes, takenBytes } = transport;
      // A response without a socket is pipelined: it waits for an earlier one of its connection, not for the client.
      const waits = response.socket !== null && pendingBytes > 0;
      if (!waits) this.#open.set(response, undefined);
      else if (last?.takenBytes !== takenBytes) this.#open.set(response, { takenBytes, since: now });
      else if (now - last.since >= slowReaderTimeoutMs) {
        onStalled();
        transport.closeStalled();
      }
    }
  }
}
