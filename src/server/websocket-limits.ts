import type { IncomingMessage } from 'node:http';
import { credentialsOf, type Credentials } from '../auth/authenticator.ts';
import { ConcurrencyLimit, tooMany } from '../graphql/concurrency-limit.ts';

export interface WebSocketLimitOptions {
  /** Limit on the open WebSockets of all clients. */
  readonly maxWebsockets: number;
  /** Limit on the open WebSockets of one viewer. */
  readonly maxWebsocketsPerViewer: number;
  /** Limit on the open WebSockets of one client address that are not authenticated yet. */
  readonly maxUnauthenticatedWebsocketsPerAddress: number;
  /** Returns the address of the client that sends a request, to count by. */
  readonly addressOf: (credentials: Credentials) => string;
}

/**
 * Counts the open WebSockets. To open one needs no credentials: its address counts until it is authenticated, then its viewer. Holds a
 * number for each address and viewer with an open WebSocket.
 */
export class WebSocketLimits {
  readonly #options: WebSocketLimitOptions;
  readonly #byAddress: ConcurrencyLimit;
  readonly #byViewer: ConcurrencyLimit;
  #open = 0;

  constructor(options: WebSocketLimitOptions) {
    const { maxUnauthenticatedWebsocketsPerAddress, maxWebsocketsPerViewer } = options;
    this.#options = options;
    this.#byAddress = new ConcurrencyLimit({
      perViewer: {
        setting: 'MAX_UNAUTHENTICATED_WEBSOCKETS_PER_ADDRESS',
        max: maxUnauthenticatedWebsocketsPerAddress,
      },
      noun: 'WebSockets',
      owner: 'one address that are not authenticated yet',
    });
    this.#byViewer = new ConcurrencyLimit({
      perViewer: { setting: 'MAX_WEBSOCKETS_PER_VIEWER', max: maxWebsocketsPerViewer },
      noun: 'WebSockets',
      owner: 'one viewer',
    });
  }

  /**
   * Counts one more WebSocket.
   * @throws {GraphQLError} RATE_LIMITED if there are too many of all clients, or of its address
   */
  open(request: IncomingMessage): OpenWebSocket {
    const { maxWebsockets, addressOf } = this.#options;
    if (this.#open >= maxWebsockets)
      throw tooMany({ setting: 'MAX_WEBSOCKETS', max: maxWebsockets }, 'open WebSockets of all clients');
    const address = this.#byAddress.enter(addressOf(credentialsOf(request)));
    this.#open += 1;
    return new OpenWebSocket(this, address);
  }

  /**
   * Returns the place of a WebSocket among those of its viewer.
   * @throws {GraphQLError} RATE_LIMITED if the viewer has too many
   */
  enter(viewer: string): Disposable {
    return this.#byViewer.enter(viewer);
  }

  /** Called when a WebSocket is closed. */
  closed(): void {
    this.#open -= 1;
  }
}

/** A counted WebSocket. Must be disposed of when it is closed. */
class OpenWebSocket implements Disposable {
  readonly #limits: WebSocketLimits;
  /** Place among those of the address or, once it is authenticated, of the viewer. Undefined when it is closed. */
  #place: Disposable | undefined;

  constructor(limits: WebSocketLimits, address: Disposable) {
    this.#limits = limits;
    this.#place = address;
  }

  /**
   * Counts it for its viewer, not for its address any more. Does nothing if it is closed.
   * @throws {GraphQLError} RATE_LIMITED if the viewer has too many
   */
  authenticated(viewer: string): void {
    if (!this.#place) return;
    const place = this.#limits.enter(viewer);
    this.#place[Symbol.dispose]();
    this.#place = place;
  }

  [Symbol.dispose](): void {
    if (!this.#place) return;
    this.#place[Symbol.dispose]();
    this.#place = undefined;
    this.#limits.closed();
  }
}

export type { OpenWebSocket };
