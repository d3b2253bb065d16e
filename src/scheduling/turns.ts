/** CPU time after which work lets other work of the event loop run. */
const TURN_MS = 5;
/** Of this number of turns of a viewer, one is for work that continues, however much new work of that viewer waits. */
const CONTINUING_EVERY = 4;
/** Interval at which viewers who have no work are forgotten. */
const FORGET_INTERVAL_MS = 10_000;

/** The work of one viewer, and the virtual time of {@link Turns}. */
interface Flow {
  /** Work that waits, oldest first. */
  readonly beginning: (() => void)[];
  readonly continuing: (() => void)[];
  /** Virtual time at which its next turn may begin. */
  startMs: number;
  /** Expected length of its next turn: an average of the last ones. */
  expectedMs: number;
  turns: number;
}

/**
 * Shares the event loop fairly between viewers.
 *
 * Work that may be long calls {@link begin} first, and {@link continue} whenever {@link isOver} is true. Each iteration of the
 * event loop gives one turn. A turn ends when its work waits for something, so it includes the microtasks that follow.
 *
 * The next turn is chosen by weighted fair queueing (Demers, Keshav and Shenker, 1989), with the CPU time of turns as the lengths
 * of packets and viewers as flows. A viewer's turn has a virtual start, which is the end of the viewer's last turn, or the start of
 * the turn in progress if that is later; the turn with the earliest virtual end is given. So each viewer with work gets an equal
 * share of the CPU time, viewers with less work than their share wait for about one turn of another, however many operations that one
 * has, and short operations come before long ones. New work of a viewer comes before the work of the viewer that continues.
 *
 * Memory is bounded by the work in progress, and some numbers for each viewer of the last seconds.
 */
export class Turns {
  readonly #flows = new Map<string, Flow>();
  readonly #waiting = new Map<string, Flow>();
  /** Virtual start of the turn in progress, or of the last one. */
  #virtualMs = 0;
  #forgottenAt = performance.now();
  #isActive = false;
  /** The turn in progress, and the CPU time of the thread when it began. */
  #current: { readonly viewer: string; readonly flow: Flow; readonly cpuMs: number } | undefined;
  /** CPU time at which the time of this iteration of the event loop ends. Undefined until something asks for it. */
  #end: number | undefined;

  /**
   * Whether the work of this iteration of the event loop, of all viewers together, has taken its time. Work must then call
   * {@link continue} before it goes on.
   */
  get isOver(): boolean {
    const now = cpuMs();
    if (this.#end === undefined) {
      this.#end = now + TURN_MS;
      setImmediate(() => (this.#end = undefined));
    }
    return now >= this.#end;
  }

  /** Resolves when it is the turn of new work of a viewer: at once if it is already, and not over. The caller goes on without a wait. */
  async begin(viewer: string): Promise<void> {
    if (this.#current?.viewer !== viewer || this.isOver) await this.#wait(viewer, 'beginning');
  }

  /** Resolves at the next turn of work of a viewer that has begun. The caller goes on without a wait. */
  async continue(viewer: string): Promise<void> {
    await this.#wait(viewer, 'continuing');
  }

  #wait(viewer: string, queue: 'beginning' | 'continuing'): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const flow = this.#flows.get(viewer) ?? { beginning: [], continuing: [], startMs: 0, expectedMs: 0, turns: 0 };
    this.#flows.set(viewer, flow);
    flow[queue].push(resolve);
    if (!this.#waiting.has(viewer)) {
      flow.startMs = Math.max(flow.startMs, this.#virtualMs);
      this.#waiting.set(viewer, flow);
    }
    if (!this.#isActive) this.#schedule();
    return promise;
  }

  /** The second callback runs after the microtasks of the first, in the same iteration of the event loop. */
  #schedule(): void {
    this.#isActive = true;
    setImmediate(() => this.#beginTurn());
    setImmediate(() => this.#endTurn());
  }

  #beginTurn(): void {
    const next = this.#next();
    if (!next) return;
    const [viewer, flow] = next;
    const work = takeWork(flow);
    if (flow.beginning.length + flow.continuing.length === 0) this.#waiting.delete(viewer);
    this.#virtualMs = Math.max(this.#virtualMs, flow.startMs);
    const now = cpuMs();
    this.#current = { viewer, flow, cpuMs: now };
    this.#end = now + TURN_MS;
    work?.();
  }

  #endTurn(): void {
    if (this.#current) {
      const { flow, cpuMs: before } = this.#current;
      const usedMs = cpuMs() - before;
      flow.startMs += usedMs;
      flow.expectedMs = (flow.expectedMs + usedMs) / 2;
    }
    this.#current = undefined;
    this.#end = undefined;
    this.#forget();
    this.#isActive = false;
    if (this.#waiting.size > 0) this.#schedule();
  }

  /** Returns the flow whose next turn has the earliest virtual end. */
  #next(): readonly [string, Flow] | undefined {
    let earliest: readonly [string, Flow] | undefined;
    let earliestMs = Infinity;
    for (const entry of this.#waiting) {
      const endMs = entry[1].startMs + entry[1].expectedMs;
      if (endMs < earliestMs) [earliest, earliestMs] = [entry, endMs];
    }
    return earliest;
  }

  #forget(): void {
    const now = performance.now();
    if (now - this.#forgottenAt < FORGET_INTERVAL_MS) return;
    this.#forgottenAt = now;
    for (const [viewer, { startMs }] of this.#flows)
      if (startMs <= this.#virtualMs && !this.#waiting.has(viewer)) this.#flows.delete(viewer);
  }
}

function takeWork(flow: Flow): (() => void) | undefined {
  flow.turns += 1;
  const isForContinuing = flow.beginning.length === 0 || flow.turns % CONTINUING_EVERY === 0;
  const queue = isForContinuing && flow.continuing.length > 0 ? flow.continuing : flow.beginning;
  return queue.shift();
}

/** Returns the CPU time of this thread in milliseconds. The time of other processes does not count. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** The turns of the process, which has one event loop. */
export const turns = new Turns();
