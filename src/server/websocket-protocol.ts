import { GraphQLError, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { CloseCode, makeServer, MessageType, type Server, type SubscribePayload } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Authenticator, Credentials } from '../auth/authenticator.ts';
import type { Viewer } from '../auth/viewer.ts';
import { isSerialized } from '../execution/serialized-result.ts';
import { tooMany, type ConcurrencyLimit } from '../graphql/concurrency-limit.ts';
import { Deadline } from '../graphql/deadline.ts';
import { failure } from '../graphql/errors.ts';
import { isRecord } from '../graphql/json-values.ts';
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
/** Limit on the characters of the id of an operation, which each event of a subscription repeats. */
const MAX_ID_LENGTH = 1_024;

export interface WebSocketProtocolOptions extends OperationObservers {
  readonly pipeline: Pipeline;
  /** Limit on the queries and mutations in progress. */
  readonly operationLimit: ConcurrencyLimit;
  readonly publicError: (error: unknown) => GraphQLError;
  readonly authenticate: Authenticator;
  /** Headers, and parameters of `connection_init`, that authenticators read, in lower case. An open WebSocket retains no others. */
  readonly identityHeaders: ReadonlySet<string>;
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
      onConnect: ({ extra: session, connectionParams }) => this.#connect(session, takenFrom(connectionParams ?? {})),
      onSubscribe: ({ extra: session, subscriptions }, id, payload) => {
        const scope = session.connection.receivedOperation();
        const record = this.#recordFor(session);
        if (scope instanceof GraphQLError) return refused(record, scope);
        const deadline = deadlineIn(scope, record, options.requestTimeoutMs);
        subscriptions[id] = cancellation(deadline, record); // until the operation is a subscription
        const request = takenFrom(payload);
        return record.within(() => this.#prepare(session, { id, deadline, record, scope }, request));
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
        onMessage: (handleText) => {
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `parseMessage` of graphql-ws takes objects, too
          const handle = handleText as (message: unknown) => Promise<void>;
          socket.on('message', (bytes: Buffer) => {
            const text = bytes.toString();
            const excess = excessiveValues(text, this.#options.maxBodyValues);
            const message = excess ?? messageIn(text);
            if (message instanceof GraphQLError)
              return connection.refuse({ code: CloseCode.BadRequest, reason: message.message, error: message });
            connection.receive(message, handle).catch((error: unknown) => this.#closeFailed(connection, error));
          });
        },
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

  async #connect(session: WebSocketSession, params: Readonly<Record<string, unknown>>): Promise<boolean> {
    const { authenticate, identityHeaders, publicError, requestTimeoutMs } = this.#options;
    const identity = Object.entries(params).filter(([name]) => identityHeaders.has(name.toLowerCase()));
    const connectionParams = Object.fromEntries(identity);
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

/**
 * Returns a message as an object: graphql-ws retains what it is given until an operation ends, and would retain the text, too. Returns the
 * text if it is not that of an object, which graphql-ws refuses, and an error if the id is too long.
 */
function messageIn(text: string): unknown {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return text;
  }
  if (!isRecord(message)) return text;
  const { id } = message;
  if (typeof id !== 'string' || id.length <= MAX_ID_LENGTH) return message;
  return failure('TOO_LARGE', `Expected an operation id of at most ${MAX_ID_LENGTH} characters, got ${id.length}.`);
}

/** Returns a copy of a payload, and empties it: graphql-ws retains payloads until the operation or the connection ends. */
function takenFrom<T extends object>(payload: T): T {
  const copy = { ...payload };
  for (const name of Object.keys(payload)) Reflect.deleteProperty(payload, name);
  return copy;
}

/** Returns the time limit of an operation. A scope of its own: the scope of a running subscription must not retain the request. */
function deadlineIn(scope: DisposableStack, record: OperationRecord, milliseconds: number): Deadline {
  scope.defer(() => record.end());
  return scope.use(new Deadline(milliseconds));
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
