import { handleRequests } from '../worker-process.ts';

/** What the bench asks of a server. */
export type ServerRequest =
  | { readonly type: 'url' }
  | { readonly type: 'state' }
  /** Collects garbage before it answers. */
  | { readonly type: 'clean state' }
  /** How a frame goes around the stamp, for who makes none of its own. */
  | { readonly type: 'message'; readonly before: string; readonly after: string };

export interface ServerState {
  /** CPU time of the whole process since it began. */
  readonly cpuMs: number;
  readonly heapBytes: number;
  readonly readers: number;
}

interface Server {
  readonly url: string;
  readonly readers: () => number;
  readonly setMessage?: (before: string, after: string) => void;
}

/** Answers for a server of the bench, in its process. */
export function handleBenchRequests({ url, readers, setMessage }: Server): void {
  handleRequests((request: ServerRequest) => {
    switch (request.type) {
      case 'url':
        return url;
      case 'state':
        return stateOf(readers());
      case 'clean state':
        return cleanStateOf(readers());
      case 'message':
        return setMessage?.(request.before, request.after);
      default:
        throw new TypeError(`Unknown request ${JSON.stringify(request satisfies never)}`);
    }
  });
}

/** The kubeconfig that the bench hands to its servers. */
export function kubeconfigArgument(): string {
  const [, , kubeconfig] = process.argv;
  if (kubeconfig === undefined) throw new TypeError('Expected a kubeconfig as the first argument.');
  return kubeconfig;
}

function stateOf(readers: number): ServerState {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1_000, heapBytes: process.memoryUsage().heapUsed, readers };
}

async function cleanStateOf(readers: number): Promise<ServerState> {
  for (let round = 0; round < 2; round += 1) {
    await globalThis.gc?.({ execution: 'async', type: 'major' });
  }
  globalThis.gc?.();
  return stateOf(readers);
}
