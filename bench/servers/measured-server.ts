import { handleRequests } from '../worker-process.ts';

/** Requests of the bench to a server under test. */
export type ServerRequest =
  | { readonly type: 'url' }
  | { readonly type: 'state' }
  /** Collects garbage first. */
  | { readonly type: 'state after collection' }
  /** The message to send around each timestamp, for servers that do not execute operations. */
  | { readonly type: 'message'; readonly before: string; readonly after: string };

export interface ServerState {
  /** CPU time of the process since its start. */
  readonly cpuMs: number;
  readonly heapBytes: number;
  readonly readers: number;
}

interface Server {
  readonly url: string;
  readonly readers: () => number;
  readonly setMessage?: (before: string, after: string) => void;
}

/** Handles the requests of the bench, in the process of the server under test. */
export function handleBenchRequests({ url, readers, setMessage }: Server): void {
  handleRequests((request: ServerRequest) => {
    switch (request.type) {
      case 'url':
        return url;
      case 'state':
        return stateOf(readers());
      case 'state after collection':
        return stateAfterCollection(readers());
      case 'message':
        return setMessage?.(request.before, request.after);
      default:
        throw new TypeError(`Unknown request ${JSON.stringify(request satisfies never)}`);
    }
  });
}

/** Returns the kubeconfig that the bench passes as the first argument. */
export function kubeconfigArgument(): string {
  const [, , kubeconfig] = process.argv;
  if (kubeconfig === undefined) throw new TypeError('Expected a kubeconfig as the first argument, got none.');
  return kubeconfig;
}

function stateOf(readers: number): ServerState {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1_000, heapBytes: process.memoryUsage().heapUsed, readers };
}

async function stateAfterCollection(readers: number): Promise<ServerState> {
  for (let round = 0; round < 2; round += 1) {
    await globalThis.gc?.({ execution: 'async', type: 'major' });
  }
  globalThis.gc?.();
  return stateOf(readers);
}
