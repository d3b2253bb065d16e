import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { GraphQLError, type ExecutionResult } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { WebSocketConnection, UNAUTHORIZED } from './websocket-connection.ts';
import { credentialsOf, type Authenticator } from '../auth/authenticator.ts';
import type { Viewer } from '../auth/viewer.ts';
import { failure } from '../graphql/errors.ts';
import type { SubscriptionIterator } from './subscription-iterator.ts';
import type { FlowControl } from './flow-control.ts';
import { staggered } from './staggered.ts';
import { isStream, type Pipeline, type PreparedOperation } from './pipeline.ts';

const PING_INTERVAL_MS = 12_000;
const TRY_AGAIN_LATER = 1013;
const MAX_REASON_BYTES = 123;
const MAX_MESSAGE_BYTES = 1024 * 1024;
/** How long a close frame is given to pass what is stuck before it. */
const CLOSE_TIMEOUT_MS = 60_000;
const CONNECTION_INIT_TIMEOUT_MS = 5_000;
/** Typed by hand: @types/ws does not know `closeTimeout` yet. */
const socketOptions = {
  noServer: true,
  maxPayload: MAX_MESSAGE_BYTES,
  perMessageDeflate: false,
  closeTimeout: CLOSE_TIMEOUT_MS,
};
const GOING_AWAY = 'The server is stopping. Connect again in a second; your cursors stay good.';
export interface WebSockets {
  /** Takes over a connection that asks to become a WebSocket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Completes all streams and closes all connections with 1001, spread over this time; who lingers is cut off. */
  close(overMs: number): Promise<void>;
}

export interface WebSocketOptions {
  readonly pipeline: Pipeline;
  readonly flowControl: FlowControl;
  readonly publicError: (error: unknown) => GraphQLError;
  readonly authenticate: Authenticator;
  readonly maxSubscriptionsPerConnection: number;
  /** A client of which nothing is heard for so long, not even the answer to a ping, is closed. */
  readonly slowReaderTimeoutMs: number;
}

/** One operation on one connection. */
interface SubscribedOperation {
  readonly prepared: PreparedOperation;
  readonly id: string;
  readonly connection: WebSocketConnection;
}

/** GraphQL over WebSocket: the graphql-transport-ws protocol, any operation, any number of them on one connection. */
export function createWebSockets(options: WebSocketOptions): WebSockets {
  const { pipeline, flowControl, publicError, authenticate, slowReaderTimeoutMs } = options;
  const { maxSubscriptionsPerConnection: most } = options;
  const sockets = new WebSocketServer(socketOptions);
  const connections = new Map<WebSocket, WebSocketConnection>();
  const subscribed = new WeakMap<object, SubscribedOperation>();
  const authenticators = new WeakMap<WebSocket, () => Promise<Viewer>>();
  const begin = async (operation: object): Promise<ExecutionResult | SubscriptionIterator> => {
    const found = subscribed.get(operation);
    if (!found) throw new TypeError('An operation came that was not prepared.');
    const { prepared, id, connection } = found;
    const answer = await pipeline.begin(prepared);
    if (!isStream(answer)) return answer;
    if (connection.streams >= most) return { errors: [tooMany(most)] };
    return connection.carry(id, answer, prepared.contextValue.viewer.name);
  };
  const server = useServer(
    {
      connectionInitWaitTimeout: CONNECTION_INIT_TIMEOUT_MS,
      onConnect: async ({ extra: { socket, request }, connectionParams }) => {
        const credentials = { ...credentialsOf(request), connectionParams };
        authenticators.set(socket, () => authenticate(credentials));
        try {
          await authenticate(credentials);
          return true;
        } catch (error) {
          refuse(socket, publicError(error));
          return false;
        }
      },
      onSubscribe: async ({ extra: { socket } }, id, { query, operationName, variables }) => {
        const connection = connections.get(socket);
        const identify = authenticators.get(socket);
        if (!connection || !identify) throw new TypeError('A message came on a connection that was not opened.');
        const viewer = await identify().catch((error: unknown) => publicError(error));
        if (viewer instanceof GraphQLError) {
          // What cannot be found out now costs this operation only.
          if (isUnauthenticated(viewer)) refuse(socket, viewer);
          return [viewer];
        }
        const request = { query, operationName: operationName ?? undefined, variables: variables ?? undefined };
        const prepared = await pipeline.prepare(request, { signal: connection.closed, viewer });
        if ('errors' in prepared) return prepared.errors;
        subscribed.set(prepared, { prepared, id, connection });
        return prepared;
      },
      execute: begin,
      subscribe: begin,
      onError: (_, __, ___, errors) => errors.map((error) => publicError(error).toJSON()),
    },
    sockets,
    0, // we ping by ourselves: graphql-ws cuts off a client that is merely slow to answer
  );
  const pings = setInterval(() => {
    for (const connection of connections.values()) connection.ping(slowReaderTimeoutMs);
  }, PING_INTERVAL_MS);
  return {
    upgrade(request, socket, head) {
      if (!(socket instanceof Socket)) throw new TypeError('Expected an upgrade on a network socket.');
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        connections.set(webSocket, new WebSocketConnection(webSocket, socket, flowControl));
        webSocket.once('close', () => connections.delete(webSocket));
        sockets.emit('connection', webSocket, request);
      });
    },
    async close(overMs) {
      clearInterval(pings);
      await staggered([...connections.values()], overMs, (connection) => connection.drain(GOING_AWAY));
      const deadline = setTimeout(() => {
        for (const webSocket of connections.keys()) webSocket.terminate();
      }, overMs);
      await server.dispose(); // resolves when the last connection has closed
      clearTimeout(deadline);
    },
  };
}

/** It is not known who the client is; or it cannot be found out now, and the client may try again. */
function refuse(socket: WebSocket, error: GraphQLError): void {
  socket.close(isUnauthenticated(error) ? UNAUTHORIZED : TRY_AGAIN_LATER, closeReason(error.message));
}

function isUnauthenticated({ extensions }: GraphQLError): boolean {
  return extensions['code'] === 'UNAUTHENTICATED';
}

/** As much as fits into a close frame. */
function closeReason(message: string): string {
  return Buffer.from(message)
    .subarray(0, MAX_REASON_BYTES)
    .toString()
    .replace(/\uFFFD$/u, '');
}

function tooMany(most: number): GraphQLError {
  return failure(
    'RATE_LIMITED',
    `A connection may carry ${most} subscriptions at once. End one, or open another connection.`,
  );
}
