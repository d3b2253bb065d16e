/** Tasks with which a flow ends in one turn: as many as the reviews that most viewers wait for. */
const FEW_TASKS = 8;

/**
 * Runs at most a number of tasks at once. Waiting tasks start in the order of their calls within a flow, and in turn between
 * flows. A turn is one task, or the last eight of a flow: flows of few tasks end one after the other, not all at the end. So
 * a flow with many tasks delays the first task of another one by one task, a flow with few by eight. The queue is bounded by
 * its callers.
 */
export class FairQueue {
  readonly #limit: number;
  /** Starts of the waiting tasks, by flow. The first flow is next. No flow is empty. */
  readonly #waiting = new Map<string, Set<() => void>>();
  #running = 0;
  /** Tasks that the first flow has started in its turn. */
  #started = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Returns whether tasks of other flows wait. */
  hasOthersWaiting(flow: string): boolean {
    return this.#waiting.size > (this.#waiting.has(flow) ? 1 : 0);
  }

  /** Returns the result of the task, or rejects with its error. If the signal aborts first, the task does not start. */
  async run<R>(flow: string, task: () => Promise<R>, signal: AbortSignal): Promise<R> {
    signal.throwIfAborted();
    if (this.#running >= this.#limit) await this.#turnOf(flow, signal);
    else this.#running += 1;
    try {
      return await task();
    } finally {
      this.#startNext();
    }
  }

  async #turnOf(flow: string, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const cancel = () => {
      this.#remove(flow, resolve);
      reject(signal.reason);
    };
    const waiting = this.#waiting.get(flow) ?? new Set();
    this.#waiting.set(flow, waiting.add(resolve));
    signal.addEventListener('abort', cancel, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  /** Passes the place of a completed task to a task of the first flow, which then is last in turn unless it ends soon. */
  #startNext(): void {
    const [next] = this.#waiting;
    if (!next) return void (this.#running -= 1);
    const [flow, waiting] = next;
    const [start] = waiting;
    this.#started += 1;
    if (waiting.size > FEW_TASKS || this.#started >= FEW_TASKS) {
      this.#waiting.delete(flow);
      this.#waiting.set(flow, waiting);
      this.#started = 0;
    }
    if (!start) return undefined;
    this.#remove(flow, start);
    return start();
  }

  #remove(flow: string, start: () => void): void {
    const waiting = this.#waiting.get(flow);
    waiting?.delete(start);
    if (waiting?.size !== 0) return;
    const [first] = this.#waiting.keys();
    if (first === flow) this.#started = 0;
    this.#waiting.delete(flow);
  }
}
