import { keyOf, type ObjectName } from '../../../src/kubernetes/object.ts';

/** Looks at objects by their name: one look at each at a time, and none is forgotten. */
export interface WorkQueue {
  /** Asks for a look at an object after so long; the earliest asked-for time counts. */
  add(name: ObjectName, afterMs?: number): void;
  /** No look begins after this; resolves when the last one has ended. */
  stop(): Promise<void>;
}

interface Due {
  readonly at: number;
  readonly timer: NodeJS.Timeout;
}

/** Starts a queue whose looks are `look`, which must not reject. At most one pending look per object is kept. */
export function startWorkQueue(look: (name: ObjectName) => Promise<void>): WorkQueue {
  const due = new Map<string, Due>();
  const running = new Map<string, Promise<void>>();
  const again = new Set<string>();
  let isStopped = false;

  function add({ namespace, name }: ObjectName, afterMs = 0): void {
    if (isStopped) return;
    const key = keyOf({ namespace, name });
    const at = performance.now() + afterMs;
    const pending = due.get(key);
    if (pending && pending.at <= at) return;
    clearTimeout(pending?.timer);
    due.set(key, { at, timer: setTimeout(() => begin(key, { namespace, name }), afterMs) });
  }

  function begin(key: string, name: ObjectName): void {
    due.delete(key);
    if (running.has(key)) again.add(key);
    else running.set(key, run(key, name));
  }

  async function run(key: string, name: ObjectName): Promise<void> {
    await look(name);
    running.delete(key);
    if (again.delete(key)) add(name);
  }

  return {
    add,
    async stop() {
      isStopped = true;
      for (const { timer } of due.values()) clearTimeout(timer);
      due.clear();
      await Promise.all(running.values());
    },
  };
}
