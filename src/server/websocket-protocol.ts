import { GraphQLError, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { CloseCode, makeServer, MessageType, type Server, type SubscribePayload } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Authenticator, Credentials } from '../auth/authenticator.ts';
import type { Viewer } from '../auth/viewer.ts';
import { isSerialized } from '../execution/serialized-result.ts';
import { tooMany, type ConcurrencyLimit } from '../graphql/concurrency-limit.ts';
import { Deadline } from '../graphql/deadline.ts';
import { codeOf, OperationRecord } from '../graphql/operation-record.ts';
import type { BytesInFlight } from '../scheduling/bytes-in-flight.ts';
import { excessiveValues } from './body-limits.ts';
import { closingFor } from './close-codes.ts';
import { cursorIn } from './operation-request.ts';
import { isSubscription, isSubscriptionOperation, type OperationRequest, type PreparedOperation } from './operation.ts';
import { withoutHttp, type Pipeline } from './pipeline.ts';
import type { OperationObservers } from './request-gate.ts';
import type { WebSocketConnection } from './websocket-connection.ts';
import { cancellation, sendSerialized } from './websocket-iterators.ts';
import type { OpenWebSocket } from './websocket-limits.ts';
import type { WebSocketSubscription } from './websocket-subscription.ts';

const CONNECTION_INIT_TIMEOUT_MS = 5_000;

export interface WebSocketProtocolOptions extends OperationObservers {
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
}

/** One open WebSocket, which graphql-ws passes to its hooks. */
export interface WebSocketSession {
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

/** Operation of a `subscribe` message. */
interface ReceivedOperation {
  readonly id: string;
  readonly deadline: Deadline;
  readonly record: OperationRecord;
  /** Disposed of when the answer has been sent. */
  readonly scope: DisposableStack;
}

/** Operation that is ready to run. */
interface ReadyOperation {
  readonly prepared: PreparedOperation;
  readonly id: string;
  readonly connection: WebSocketConnection;
  /** Cursor of the last event that the client received, if the message carries one. */
  readonly after: string | undefined;
}

/**
 * The graphql-transport-ws protocol, for queries, mutations and subscriptions: the hooks of graphql-ws, which handles its messages.
 *
 * Authenticates at `connection_init`, and again for each operation. A connection whose client cannot be authenticated is
 * closed with 4401; with 1013 if the API server cannot be asked, or the viewer has too many WebSockets.
 */
export class WebSocketProtocol {
  readonly #options: WebSocketProtocolOptions;
  /**
   * Operations by the arguments that graphql-ws passes from `onSubscribe` to `execute` and `subscribe`. It retains the arguments until the
   * operation ends, so they are not the prepared operation itself.
   */
  readonly #operations = new WeakMap<object, ReadyOperation>();
  readonly #server: Server<WebSocketSession>;

  constructor(options: WebSocketProtocolOptions) {
    this.#options = options;
    const run = (operation: object) => this.#run(operation);
    this.#server = makeServer<Record<string, unknown>, WebSocketSession>({
      connectionInitWaitTimeout: CONNECTION_INIT_TIMEOUT_MS,
      onConnect: ({ extra: session, connectionParams }) => this.#connect(session, connectionParams),
      onSubscribe: ({ extra: session, subscriptions }, id, payload) => {
        const scope = session.connection.receivedOperation();
        const record = this.#recordFor(session);
        if (scope instanceof GraphQLError) return refused(record, scope);
        scope.defer(() => record.end());
        const deadline = scope.use(new Deadline(options.requestTimeoutMs));
        subscriptions[id] = cancellation(deadline, record); // until the operation is a subscription
        return record.within(() => this.#prepare(session, { id, deadline, record, scope }, payload));
      },
      execute: run,
      subscribe: run,
      onError: (_, __, ___, errors) => errors.map((error) => options.publicError(error).toJSON()),
    });
  }

  /**
   * Connects a WebSocket to graphql-ws. The binding of graphql-ws for `ws` prints the errors of clients to the console, and
   * sends their stacks.
   */
  serve(socket: WebSocket, session: WebSocketSession): void {
    const { connection } = session;
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
            connection.receive(text, handle).catch((error: unknown) => this.#closeFailed(connection, error));
          }),
      },
      session,
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

  async #connect(session: WebSocketSession, connectionParams: Record<string, unknown> | undefined): Promise<boolean> {
    const { authenticate, publicError, requestTimeoutMs } = this.#options;
    const credentials = { ...session.credentials, connectionParams };
    session.authenticate = async () => authenticate(credentials);
    using deadline = new Deadline(requestTimeoutMs);
    try {
      const { name } = await deadline.race(session.authenticate());
      session.connection.identified(name);
      session.counted.authenticated(name);
      session.connection.admitted();
      return true;
    } catch (error) {
      session.connection.refuse(closingFor(publicError(error)));
      return false;
    }
  }

  /** Operations have the id of the upgrade request and a number: clients may use the ids of the protocol again. */
  #recordFor(session: WebSocketSession): OperationRecord {
    session.operations += 1;
    const requestId = `${session.connection.requestId}/${session.operations}`;
    const record = new OperationRecord({ requestId, transport: 'websocket' }, this.#options.onOperation);
    this.#options.onOperationBegin?.(record, session.traceparent);
    return record;
  }

  async #prepare(
    { connection, authenticate }: WebSocketSession,
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
