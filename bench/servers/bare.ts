import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { Client } from '../../src/kubernetes/client.ts';
import { createApiConnection } from '../../src/kubernetes/api-connection.ts';
import { statusOf, Workspace } from '../../src/kinds/workspace/resource.ts';
import type { MessageParts } from '../running-server.ts';
import { TIMESTAMP_BYTES } from '../timestamp.ts';
import { kubeconfigArgument } from './measured-server.ts';
import { serveSubscribers } from './web-socket-server.ts';

/**
 * The lower limit of the cost: each watch event becomes one prepared message that is sent to every socket, without
 * GraphQL, store or limits. With the second argument `corked`, the writes of one turn become one system call per socket.
 */
const isCorking = process.argv[3] === 'corked';
const subscribers = new Map<WebSocket, Socket>();
const corked: Socket[] = [];
let message: MessageParts = { before: '', after: '' };

function broadcast(stamp: string): void {
  const bytes = Buffer.from(`${message.before}${stamp}${message.after}`);
  for (const [webSocket, socket] of subscribers) {
    if (isCorking) cork(socket);
    webSocket.send(bytes, { binary: false });
  }
}

function cork(socket: Socket): void {
  if (socket.writableCorked > 0) return;
  if (corked.length === 0) setImmediate(() => corked.splice(0).forEach((each) => each.uncork()));
  socket.cork();
  corked.push(socket);
}

const client = new Client(await createApiConnection({ type: 'text', text: kubeconfigArgument() }));
void client.watch(Workspace, {
  resourceVersion: undefined,
  timeoutSeconds: 3_600,
  idleTimeoutMs: 3_600_000,
  signal: new AbortController().signal,
  onMalformed: (error) => console.error(error),
  onEvent: (event) => {
    if (event.type === 'MODIFIED') broadcast((statusOf(event.object).stateMessage ?? '').slice(0, TIMESTAMP_BYTES));
  },
});
serveSubscribers({ subscribers, onMessageParts: (parts) => (message = parts) });
