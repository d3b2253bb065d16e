import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { MessageParts } from '../running-server.ts';
import { handleBenchRequests } from './measured-server.ts';

interface SubscriberOptions {
  /** Sockets of the clients that have subscribed. The server adds and removes them. */
  readonly subscribers: Map<WebSocket, Socket>;
  readonly onMessageParts: (parts: MessageParts) => void;
}

/** Accepts WebSockets on a free port, acknowledges them without authentication, and counts each operation as a subscription. */
export function serveSubscribers({ subscribers, onMessageParts }: SubscriberOptions): void {
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    perMessageDeflate: false,
    handleProtocols: () => 'graphql-transport-ws',
  });
  server.on('connection', (webSocket, { socket }) => {
    webSocket.on('message', (bytes: Buffer) => {
      if (bytes.includes('connection_init')) webSocket.send('{"type":"connection_ack"}');
      else subscribers.set(webSocket, socket);
    });
    webSocket.on('error', () => webSocket.terminate());
    webSocket.once('close', () => subscribers.delete(webSocket));
  });
  server.once('listening', () => {
    const { port } = server.address() as AddressInfo;
    handleBenchRequests({
      url: `http://127.0.0.1:${port}/graphql`,
      subscribers: () => subscribers.size,
      setMessage: (before, after) => onMessageParts({ before, after }),
    });
  });
}
