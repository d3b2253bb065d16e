import { keyOf, type ObjectName } from '../../../src/kubernetes/object.ts';

/** Queue of object names. An object is reconciled once at a time; an object added meanwhile is reconciled again. */
export interface WorkQueue {
  /** Adds an object after a delay. If it is queued already, the earlier time applies. */
  add(name: ObjectName, afterMs?: number): void;
  /** Drops all queued objects. Resolves when the running reconciliations have ended. */
  stop(): Promise<void>;
}

interface Due {
  readonly at: number;
  readonly timer: NodeJS.Timeout;
}

/** Objects that are reconciled at once. Further ones wait in the order in which they are due. */
export const MAX_CONCURRENT_RECONCILES = 20;

/** Starts a queue. `reconcile` must not reject. The queue holds at most one entry per object. */
export function startWorkQueue(reconcile: (name: ObjectName) => Promise<void>): WorkQueue {
  const due = new Map<string, Due>();
  const waiting = new Map<string, ObjectName>();
  const running = new Map<string, Promise<void>>();
  const again = new Set<string>();
  let isStopped = false;

  function add({ namespace, name }: ObjectName, afterMs = 0): void {
    if (isStopped) return;
    const key = keyOf({ namespace, name });
    const at = performance.now() + afterMs;
    const pending = due.get(key);
    if (waiting.has(key) || (pending && pending.at <= at)) return;
    clearTimeout(pending?.timer);
    due.set(key, { at, timer: setTimeout(() => start(key, { namespace, name }), afterMs) });
  }

  function start(key: string, name: ObjectName): void {
    due.delete(key);
    if (running.has(key)) again.add(key);
    else if (running.size < MAX_CONCURRENT_RECONCILES) running.set(key, run(key, name));
    else waiting.set(key, name);
  }

  async function run(key: string, name: ObjectName): Promise<void> {
    await reconcile(name);
    running.delete(key);
    if (again.delete(key)) add(name);
    const [next] = waiting;
    if (next && waiting.delete(next[0])) start(...next);
  }

  return {
    add,
    async stop() {
      isStopped = true;
      for (const { timer } of due.values()) clearTimeout(timer);
      due.clear();
      waiting.clear();
      await Promise.all(running.values());
    },
  };
}
