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
    const counted = new OpenWebSocket(this.#byAddress.enter(addressOf(credentialsOf(request))), this.#byViewer);
    this.#open += 1;
    counted.defer(() => void (this.#open -= 1));
    return counted;
  }
}

/** A counted WebSocket. Must be disposed of when it is closed. */
class OpenWebSocket implements Disposable {
  readonly #slots = new DisposableStack();
  readonly #byViewer: ConcurrencyLimit;
  readonly #address: Disposable;

  constructor(address: Disposable, byViewer: ConcurrencyLimit) {
    this.#address = this.#slots.use(address);
    this.#byViewer = byViewer;
  }

  /**
   * Counts it for its viewer, not for its address any more. Does nothing if it is closed.
   * @throws {GraphQLError} RATE_LIMITED if the viewer has too many
   */
  authenticated(viewer: string): void {
    if (this.#slots.disposed) return;
    this.#slots.use(this.#byViewer.enter(viewer));
    this.#address[Symbol.dispose]();
  }

  defer(onClose: () => void): void {
    this.#slots.defer(onClose);
  }

  [Symbol.dispose](): void {
    this.#slots.dispose();
  }
}

export type { OpenWebSocket };
