import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import type { Simulator } from '../dev/simulator/simulator.ts';
import type { ServerVariant } from './scenarios.ts';
import { WorkerProcess } from './worker-process.ts';
import type { ServerRequest } from './servers/measured-server.ts';
import { operationOf, startBenchCluster, type MessageBytes } from './cluster.ts';
import { TIMESTAMP_BYTES } from './timestamp.ts';

/** A server under test in a process of its own, with an API server of its own: servers that are not measured are idle. */
export interface RunningServer extends AsyncDisposable {
  readonly server: WorkerProcess<ServerRequest>;
  readonly cluster: Simulator;
  readonly url: string;
}

const programs = {
  gateway: ['./servers/gateway.ts'],
  bare: ['./servers/bare.ts'],
  'bare corked': ['./servers/bare.ts', 'corked'],
  'per subscriber': ['./servers/per-subscriber.ts'],
} as const satisfies Record<ServerVariant, readonly [string, ...string[]]>;

/** @param execArgv options of Node, e.g. to profile the server */
export async function startServer(variant: ServerVariant, execArgv: readonly string[]): Promise<RunningServer> {
  const cluster = await startBenchCluster();
  const [program, ...args] = programs[variant];
  const server = new WorkerProcess<ServerRequest>(program, [cluster.kubeconfig, ...args], execArgv);
  const url = await server.request<string>({ type: 'url' });
  return {
    server,
    cluster,
    url,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    },
  };
}

/** A message of the gateway around its timestamp. */
export interface MessageParts {
  readonly before: string;
  readonly after: string;
}

/** Returns a message that the gateway sends, so that other servers can send the same bytes without executing operations. */
export async function sampleMessage(url: string, messageBytes: MessageBytes): Promise<MessageParts> {
  const webSocket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const subscribe = { id: randomUUID(), type: 'subscribe', payload: { query: operationOf(messageBytes, 0) } };
  webSocket.once('error', reject);
  webSocket.once('open', () => webSocket.send('{"type":"connection_init"}'));
  webSocket.on('message', (bytes: Buffer) => {
    const text = bytes.toString();
    if (text.includes('connection_ack')) webSocket.send(JSON.stringify(subscribe));
    else if (text.includes('@')) resolve(text);
    else if (!text.includes('RESET')) reject(new Error(`Expected a message with a timestamp, got ${text}`));
  });
  try {
    const message = (await promise).replace('ADDED', 'MODIFIED');
    const at = message.indexOf('@');
    return { before: message.slice(0, at), after: message.slice(at + TIMESTAMP_BYTES) };
  } finally {
    webSocket.terminate();
  }
}
