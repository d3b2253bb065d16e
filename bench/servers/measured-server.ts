import { handleRequests } from '../worker-process.ts';

/** Requests of the bench to a server under test. */
export type ServerRequest =
  | { readonly type: 'url' }
  | { readonly type: 'state' }
  /** Collects garbage first. */
  | { readonly type: 'state after collection' }
  /** Starts to measure the turns of the event loop. It is busy meanwhile. */
  | { readonly type: 'measure turns' }
  /** Ends that, and returns the longest turn in milliseconds of the thread's CPU time. */
  | { readonly type: 'longest turn' }
  /** The message to send around each timestamp, for servers that do not execute operations. */
  | { readonly type: 'message'; readonly before: string; readonly after: string };

export interface ServerState {
  /** CPU time of the process since its start. */
  readonly cpuMs: number;
  readonly heapBytes: number;
  readonly subscribers: number;
}

interface Server {
  readonly url: string;
  readonly subscribers: () => number;
  readonly setMessage?: (before: string, after: string) => void;
}

/** Measures the turns of the event loop, with a callback in each. */
class TurnMeasure {
  #isRunning = false;
  #longestMs = 0;

  start(): void {
    this.#longestMs = 0;
    this.#isRunning = true;
    this.#next(threadCpuMs());
  }

  stop(): number {
    this.#isRunning = false;
    return this.#longestMs;
  }

  #next(before: number): void {
    setImmediate(() => {
      const now = threadCpuMs();
      this.#longestMs = Math.max(this.#longestMs, now - before);
      if (this.#isRunning) this.#next(now);
    });
  }
}

const turns = new TurnMeasure();

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** Handles the requests of the bench, in the process of the server under test. */
export function handleBenchRequests({ url, subscribers, setMessage }: Server): void {
  handleRequests((request: ServerRequest) => {
    switch (request.type) {
      case 'url':
        return url;
      case 'state':
        return stateOf(subscribers());
      case 'state after collection':
        return stateAfterCollection(subscribers());
      case 'measure turns':
        return turns.start();
      case 'longest turn':
        return turns.stop();
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

function stateOf(subscribers: number): ServerState {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1_000, heapBytes: process.memoryUsage().heapUsed, subscribers };
}

async function stateAfterCollection(subscribers: number): Promise<ServerState> {
  for (let round = 0; round < 2; round += 1) {
    await globalThis.gc?.({ execution: 'async', type: 'major' });
  }
  globalThis.gc?.();
  return stateOf(subscribers);
}
