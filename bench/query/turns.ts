import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { exampleOf, readExampleTabs } from '../../src/server/graphiql-examples.ts';
import type { ServerRequest } from '../servers/measured-server.ts';
import { WorkerProcess } from '../worker-process.ts';
import { nameAt, namespaceAt } from './cluster.ts';
import { postOperation } from '../../test/support/post-operation.ts';

interface Turn {
  readonly operation: string;
  readonly ms: number;
}

/** The first execution of an operation includes the work of V8's compilers. */
const ROUNDS = 3;
const SHOWN = 3;
/** Time without data after which an operation has sent its snapshot. */
const QUIET_MS = 500;

/**
 * Executes each example operation that is a query or a subscription, until it sends nothing more. Returns those with the
 * longest turns of the event loop, in CPU time of its thread. Mutations are left out: their time is that of the API server.
 */
export async function longestTurns(kubeconfig: string): Promise<readonly Turn[]> {
  await using server = new WorkerProcess<ServerRequest>('./servers/gateway.ts', [kubeconfig]);
  const url = await server.request<string>({ type: 'url' });
  const turns: Turn[] = [];
  for (const tab of readExampleTabs(fileURLToPath(new URL('../../schema/operations', import.meta.url)))) {
    const { type, operation, query } = exampleOf(tab);
    if (type === 'mutation') continue;
    let ms = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      await server.request({ type: 'measure turns' });
      await execute(url, query, type);
      ms = await server.request<number>({ type: 'longest turn' });
    }
    turns.push({ operation, ms });
  }
  return turns.toSorted((a, b) => b.ms - a.ms).slice(0, SHOWN);
}

async function execute(url: string, query: string, type: string): Promise<void> {
  // Without a namespace if possible, so that the operation reads all workspaces.
  const namespace = query.includes('$namespace: String!') ? namespaceAt(0) : null;
  const accept = type === 'subscription' ? 'text/event-stream' : 'application/json';
  const variables = { namespace, name: nameAt(0) };
  const response = await postOperation(url, query, { headers: { accept }, variables });
  const reader = response.body?.getReader();
  for (let isEnded = reader === undefined; !isEnded;) {
    const quiet = delay(QUIET_MS, { done: true });
    isEnded = (await Promise.race([reader?.read(), quiet]))?.done !== false;
  }
  await reader?.cancel();
}
