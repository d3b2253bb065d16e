import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { layoutOf, type Scenario, type ServerVariant } from './scenarios.ts';
import { WorkerProcess } from './worker-process.ts';
import type { ServerRequest } from './servers/measured-server.ts';
import { operationOf, startBenchCluster, type BenchCluster, type ClusterLayout, type MessageBytes } from './cluster.ts';
import { TIMESTAMP_BYTES } from './timestamp.ts';

/** A server under test in a process of its own, with an API server of its own: servers that are not measured are idle. */
export interface RunningServer extends AsyncDisposable {
  readonly server: WorkerProcess<ServerRequest>;
  readonly cluster: BenchCluster;
  readonly url: string;
}

/** Options of Node that `npm start` and the image use. */
const gatewayArgv = ['--max-semi-space-size=8'];

const programs = {
  gateway: ['./servers/gateway.ts'],
  reference: ['./servers/gateway.ts', 'reference'],
  floor: ['./servers/floor.ts'],
  bare: ['./servers/bare.ts'],
  'bare corked': ['./servers/bare.ts', 'corked'],
  'per subscriber': ['./servers/per-subscriber.ts'],
} as const satisfies Record<ServerVariant, readonly [string, ...string[]]>;

/** @param execArgv options of Node, e.g. to profile the server */
async function startServer(
  variant: ServerVariant,
  layout: ClusterLayout,
  execArgv: readonly string[],
): Promise<RunningServer> {
  const cluster = await startBenchCluster(layout);
  const [program, ...args] = programs[variant];
  const nodeArgv = program === './servers/gateway.ts' ? [...gatewayArgv, ...execArgv] : execArgv;
  const server = new WorkerProcess<ServerRequest>(program, [cluster.simulator.kubeconfig, ...args], nodeArgv);
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

/** The servers under test, which start when they are first measured and then run to the end. */
export class Servers {
  readonly #resources: AsyncDisposableStack;
  readonly #execArgv: readonly string[];
  readonly #running = new Map<string, RunningServer>();

  constructor(resources: AsyncDisposableStack, execArgv: readonly string[]) {
    this.#resources = resources;
    this.#execArgv = execArgv;
  }

  async get(scenario: Scenario): Promise<RunningServer> {
    const layout = layoutOf(scenario);
    const key = `${scenario.variant} ${layout}`;
    const running =
      this.#running.get(key) ?? this.#resources.use(await startServer(scenario.variant, layout, this.#execArgv));
    this.#running.set(key, running);
    return running;
  }
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
  const query = operationOf({ operations: 'same', messageBytes }, 0);
  const subscribe = { id: randomUUID(), type: 'subscribe', payload: { query } };
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
