import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { createApiConnection } from '../../src/kubernetes/api-connection.ts';
import type { MessageParts } from '../running-server.ts';
import { TIMESTAMP_BYTES } from '../timestamp.ts';
import { kubeconfigArgument } from './measured-server.ts';
import { serveSubscribers } from './web-socket-server.ts';

/**
 * The lower limit of the cost of one change in Node: `node:https` reads the watch, each line is parsed by `JSON.parse`, and `ws` sends one
 * prepared message. There are no checks, no store, no GraphQL, and no cursor.
 */
interface RawEvent {
  readonly type: string;
  readonly object: { readonly status?: { readonly stateMessage?: string } };
}

const PATH =
  '/apis/kubeflow.org/v1beta1/workspaces?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=';
const subscribers = new Map<WebSocket, Socket>();
let message: MessageParts = { before: '', after: '' };

function handle({ type, object }: RawEvent): void {
  if (type !== 'MODIFIED') return;
  const bytes = Buffer.from(
    `${message.before}${(object.status?.stateMessage ?? '').slice(0, TIMESTAMP_BYTES)}${message.after}`,
  );
  for (const webSocket of subscribers.keys()) webSocket.send(bytes, { binary: false });
}

const connection = await createApiConnection({ type: 'text', text: kubeconfigArgument() });
const { signal } = new AbortController();
const response = await connection.send({ method: 'GET', path: PATH, headers: {}, signal });
let rest = '';
response.setEncoding('utf8').on('data', (text: string) => {
  const lines = (rest + text).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) handle(JSON.parse(line) as RawEvent);
});

serveSubscribers({ subscribers, onMessageParts: (parts) => (message = parts) });
