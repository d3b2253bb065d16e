import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { GraphQLError, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { CloseCode, handleProtocols, makeServer, MessageType, type Server, type SubscribePayload } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { credentialsOf, type Authenticator, type Credentials } from '../auth/authenticator.ts';
import type { Viewer } from '../auth/viewer.ts';
import { isSerialized } from '../execution/serialized-result.ts';
import { tooMany, type ConcurrencyLimit } from '../graphql/concurrency-limit.ts';
import { Deadline } from '../graphql/deadline.ts';
import { failure } from '../graphql/errors.ts';
import { codeOf, OperationRecord, requestIdOf } from '../graphql/operation-record.ts';
import type { BytesInFlight } from '../scheduling/bytes-in-flight.ts';
import { excessiveValues } from './body-limits.ts';
import { closingFor } from './close-codes.ts';
import { cursorIn } from './operation-request.ts';
import { isSubscription, isSubscriptionOperation, type OperationRequest, type PreparedOperation } from './operation.ts';
import { withoutHttp, type Pipeline } from './pipeline.ts';
import { recordRefusal, refuseUpgrade } from './refused-websockets.ts';
import { traceparentOf, type OperationObservers } from './request-gate.ts';
import { REQUEST_ID } from './server-response.ts';
import { staggered } from './shutdown.ts';
import { WebSocketLimits, type OpenWebSocket, type WebSocketLimitOptions } from './websocket-limits.ts';
import { WebSocketConnection, type WebSocketConnectionOptions } from './websocket-connection.ts';
import { cancellation, sendSerialized } from './websocket-iterators.ts';
import { ignoreBytesAfterErrors } from './websocket-receiver.ts';
import type { WebSocketSubscription } from './websocket-subscription.ts';

ignoreBytesAfterErrors();

const MAX_PING_INTERVAL_MS = 12_000;
const MIN_PING_INTERVAL_MS = 1_000;
/** Time for the close handshake of a client that has yet to read other data. */
const CLOSE_TIMEOUT_MS = 60_000;
const CONNECTION_INIT_TIMEOUT_MS = 5_000;
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
const GOING_AWAY = 'The server is shutting down. Reconnect after a second; cursors stay valid.';

interface WebSocketOptions
  extends Omit<WebSocketConnectionOptions, 'onRefused'>, WebSocketLimitOptions, OperationObservers {
  readonly pipeline: Pipeline;
  /** Limit on the queries and mutations in progress. */
  readonly operationLimit: ConcurrencyLimit;
  readonly publicError: (error: unknown) => GraphQLError;
  readonly authenticate: Authenticator;
  /** Memory of the requests in progress. */
  readonly bytesInFlight: BytesInFlight;
  readonly maxSubscriptionsPerConnection: number;
  /** Limit on the values in the JSON of a message. */
  readonly maxBodyValues: number;
  /** Time limit of an operation. */
  readonly requestTimeoutMs: number;
  /** A client that sends nothing for this time after a ping, not even a pong, is disconnected. */
  readonly slowReaderTimeoutMs: number;
}

/** One WebSocket, which graphql-ws passes to its hooks. */
interface Extra {
  readonly connection: WebSocketConnection;
  /** Of the upgrade request, which is not retained. */
  readonly credentials: Credentials;
  readonly traceparent: string | undefined;
  readonly counted: OpenWebSocket;
  /** Number of operations so far. */
  operations: number;
  /** Authenticates with the credentials of `connection_init`. */
  authenticate?: () => Promise<Viewer>;
}

interface ReceivedOperation {
  readonly id: string;
  readonly deadline: Deadline;
  readonly record: OperationRecord;
  /** Disposed of when the answer has been sent. */
  readonly scope: DisposableStack;
}

interface SubscribedOperation {
  readonly prepared: PreparedOperation;
  readonly id: string;
  readonly connection: WebSocketConnection;
  /** Cursor of the last event that the client received, if the message carries one. */
  readonly after: string | undefined;
}

/**
 * GraphQL over WebSocket: the graphql-transport-ws protocol, for queries, mutations and subscriptions.
 *
 * Authenticates at `connection_init`, and again for each operation. A connection whose client cannot be authenticated is
 * closed with 4401; with 1013 if the API server cannot be asked, or the viewer has too many WebSockets. Pings at least every 12 s.
 */
export class WebSocketHandler {
  readonly #options: WebSocketOptions & WebSocketConnectionOptions;
  readonly #sockets: WebSocketServer;
  readonly #connections = new Set<WebSocketConnection>();
  readonly #limits: WebSocketLimits;
  /**
   * By the arguments that graphql-ws passes from `onSubscribe` to `execute` and `subscribe`. It retains them until the operation ends, so
   * they are not the prepared operation itself.
   */
  readonly #operations = new WeakMap<object, SubscribedOperation>();
  readonly #server: Server<Extra>;
  readonly #pings: NodeJS.Timeout;
  /** Ids of upgrade requests, for their responses. */
  readonly #requestIds = new WeakMap<IncomingMessage, string>();

  constructor(options: WebSocketOptions) {
    this.#options = { ...options, onRefused: (webSocket) => recordRefusal(options, webSocket) };
    this.#limits = new WebSocketLimits(options);
    this.#sockets = new WebSocketServer({ ...socketOptions, maxPayload: options.maxBodyBytes });
    this.#sockets.on('headers', (headers, request) => headers.push(`${REQUEST_ID}: ${this.#requestIds.get(request)}`));
    this.#sockets.on('wsClientError', (error, socket, request) => this.#refuseHandshake(error, socket, request));
    const run = (operation: object) => this.#run(operation);
    this.#server = makeServer<Record<string, unknown>, Extra>({
      connectionInitWaitTimeout: CONNECTION_INIT_TIMEOUT_MS,
      onConnect: ({ extra, connectionParams }) => this.#connect(extra, connectionParams),
      onSubscribe: ({ extra, subscriptions }, id, payload) => {
        const scope = extra.connection.receivedOperation();
        const record = this.#recordFor(extra);
        if (scope instanceof GraphQLError) return refused(record, scope);
        scope.defer(() => record.end());
        const deadline = scope.use(new Deadline(options.requestTimeoutMs));
        subscriptions[id] = cancellation(deadline, record); // until the operation is a subscription
        return record.within(() => this.#prepare(extra, { id, deadline, record, scope }, payload));
      },
      execute: run,
      subscribe: run,
      onError: (_, __, ___, errors) => errors.map((error) => options.publicError(error).toJSON()),
    });
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
    const credentials = credentialsOf({ rawHeaders: request.rawHeaders, socket });
    const opened = { credentials, traceparent: traceparentOf(request), counted };
    return this.#sockets.handleUpgrade(request, socket, head, (webSocket) =>
      this.#opened(webSocket, new WebSocketConnection({ webSocket, socket, requestId }, this.#options), opened),
    );
  }

  /** A scope of its own: closures of an open connection must not retain the upgrade request. The same is true of {@link #count}. */
  #opened(
    webSocket: WebSocket,
    connection: WebSocketConnection,
    opened: Omit<Extra, 'connection' | 'operations'>,
  ): void {
    this.#connections.add(connection);
    webSocket.on('close', () => this.#connections.delete(connection)); // `once` would create two more objects for each connection
    this.#serve(webSocket, { ...opened, connection, operations: 0 });
  }

  /** Operations have the id of the upgrade request and a number: clients may use the ids of the protocol again. */
  #recordFor(extra: Extra): OperationRecord {
    extra.operations += 1;
    const about = { requestId: `${extra.connection.requestId}/${extra.operations}`, transport: 'websocket' } as const;
    const record = new OperationRecord(about, this.#options.onOperation);
    this.#options.onOperationBegin?.(record, extra.traceparent);
    return record;
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
    await staggered([...this.#connections], drainMs, (connection) => void connection.drain(GOING_AWAY));
    const deadline = setTimeout(() => {
      for (const connection of this.#connections) connection.terminate();
    }, drainMs);
    await new Promise((resolve) => this.#sockets.close(resolve)); // calls back when the last connection is closed
    clearTimeout(deadline);
  }

  /**
   * Connects a WebSocket to graphql-ws. The binding of graphql-ws for `ws` prints the errors of clients to the console, and
   * sends their stacks.
   */
  #serve(socket: WebSocket, extra: Extra): void {
    const { connection } = extra;
    const closed = this.#server.opened(
      {
        protocol: socket.protocol,
        send: (text) => connection.send(text),
        close: (code = CloseCode.InternalServerError, reason = '') => connection.refuse({ code, reason }),
        onPing: (payload) => answerPing(connection, payload),
        onMessage: (handle) =>
          socket.on('message', (bytes: Buffer) => {
            const text = bytes.toString();
            const excess = excessiveValues(text, this.#options.maxBodyValues);
            if (excess) return connection.refuse({ code: CloseCode.BadRequest, reason: excess.message, error: excess });
            connection.receive(() => handle(text)).catch((error: unknown) => this.#closeFailed(connection, error));
          }),
      },
      extra,
    );
    socket.on('close', (code, reason) => {
      closed(code, reason.toString()).catch((error: unknown) => this.#options.publicError(error));
    });
  }

  /** graphql-ws throws if it gets a message that only servers send. Any other error is unexpected. */
  #closeFailed(connection: WebSocketConnection, error: unknown): void {
    if (error instanceof Error && error.message.startsWith('Unexpected message of type'))
      return connection.refuse({ code: CloseCode.BadRequest, reason: 'Expected a message that clients send.' });
    const shown = this.#options.publicError(error);
    return connection.refuse({ code: CloseCode.InternalServerError, reason: shown.message, error: shown });
  }

  async #connect(extra: Extra, connectionParams: Record<string, unknown> | undefined): Promise<boolean> {
    const { authenticate, publicError, requestTimeoutMs } = this.#options;
    const credentials = { ...extra.credentials, connectionParams };
    extra.authenticate = async () => authenticate(credentials);
    using deadline = new Deadline(requestTimeoutMs);
    try {
      const { name } = await deadline.race(extra.authenticate());
      extra.connection.identified(name);
      extra.counted.authenticated(name);
      extra.connection.admitted();
      return true;
    } catch (error) {
      extra.connection.refuse(closingFor(publicError(error)));
      return false;
    }
  }

  async #prepare(
    { connection, authenticate }: Extra,
    { id, deadline, record, scope }: ReceivedOperation,
    payload: SubscribePayload & Pick<OperationRequest, 'documentId'>,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const { pipeline, publicError, operationLimit } = this.#options;
    if (!authenticate) throw new TypeError('Expected an operation after connection_init.');
    const viewer = await deadline.race(authenticate()).catch((error: unknown) => publicError(error));
    if (viewer instanceof GraphQLError) {
      // An API server that cannot be asked fails only this operation. graphql-ws sends the error in a later microtask.
      const { code, reason } = closingFor(viewer);
      if (codeOf(viewer) === 'UNAUTHENTICATED') setImmediate(() => connection.close(code, reason));
      return failed(record, viewer);
    }
    const { name } = viewer;
    record.viewer = name;
    connection.openFlow(name);
    const bytes = this.#options.bytesInFlight.open({ viewer: name, until: deadline, transport: connection.transport });
    const { query, documentId, extensions } = payload;
    const operationName = payload.operationName ?? undefined;
    const variables = payload.variables ?? undefined;
    const request = { query, documentId, extensions, operationName, variables };
    const prepared = await pipeline.prepare(request, { viewer, deadline, bytes, record });
    if ('errors' in prepared) return prepared.errors;
    try {
      if (!isSubscriptionOperation(prepared)) scope.use(operationLimit.enter(name));
    } catch (error) {
      return failed(record, publicError(error));
    }
    const { schema, document } = prepared;
    const operation = { schema, document, operationName: prepared.operationName, contextValue: undefined };
    this.#operations.set(operation, { prepared, id, connection, after: cursorIn(extensions) });
    return operation;
  }

  async #run(operation: object): Promise<ExecutionResult | AsyncGenerator<never> | WebSocketSubscription> {
    const { pipeline, maxSubscriptionsPerConnection: limit } = this.#options;
    const subscribed = this.#operations.get(operation);
    if (!subscribed) throw new TypeError('Expected an operation that was prepared by onSubscribe.');
    this.#operations.delete(operation); // a subscription must not retain the context that it began with
    const { prepared, id, connection, after } = subscribed;
    const run = () => pipeline.run(prepared, after);
    const result = await (prepared.contextValue.record?.within(run) ?? run());
    if (isSerialized(result)) {
      prepared.contextValue.bytes?.answer(result.byteLength);
      return sendSerialized(connection, id, result);
    }
    if (!isSubscription(result)) return result;
    if (connection.subscriptions >= limit) {
      result.discard();
      const refusal = tooManySubscriptions(limit);
      prepared.contextValue.record?.fail([refusal]);
      return { errors: [withoutHttp(refusal)] };
    }
    return connection.startSubscription(id, result, prepared.contextValue.record);
  }
}

/** Records the error of an operation, and returns it as graphql-ws expects it. */
function failed(record: OperationRecord, error: GraphQLError): readonly GraphQLError[] {
  record.fail([error]);
  return [withoutHttp(error)];
}

/** Ends the record of an operation that was refused. */
function refused(record: OperationRecord, error: GraphQLError): readonly GraphQLError[] {
  const errors = failed(record, error);
  record.end();
  return errors;
}

/** JSON.parse accepts any nesting, JSON.stringify does not. */
async function answerPing(connection: WebSocketConnection, payload: unknown): Promise<void> {
  try {
    await connection.send(JSON.stringify({ type: MessageType.Pong, payload }));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    connection.refuse({ code: CloseCode.BadRequest, reason: 'Expected a payload with less nesting.' });
  }
}

function tooManySubscriptions(max: number): GraphQLError {
  return tooMany({ setting: 'MAX_SUBSCRIPTIONS_PER_CONNECTION', max }, 'subscriptions on one connection');
}
