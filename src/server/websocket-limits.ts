import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { GraphQLError } from 'graphql';
import { credentialsOf, type Credentials } from '../auth/authenticator.ts';
import { ConcurrencyLimit, tooMany, tooManyBytes } from '../graphql/concurrency-limit.ts';
import { FREE_BYTES, type BytesInFlight } from '../scheduling/bytes-in-flight.ts';

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

/** Header and mask of a ping or pong of a client (RFC 6455, section 5.2). */
const CONTROL_HEADER_BYTES = 6;

/** Counts the bytes of a message while it arrives: `ws` keeps them in memory until it is complete. */
export class IncompleteMessage {
  readonly #socket: Socket;
  readonly #bytesInFlight: BytesInFlight;
  readonly #onExcess: (error: GraphQLError) => void;
  /** Bytes that do not belong to the message. */
  #readBefore: number;
  #counted = 0;
  /** Time of `performance.now` at which the message began. Undefined if none has. */
  #since: number | undefined;

  /** @param onExcess called when there is no room for the bytes. Has to disconnect the client */
  constructor(socket: Socket, bytesInFlight: BytesInFlight, onExcess: (error: GraphQLError) => void) {
    this.#socket = socket;
    this.#bytesInFlight = bytesInFlight;
    this.#onExcess = onExcess;
    this.#readBefore = socket.bytesRead;
    socket.on('data', () => this.#update());
    socket.on('close', () => this.#count(0));
  }

  /** Must be called when a message is complete. */
  ended(): void {
    this.#readBefore = this.#socket.bytesRead;
    this.#update();
  }

  /** Must be called with the payload of each ping and pong: they belong to no message, but may come between its frames. */
  receivedControlFrame({ length }: Buffer): void {
    this.#readBefore = Math.min(this.#readBefore + CONTROL_HEADER_BYTES + length, this.#socket.bytesRead);
    this.#update();
  }

  /** Whether a message began at least this time ago and is not complete. */
  isOverdue(timeoutMs: number): boolean {
    return this.#since !== undefined && performance.now() - this.#since >= timeoutMs;
  }

  /** Lets the time of {@link isOverdue} start again. To be called while nothing is read. */
  restartTime(): void {
    if (this.#since !== undefined) this.#since = performance.now();
  }

  #update(): void {
    const received = this.#socket.bytesRead - this.#readBefore;
    if (received === 0) this.#since = undefined;
    else this.#since ??= performance.now();
    this.#count(received);
  }

  #count(received: number): void {
    const bytes = received > FREE_BYTES && !this.#socket.destroyed ? received : 0;
    const added = bytes - this.#counted;
    this.#counted = bytes;
    if (added !== 0 && !this.#bytesInFlight.receive(added)) this.#onExcess(tooManyBytes(this.#bytesInFlight.max));
  }
}

export type { OpenWebSocket };
