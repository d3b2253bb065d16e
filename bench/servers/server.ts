import { answerParent } from '../child.ts';

/** What the bench asks of a server. */
export type ServerQuestion =
  | { readonly type: 'url' }
  | { readonly type: 'state' }
  /** Collects garbage before it answers. */
  | { readonly type: 'clean state' }
  /** How a frame goes around the stamp, for who makes none of its own. */
  | { readonly type: 'frame'; readonly before: string; readonly after: string };

export interface ServerState {
  /** CPU time of the whole process since it began. */
  readonly cpuMs: number;
  readonly heapBytes: number;
  readonly readers: number;
}

interface Server {
  readonly url: string;
  readonly readers: () => number;
  readonly useFrame?: (before: string, after: string) => void;
}

/** Answers for a server of the bench, in its process. */
export function present({ url, readers, useFrame }: Server): void {
  answerParent((question: ServerQuestion) => {
    switch (question.type) {
      case 'url':
        return url;
      case 'state':
        return stateOf(readers());
      case 'clean state':
        return cleanStateOf(readers());
      case 'frame':
        return useFrame?.(question.before, question.after);
      default:
        throw new TypeError(`Unknown question ${JSON.stringify(question satisfies never)}`);
    }
  });
}

/** The kubeconfig that the bench hands to its servers. */
export function kubeconfigGiven(): string {
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
