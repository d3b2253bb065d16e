import type { Simulator } from '../dev/simulator/simulator.ts';
import type { Subject } from './cells.ts';
import { Child } from './child.ts';
import type { ServerQuestion } from './servers/server.ts';
import { startWorld } from './world.ts';

/** A server under test, in a process of its own, before an API server of its own: who is not measured has nothing to do. */
export interface RunningSubject extends AsyncDisposable {
  readonly server: Child<ServerQuestion>;
  readonly cluster: Simulator;
  readonly url: string;
}

const programs = {
  gateway: ['./servers/gateway.ts'],
  bare: ['./servers/bare.ts'],
  'bare corked': ['./servers/bare.ts', 'corked'],
  'per subscriber': ['./servers/per-subscriber.ts'],
} as const satisfies Record<Subject, readonly [string, ...string[]]>;

/** @param execArgv for Node, e.g. to profile the server */
export async function startSubject(subject: Subject, execArgv: readonly string[]): Promise<RunningSubject> {
  const cluster = await startWorld();
  const [program, ...args] = programs[subject];
  const server = new Child<ServerQuestion>(program, [cluster.kubeconfig, ...args], execArgv);
  const url = await server.ask<string>({ type: 'url' });
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
