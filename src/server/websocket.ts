import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ExecutionResult, GraphQLError } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { Connection } from './connection.ts';
import type { FrameStream } from './frame-stream.ts';
import { isStream, type Pipeline, type PreparedOperation } from './pipeline.ts';

const PING_INTERVAL_MS = 12_000;
const MAX_MESSAGE_BYTES = 1024 * 1024;
const CONNECTION_INIT_TIMEOUT_MS = 5_000;
export interface WebSockets {
  /** Takes over a connection that asks to become a WebSocket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes every connection with 1001. */
  close(): Promise<void>;
}

/** One operation on one connection. */
interface Place {
  readonly prepared: PreparedOperation;
  readonly id: string;
  readonly connection: Connection;
}

/** GraphQL over WebSocket: the graphql-transport-ws protocol, any operation, any number of them on one connection. */
export function createWebSockets(pipeline: Pipeline, publicError: (error: unknown) => GraphQLError): WebSockets {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });
  const connections = new WeakMap<WebSocket, Connection>();
  const places = new WeakMap<object, Place>();
  const begin = async (operation: object): Promise<ExecutionResult | FrameStream> => {
    const place = places.get(operation);
    if (!place) throw new TypeError('An operation came that was not prepared.');
    const answer = await pipeline.begin(place.prepared);
    return isStream(answer) ? place.connection.carry(place.id, answer) : answer;
  };
  const server = useServer(
    {
      connectionInitWaitTimeout: CONNECTION_INIT_TIMEOUT_MS,
      onSubscribe: async ({ extra: { socket } }, id, { query, operationName, variables }) => {
        const connection = connections.get(socket);
        if (!connection) throw new TypeError('A message came on a connection that was not upgraded.');
        const request = { query, operationName: operationName ?? undefined, variables: variables ?? undefined };
        const prepared = await pipeline.prepare(request, { signal: connection.closed });
        if ('errors' in prepared) return prepared.errors;
        places.set(prepared, { prepared, id, connection });
        return prepared;
      },
      execute: begin,
      subscribe: begin,
      onError: (_, __, ___, errors) => errors.map((error) => publicError(error).toJSON()),
    },
    sockets,
    PING_INTERVAL_MS,
  );
  return {
    upgrade(request, socket, head) {
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        connections.set(webSocket, new Connection(webSocket, socket));
        sockets.emit('connection', webSocket, request);
      });
    },
    close: async () => server.dispose(),
  };
}
