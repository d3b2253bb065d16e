import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { GraphQLError, type ExecutionResult } from 'graphql';
import { CloseCode, handleProtocols, makeServer, MessageType, type Server, type SubscribePayload } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { credentialsOf, type Authenticator } from '../auth/authenticator.ts';
import type { Viewer } from '../auth/viewer.ts';
import { Deadline } from '../graphql/deadline.ts';
import { failure } from '../graphql/errors.ts';
import type { FlowControl } from './flow-control.ts';
import { isSubscription, type Pipeline, type PreparedOperation } from './pipeline.ts';
import { staggered } from './shutdown.ts';
import { UNAUTHORIZED, WebSocketConnection, type SubscriptionIterator } from './websocket-connection.ts';

const MAX_PING_INTERVAL_MS = 12_000;
const MIN_PING_INTERVAL_MS = 1_000;
const TRY_AGAIN_LATER = 1013;
/** Limit of a close frame (RFC 6455, section 5.5) less the close code. */
const MAX_REASON_BYTES = 123;
const MAX_MESSAGE_BYTES = 1024 * 1024;
/** Time for the close handshake of a client that has yet to read other data. */
const CLOSE_TIMEOUT_MS = 60_000;
const CONNECTION_INIT_TIMEOUT_MS = 5_000;
/** A variable of its own, because @types/ws lacks `closeTimeout`, and a literal would be checked for excess properties. */
const socketOptions = {
  noServer: true,
  maxPayload: MAX_MESSAGE_BYTES,
  perMessageDeflate: false,
  closeTimeout: CLOSE_TIMEOUT_MS,
  handleProtocols,
};
const GOING_AWAY = 'The server is shutting down. Reconnect after a second; cursors stay valid.';

interface WebSocketOptions {
  readonly pipeline: Pipeline;
  readonly flowControl: FlowControl;
  readonly publicError: (error: unknown) => GraphQLError;
  readonly authenticate: Authenticator;
  readonly maxSubscriptionsPerConnection: number;
  /** Time limit of an operation. */
  readonly requestTimeoutMs: number;
  /** A client that sends nothing for this time after a ping, not even a pong, is disconnected. */
  readonly slowReaderTimeoutMs: number;
}

interface ReceivedOperation {
  readonly socket: WebSocket;
  readonly id: string;
  readonly deadline: Deadline;
}

/** What graphql-ws passes to its hooks. */
interface Extra {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
}

interface SubscribedOperation {
  readonly prepared: PreparedOperation;
  readonly id: string;
  readonly connection: WebSocketConnection;
}

/**
 * GraphQL over WebSocket: the graphql-transport-ws protocol, for queries, mutations and subscriptions.
 *
 * Authenticates at `connection_init`, and again for each operation. A connection whose client cannot be authenticated is
 * closed with 4401; with 1013 if the API server cannot be asked. Pings at least every 12 s.
 */
export class WebSocketHandler {
  readonly #options: WebSocketOptions;
  readonly #sockets = new WebSocketServer(socketOptions);
  readonly #connections = new Map<WebSocket, WebSocketConnection>();
  readonly #authenticators = new WeakMap<WebSocket, () => Promise<Viewer>>();
  /** By the prepared operation, which graphql-ws passes from `onSubscribe` to `execute` and `subscribe`. */
  readonly #operations = new WeakMap<object, SubscribedOperation>();
  readonly #server: Server<Extra>;
  readonly #pings: NodeJS.Timeout;

  constructor(options: WebSocketOptions) {
    this.#options = options;
    const run = (prepared: object) => this.#run(prepared);
    this.#server = makeServer<Record<string, unknown>, Extra>({
      connectionInitWaitTimeout: CONNECTION_INIT_TIMEOUT_MS,
      onConnect: ({ extra, connectionParams }) => this.#connect(extra, connectionParams),
      onSubscribe: async ({ extra: { socket }, subscriptions }, id, payload) => {
        const deadline = new Deadline(options.requestTimeoutMs);
        subscriptions[id] = cancellation(deadline); // until the operation is a subscription
        return this.#prepare({ socket, id, deadline }, payload);
      },
      execute: run,
      subscribe: run,
      onError: (_, __, ___, errors) => errors.map((error) => options.publicError(error).toJSON()),
    });
    const timeoutMs = options.slowReaderTimeoutMs;
    this.#pings = setInterval(
      () => {
        for (const connection of this.#connections.values()) connection.ping(timeoutMs);
      },
      Math.min(Math.max(timeoutMs, MIN_PING_INTERVAL_MS), MAX_PING_INTERVAL_MS),
    );
  }

  /** Handles an upgrade request. From here on the handler owns the socket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (!(socket instanceof Socket)) throw new TypeError('Expected an upgrade on a network socket.');
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.#connections.set(webSocket, new WebSocketConnection(webSocket, socket, this.#options.flowControl));
      webSocket.once('close', () => this.#connections.delete(webSocket));
      this.#serve(webSocket, request);
    });
  }

  /**
   * Completes all subscriptions and closes all connections with 1001, spread over `drainMs`. Connections that are open
   * `drainMs` later are terminated. Resolves when all are closed.
   */
  async close(drainMs: number): Promise<void> {
    clearInterval(this.#pings);
    await staggered([...this.#connections.values()], drainMs, (connection) => connection.drain(GOING_AWAY));
    const deadline = setTimeout(() => {
      for (const webSocket of this.#connections.keys()) webSocket.terminate();
    }, drainMs);
    await new Promise((resolve) => this.#sockets.close(resolve)); // calls back when the last connection is closed
    clearTimeout(deadline);
  }

  /**
   * Connects a WebSocket to graphql-ws. The binding of graphql-ws for `ws` prints the errors of clients to the console, and
   * sends their stacks.
   */
  #serve(socket: WebSocket, request: IncomingMessage): void {
    socket.on('error', () => undefined); // ws closes the connection with the code of the protocol error
    const closed = this.#server.opened(
      {
        protocol: socket.protocol,
        // A failed write means that the connection is being closed, which ends the operations.
        send: (text) => new Promise((resolve) => socket.send(text, () => resolve())),
        close: (code, reason = '') => socket.close(code, closeReason(reason)),
        onPing: (payload) => answerPing(socket, payload),
        onMessage: (handle) =>
          socket.on('message', (bytes: Buffer) => {
            handle(bytes.toString()).catch((error: unknown) => this.#closeFailed(socket, error));
          }),
      },
      { socket, request },
    );
    socket.once('close', (code, reason) => {
      closed(code, reason.toString()).catch((error: unknown) => this.#options.publicError(error));
    });
  }

  /** graphql-ws throws if it gets a message that only servers send. Any other error is unexpected. */
  #closeFailed(socket: WebSocket, error: unknown): void {
    if (error instanceof Error && error.message.startsWith('Unexpected message of type')) {
      socket.close(CloseCode.BadRequest, 'Expected a message that clients send.');
      return;
    }
    const { message } = this.#options.publicError(error);
    socket.close(CloseCode.InternalServerError, closeReason(message));
  }

  async #connect({ socket, request }: Extra, connectionParams: Record<string, unknown> | undefined): Promise<boolean> {
    const { authenticate, publicError } = this.#options;
    const credentials = { ...credentialsOf(request), connectionParams };
    this.#authenticators.set(socket, () => authenticate(credentials));
    try {
      await authenticate(credentials);
      return true;
    } catch (error) {
      reject(socket, publicError(error));
      return false;
    }
  }

  async #prepare(
    { socket, id, deadline }: ReceivedOperation,
    { query, operationName, variables }: SubscribePayload,
  ): Promise<PreparedOperation | readonly GraphQLError[]> {
    const { pipeline, publicError } = this.#options;
    const connection = this.#connections.get(socket);
    const authenticate = this.#authenticators.get(socket);
    if (!connection || !authenticate) throw new TypeError('Expected a message on an open connection.');
    const viewer = await deadline.race(authenticate()).catch((error: unknown) => publicError(error));
    if (viewer instanceof GraphQLError) {
      // An API server that cannot be asked fails only this operation.
      if (isUnauthenticated(viewer)) reject(socket, viewer);
      return [viewer];
    }
    const request = { query, operationName: operationName ?? undefined, variables: variables ?? undefined };
    const prepared = await pipeline.prepare(request, { viewer, deadline });
    if ('errors' in prepared) return prepared.errors;
    this.#operations.set(prepared, { prepared, id, connection });
    return prepared;
  }

  async #run(operation: object): Promise<ExecutionResult | SubscriptionIterator> {
    const { pipeline, maxSubscriptionsPerConnection: limit } = this.#options;
    const subscribed = this.#operations.get(operation);
    if (!subscribed) throw new TypeError('Expected an operation that was prepared by onSubscribe.');
    const { prepared, id, connection } = subscribed;
    const result = await pipeline.run(prepared);
    if (!isSubscription(result)) {
      prepared.contextValue.deadline?.remove();
      return result;
    }
    if (connection.subscriptions >= limit) {
      result.discard();
      return { errors: [tooManySubscriptions(limit)] };
    }
    return connection.carry(id, result, prepared.contextValue.viewer.name);
  }
}

/** JSON.parse accepts any nesting, JSON.stringify does not. */
function answerPing(socket: WebSocket, payload: unknown): void {
  try {
    socket.send(JSON.stringify({ type: MessageType.Pong, payload }));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    socket.close(CloseCode.BadRequest, 'Expected a payload with less nesting.');
  }
}

/**
 * Returns the entry of an operation that has no result yet. graphql-ws calls `return` when the client completes the
 * operation, or disconnects.
 */
function cancellation(deadline: Deadline): AsyncGenerator<never, undefined> {
  const end = (): Promise<IteratorResult<never, undefined>> => {
    deadline.cancel();
    return Promise.resolve({ done: true, value: undefined });
  };
  return {
    next: end,
    return: end,
    throw: end,
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await end();
    },
  };
}

function reject(socket: WebSocket, error: GraphQLError): void {
  socket.close(isUnauthenticated(error) ? UNAUTHORIZED : TRY_AGAIN_LATER, closeReason(error.message));
}

function isUnauthenticated({ extensions }: GraphQLError): boolean {
  return extensions['code'] === 'UNAUTHENTICATED';
}

/** Returns the longest prefix that fits into a close frame and does not split a character. */
function closeReason(message: string): string {
  return Buffer.from(message)
    .subarray(0, MAX_REASON_BYTES)
    .toString()
    .replace(/\uFFFD$/u, '');
}

function tooManySubscriptions(limit: number): GraphQLError {
  return failure(
    'RATE_LIMITED',
    `Expected at most ${limit} subscriptions on one connection. Complete one, or open another connection.`,
  );
}
