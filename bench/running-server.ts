import type { Simulator } from '../dev/simulator/simulator.ts';
import type { ServerVariant } from './scenarios.ts';
import { WorkerProcess } from './worker-process.ts';
import type { ServerRequest } from './servers/measured-server.ts';
import { startBenchCluster } from './cluster.ts';

/** A server under test, in a process of its own, before an API server of its own: who is not measured has nothing to do. */
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

/** @param execArgv for Node, e.g. to profile the server */
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
