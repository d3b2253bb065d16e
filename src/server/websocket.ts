import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { GraphQLError } from 'graphql';
import { handleProtocols } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { credentialsOf } from '../auth/authenticator.ts';
import { failure } from '../graphql/errors.ts';
import { requestIdOf } from '../graphql/operation-record.ts';
import { recordRefusal, refuseUpgrade } from './refused-websockets.ts';
import { traceparentOf } from './request-gate.ts';
import { REQUEST_ID } from './server-response.ts';
import { staggered } from './shutdown.ts';
import { WebSocketConnection, type WebSocketConnectionOptions } from './websocket-connection.ts';
import { WebSocketLimits, type OpenWebSocket, type WebSocketLimitOptions } from './websocket-limits.ts';
import { WebSocketProtocol, type WebSocketProtocolOptions, type WebSocketSession } from './websocket-protocol.ts';
import { ignoreBytesAfterErrors } from './websocket-receiver.ts';

ignoreBytesAfterErrors();

const MAX_PING_INTERVAL_MS = 12_000;
const MIN_PING_INTERVAL_MS = 1_000;
/** Time for the close handshake of a client that has yet to read other data. */
const CLOSE_TIMEOUT_MS = 60_000;
/** A variable of its own, because @types/ws lacks `closeTimeout`, and a literal would be checked for excess properties. */
const socketOptions = {
  noServer: true,
  perMessageDeflate: false,
  // One message of a connection in each iteration of the event loop: a hundred subscriptions in one packet must not be one long turn.
  allowSynchronousEvents: false,
  closeTimeout: CLOSE_TIMEOUT_MS,
  handleProtocols,
};
/** Status of the answer to an upgrade request beyond a limit. WebSocket clients of browsers do not see it. */
const TOO_MANY = 429;
const SHUTDOWN_REASON = 'The server is shutting down. Reconnect after a second; cursors stay valid.';

interface WebSocketOptions
  extends Omit<WebSocketConnectionOptions, 'onRefused'>, WebSocketLimitOptions, WebSocketProtocolOptions {
  /** A client that sends nothing for this time after a ping, not even a pong, is disconnected. */
  readonly slowReaderTimeoutMs: number;
}

/**
 * The WebSockets of all clients: accepts upgrade requests within the limits, pings at least every 12 s, and closes the connections at the
 * end. {@link WebSocketProtocol} handles what their clients send.
 */
export class WebSocketHandler {
  readonly #options: WebSocketOptions & WebSocketConnectionOptions;
  readonly #sockets: WebSocketServer;
  readonly #connections = new Set<WebSocketConnection>();
  readonly #limits: WebSocketLimits;
  readonly #protocol: WebSocketProtocol;
  readonly #pings: NodeJS.Timeout;
  /** Ids of upgrade requests, for their responses. */
  readonly #requestIds = new WeakMap<IncomingMessage, string>();

  constructor(options: WebSocketOptions) {
    this.#options = { ...options, onRefused: (webSocket) => recordRefusal(options, webSocket) };
    this.#limits = new WebSocketLimits(options);
    this.#protocol = new WebSocketProtocol(options);
    this.#sockets = new WebSocketServer({ ...socketOptions, maxPayload: options.maxBodyBytes });
    this.#sockets.on('headers', (headers, request) => headers.push(`${REQUEST_ID}: ${this.#requestIds.get(request)}`));
    this.#sockets.on('wsClientError', (error, socket, request) => this.#refuseHandshake(error, socket, request));
    const timeoutMs = options.slowReaderTimeoutMs;
    this.#pings = setInterval(
      () => {
        for (const connection of this.#connections) connection.ping(timeoutMs);
      },
      Math.min(Math.max(timeoutMs, MIN_PING_INTERVAL_MS), MAX_PING_INTERVAL_MS),
    );
  }

  /** Number of open WebSockets. */
  get size(): number {
    return this.#connections.size;
  }

  /** Handles an upgrade request: with 429 if there are too many WebSockets. From here on the handler owns the socket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (!(socket instanceof Socket)) throw new TypeError('Expected an upgrade on a network socket.');
    const requestId = requestIdOf(request.headers[REQUEST_ID]);
    const counted = this.#count(request, socket, requestId);
    if (!counted) return undefined;
    this.#requestIds.set(request, requestId);
    const credentials = credentialsOf({ rawHeaders: onlyHeaders(request, this.#options.identityHeaders), socket });
    const opened = { credentials, traceparent: traceparentOf(request), counted };
    return this.#sockets.handleUpgrade(request, socket, head, (webSocket) =>
      this.#opened(webSocket, new WebSocketConnection({ webSocket, socket, requestId }, this.#options), opened),
    );
  }

  /** A scope of its own: closures of an open connection must not retain the upgrade request. The same is true of {@link #count}. */
  #opened(
    webSocket: WebSocket,
    connection: WebSocketConnection,
    opened: Omit<WebSocketSession, 'connection' | 'operations'>,
  ): void {
    this.#connections.add(connection);
    webSocket.on('close', () => this.#connections.delete(connection)); // `once` would create two more objects for each connection
    this.#protocol.serve(webSocket, { ...opened, connection, operations: 0 });
  }

  /** Refuses an upgrade that violates the protocol. */
  #refuseHandshake({ message }: Error, socket: Duplex, request: IncomingMessage): void {
    const requestId = this.#requestIds.get(request) ?? '';
    const status = request.method === 'GET' ? 400 : 405;
    const error = failure('BAD_REQUEST', `Expected a GET with the headers of a WebSocket of version 13. ${message}.`);
    const headers = { 'sec-websocket-version': '13, 8' };
    refuseUpgrade(socket, { requestId, status, error, headers }, this.#options);
  }

  /** Counts a WebSocket until its socket is closed. Refuses it, and returns undefined, if there are too many. */
  #count(request: IncomingMessage, socket: Socket, requestId: string): OpenWebSocket | undefined {
    try {
      const counted = this.#limits.open(request);
      socket.on('close', () => counted[Symbol.dispose]());
      return counted;
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      refuseUpgrade(socket, { requestId, status: TOO_MANY, error, headers: { 'retry-after': '1' } }, this.#options);
      return undefined;
    }
  }

  /**
   * Completes all subscriptions, waits for the other operations, and closes all connections with 1001, spread over `drainMs`.
   * Connections that are open `drainMs` later are terminated. Resolves when all are closed.
   */
  async close(drainMs: number): Promise<void> {
    clearInterval(this.#pings);
    await staggered([...this.#connections], drainMs, (connection) => void connection.drain(SHUTDOWN_REASON));
    const deadline = setTimeout(() => {
      for (const connection of this.#connections) connection.terminate();
    }, drainMs);
    await new Promise((resolve) => this.#sockets.close(resolve)); // calls back when the last connection is closed
    clearTimeout(deadline);
  }
}

/** Returns the names and values, in turn, of those headers of a request that have one of the names. */
function onlyHeaders({ rawHeaders }: IncomingMessage, names: ReadonlySet<string>): readonly string[] {
  const isKept = (index: number) => names.has(rawHeaders[index]?.toLowerCase() ?? '');
  return rawHeaders.filter((_, index) => isKept(index - (index % 2)));
}
