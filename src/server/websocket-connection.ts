import type { Socket } from 'node:net';
import type { GraphQLError } from 'graphql';
import { CloseCode } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { tooMany } from '../graphql/concurrency-limit.ts';
import { failure } from '../graphql/errors.ts';
import type { OperationRecord } from '../graphql/operation-record.ts';
import type { BytesInFlight } from '../scheduling/bytes-in-flight.ts';
import type { SubscriptionHandle } from '../subscriptions/subscription-handle.ts';
import { tooLong } from './body-limits.ts';
import {
  ABNORMAL,
  closeReason,
  GOING_AWAY,
  MESSAGE_TOO_BIG,
  parserCloseCode,
  STALLED,
  type Closing,
} from './close-codes.ts';
import { MIN_BUFFER_BYTES, type FlowControl, type FlowController } from './flow-control.ts';
import { IncompleteMessage } from './incomplete-message.ts';
import type { RefusedWebSocket } from './refused-websockets.ts';
import { WebSocketSubscription } from './websocket-subscription.ts';
import { OPEN, WebSocketTransport } from './websocket-transport.ts';

/** Bytes that a client may send until it is authenticated: the upgrade request and `connection_init`. */
const MAX_UNAUTHENTICATED_BYTES = 256 * 1024;

export interface WebSocketConnectionOptions {
  readonly flowControl: FlowControl;
  /** Memory of the requests in progress. */
  readonly bytesInFlight: BytesInFlight;
  /** Limit on the operations in progress on one connection, without its running subscriptions. */
  readonly maxOperationsPerConnection: number;
  /** Limit on the bytes of a message. */
  readonly maxBodyBytes: number;
  /** Called at most once for each connection, when it is closed because of its client. */
  readonly onRefused: (refused: RefusedWebSocket) => void;
}

interface OpenedWebSocket {
  readonly webSocket: WebSocket;
  readonly socket: Socket;
  /** Id of the upgrade request. */
  readonly requestId: string;
}

/**
 * One WebSocket and the subscriptions that it carries.
 *
 * Events bypass `ws` and graphql-ws: both would serialize and frame each event again for every socket. Each event is
 * serialized once for all subscribers; per subscription only the frame header and the operation's id are added. The
 * order is kept: the transport writes held events before a message or a close frame, and `ws`, without compression, writes at once.
 */
export class WebSocketConnection {
  /** Id of the upgrade request. */
  readonly requestId: string;
  readonly transport: WebSocketTransport;
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;
  readonly #options: WebSocketConnectionOptions;
  readonly #incomplete: IncompleteMessage;
  /** Messages whose handling has not ended. That of an operation ends when its answer has been sent. */
  #pendingMessages = 0;
  /** Called when the connection drains and no message is pending. */
  #onIdle: (() => void) | undefined;
  /** Scope of the message that graphql-ws is about to handle. */
  #receiving: DisposableStack | undefined;
  /** By operation id. Bounded by `maxSubscriptionsPerConnection`. */
  readonly #subscriptions = new Map<string, WebSocketSubscription>();
  #flow: FlowController | undefined;
  /** Undefined until the client is authenticated. */
  #viewer: string | undefined;
  #isClosing = false;
  /** Time of the first ping since the client last sent something. */
  #pingedAt: number | undefined;

  /** Large messages are held in memory while they arrive, which only authenticated clients may cause. */
  readonly #limitUnauthenticated = (): void => {
    if (this.#socket.bytesRead > MAX_UNAUTHENTICATED_BYTES) this.#disconnect(tooLargeUnauthenticated());
  };

  constructor({ webSocket, socket, requestId }: OpenedWebSocket, options: WebSocketConnectionOptions) {
    this.requestId = requestId;
    this.#options = options;
    this.#webSocket = webSocket;
    this.#socket = socket;
    webSocket.on('error', (error) => this.#closedByParser(error));
    this.#incomplete = new IncompleteMessage(socket, options.bytesInFlight, (error) => this.#disconnect(error));
    webSocket.on('ping', (payload) => {
      // `ws` has disconnected a client that sends pings and does not read the pongs.
      if (webSocket.readyState !== OPEN) this.#disconnect();
      this.#incomplete.receivedControlFrame(payload);
    });
    webSocket.on('pong', (payload) => {
      this.#pingedAt = undefined;
      this.#incomplete.receivedControlFrame(payload);
    });
    webSocket.on('message', () => {
      this.#pingedAt = undefined;
      this.#incomplete.ended();
    });
    this.transport = new WebSocketTransport(webSocket, socket, () => this.#closeStalled());
    webSocket.on('close', () => this.#flow?.[Symbol.dispose]());
    socket.on('data', this.#limitUnauthenticated);
    socket.on('drain', () => this.#drained());
  }

  /** Must be called when it is known who the client is. */
  identified(viewer: string): void {
    this.#viewer = viewer;
  }

  /** Must be called when the client may use the connection. Until then the connection accepts few bytes. */
  admitted(): void {
    this.#socket.off('data', this.#limitUnauthenticated);
  }

  /** Counts the pending bytes of the connection as the viewer's from now on. The first viewer of a connection counts. */
  openFlow(viewer: string): void {
    this.#flow ??= this.#options.flowControl.open(this.transport, viewer);
  }

  /**
   * Handles a message. Messages are read no faster than the client reads: none is received while too many bytes wait for it.
   * @param handle must take the scope of its operation, if there is one, before it waits for anything
   */
  async receive(message: unknown, handle: (message: unknown) => Promise<void>): Promise<void> {
    if (this.#webSocket.readyState !== OPEN || this.#onIdle) return;
    using scope = new DisposableStack();
    this.#pendingMessages += 1;
    scope.defer(() => {
      this.#pendingMessages -= 1;
      if (this.#pendingMessages === 0) this.#onIdle?.();
    });
    this.#receiving = scope;
    const handled = handle(message);
    this.#receiving = undefined;
    this.#pauseIfCongested();
    await handled;
  }

  /** Returns the scope of the operation in the message that is being received, or an error if there are too many operations. */
  receivedOperation(): DisposableStack | GraphQLError {
    if (!this.#receiving) throw new TypeError('Expected a message that is being received.');
    const max = this.#options.maxOperationsPerConnection;
    if (this.#pendingMessages - this.#subscriptions.size <= max) return this.#receiving;
    return tooMany({ setting: 'MAX_OPERATIONS_PER_CONNECTION', max }, 'operations in progress on one connection');
  }

  /**
   * Sends a message, a long one in parts. Resolves when the kernel has taken it, or the connection is being closed, which ends the
   * operations.
   */
  async send(message: string | readonly Buffer[]): Promise<void> {
    const sent = this.transport.send(message);
    this.#pauseIfCongested();
    await sent;
    if (typeof message !== 'string') this.#drained();
  }

  #drained(): void {
    if (this.transport.isFragmenting) return; // more follows
    this.#flow?.drained();
    this.#webSocket.resume();
    for (const subscription of this.#subscriptions.values()) subscription.resume();
  }

  #pauseIfCongested(): void {
    const { bufferedAmount } = this.#webSocket;
    if (this.#flow ? !this.#flow.ready : bufferedAmount >= MIN_BUFFER_BYTES) this.#webSocket.pause();
  }

  /** Number of running subscriptions. */
  get subscriptions(): number {
    return this.#subscriptions.size;
  }

  /**
   * Starts a subscription and sends its events as `next` messages with this operation id. The result goes to graphql-ws,
   * which sends `complete` or `error` when it ends. Must be called after {@link openFlow}.
   */
  startSubscription(id: string, handle: SubscriptionHandle, record?: OperationRecord): WebSocketSubscription {
    const flow = this.#flow;
    if (!flow) throw new TypeError('Expected a connection whose viewer is known.');
    const { transport } = this;
    const subscription = new WebSocketSubscription(handle, { transport, flow, id, record, connection: this });
    this.#subscriptions.set(id, subscription);
    if (this.#onIdle) subscription.complete(); // it started while the connection drains
    return subscription;
  }

  /** Called when a subscription has ended. */
  ended(id: string, error: GraphQLError | undefined): void {
    this.#subscriptions.delete(id);
    if (error?.extensions['code'] !== 'UNAUTHENTICATED') return;
    // graphql-ws sends the `error` message in a later microtask.
    setImmediate(() => this.close(CloseCode.Unauthorized, 'UNAUTHENTICATED: The token has expired or was revoked.'));
  }

  /**
   * Sends a ping, or disconnects the client if it has sent nothing, not even a pong, for `timeoutMs` after a ping, or has not completed a
   * message for that time.
   */
  ping(timeoutMs: number): void {
    if (this.#webSocket.isPaused && this.#flow) {
      // The pongs of a client are not read while it does not read. The stall detector disconnects it instead.
      this.#pingedAt = undefined;
      return this.#incomplete.restartTime();
    }
    this.#pingedAt ??= performance.now();
    if (this.#incomplete.isOverdue(timeoutMs)) this.#disconnect();
    else if (performance.now() - this.#pingedAt < timeoutMs) this.#webSocket.ping();
    else if (this.#flow) this.#flow.closeStalled();
    else this.#disconnect();
    return undefined;
  }

  #closeStalled(): void {
    this.#webSocket.resume(); // else the close frame of the client is not read
    for (const subscription of this.#subscriptions.values()) void subscription.return();
    this.refuse({ code: STALLED, reason: 'The client did not read its subscriptions in time.' });
  }

  /** Closes the connection after an error that has been recorded. Further calls, also of {@link refuse}, do nothing. */
  close(code: number, reason: string): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.transport.flush();
    this.#webSocket.close(code, closeReason(reason));
  }

  /** Closes the connection because of its client, and reports it. Does nothing if the connection is being closed. */
  refuse({ code, reason, error }: Closing): void {
    this.#report(code, error);
    this.close(code, reason);
  }

  /** Ends the connection without a close frame. */
  terminate(): void {
    this.#isClosing = true;
    this.#webSocket.terminate();
  }

  /**
   * Completes all subscriptions, waits until all answers and `complete` messages have been sent, then closes the WebSocket with
   * 1001. Messages that come meanwhile are ignored.
   */
  async drain(reason: string): Promise<void> {
    const idle = Promise.withResolvers<void>();
    this.#onIdle = idle.resolve;
    this.#webSocket.resume(); // else the close frame of the client is not read
    for (const subscription of this.#subscriptions.values()) subscription.complete();
    if (this.#pendingMessages > 0) await idle.promise;
    this.close(GOING_AWAY, reason);
  }

  /** Ends the connection without a close frame because of its client, and reports it. */
  #disconnect(error?: GraphQLError): void {
    this.#report(ABNORMAL, error);
    this.terminate();
  }

  /** `ws` has closed the connection if the error is one of the protocol. Others are of the network. */
  #closedByParser(error: Error): void {
    const code = parserCloseCode(error);
    if (code === undefined) return;
    this.#report(code, code === MESSAGE_TOO_BIG ? tooLong('message', this.#options.maxBodyBytes) : undefined);
    this.#isClosing = true;
  }

  #report(closeCode: number, error: GraphQLError | undefined): void {
    if (this.#isClosing) return;
    const { requestId } = this;
    this.#options.onRefused({ requestId, viewer: this.#viewer, closeCode, error });
  }
}

function tooLargeUnauthenticated(): GraphQLError {
  const message = `Expected at most ${MAX_UNAUTHENTICATED_BYTES} bytes before the client is authenticated, got more. Send a shorter connection_init.`;
  return failure('TOO_LARGE', message);
}
