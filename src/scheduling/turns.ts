import { performance } from 'node:perf_hooks';
import type { Awaitable } from './awaitable.ts';

/** CPU time after which work lets other work of the event loop run. */
const TURN_MS = 5;
/** Shorter turns count with their time. */
const SHORT_MS = 1;
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
  readonly #clock: CpuClock;
  readonly #flows = new Map<string, Flow>();
  readonly #waiting = new Map<string, Flow>();
  /** Virtual start of the turn in progress, or of the last one. */
  #virtualMs = 0;
  #forgottenAt = performance.now();
  #isActive = false;
  /** The turn in progress. */
  #current: { readonly viewer: string; readonly flow: Flow; readonly time: TurnTime } | undefined;
  /** Number of the last iteration of the event loop that had a turn, or in which something has asked for its time. */
  #iteration = -1;
  /** Time of that iteration. */
  #time: TurnTime;

  /** @param cpuMs returns the CPU time of this thread in milliseconds */
  constructor(cpuMs: () => number = threadCpuMs) {
    this.#clock = new CpuClock(cpuMs);
    this.#time = new TurnTime(this.#clock);
  }

  /**
   * Whether the work of this iteration of the event loop, of all viewers together, has taken its time. Work must then call
   * {@link continue} before it goes on.
   */
  get isOver(): boolean {
    if (this.#iteration !== iterationOfEventLoop()) this.#startTime();
    return this.#time.isOver;
  }

  /** CPU time that the work of this iteration of the event loop has taken. */
  get usedMs(): number {
    if (this.#iteration !== iterationOfEventLoop()) this.#startTime();
    return this.#time.usedMs;
  }

  /**
   * Runs work of a viewer that has just arrived: at once if nothing waits and no other work has had a turn in this iteration of the event
   * loop, else when it is the turn. A turn that begins at once ends when the function returns. The work may call {@link begin} during
   * its turn; other work that arrives waits, also of the same viewer.
   */
  run<T>(viewer: string, work: () => Awaitable<T>): Awaitable<T> {
    if (this.#isActive || this.#iteration === iterationOfEventLoop()) return this.#wait(viewer, 'beginning').then(work);
    const flow = this.#flowOf(viewer);
    flow.startMs = Math.max(flow.startMs, this.#virtualMs);
    this.#isActive = true;
    this.#give(viewer, flow);
    try {
      return work();
    } finally {
      this.#endTurn();
    }
  }

  /**
   * Gives a turn to new work of a viewer: returns undefined if it is the turn of the viewer already, and not over, else a promise that
   * resolves when it is. The caller goes on without a further wait.
   */
  begin(viewer: string): Promise<void> | undefined {
    return this.#current?.viewer !== viewer || this.isOver ? this.#wait(viewer, 'beginning') : undefined;
  }

  /** Resolves at the next turn of work of a viewer that has begun. The caller goes on without a wait. */
  continue(viewer: string): Promise<void> {
    return this.#wait(viewer, 'continuing');
  }

  #wait(viewer: string, queue: 'beginning' | 'continuing'): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const flow = this.#flowOf(viewer);
    flow[queue].push(resolve);
    if (!this.#waiting.has(viewer)) {
      flow.startMs = Math.max(flow.startMs, this.#virtualMs);
      this.#waiting.set(viewer, flow);
    }
    if (!this.#isActive) this.#schedule();
    return promise;
  }

  #flowOf(viewer: string): Flow {
    let flow = this.#flows.get(viewer);
    if (!flow) {
      flow = { beginning: [], continuing: [], startMs: 0, expectedMs: 0, turns: 0 };
      this.#flows.set(viewer, flow);
    }
    return flow;
  }

  /** The second callback runs after the microtasks of the first, in the same iteration of the event loop. */
  #schedule(): void {
    this.#isActive = true;
    setImmediate(() => this.#beginTurn());
    setImmediate(this.#endTurn);
  }

  #beginTurn(): void {
    const next = this.#next();
    if (!next) return;
    const [viewer, flow] = next;
    const work = takeWork(flow);
    if (flow.beginning.length + flow.continuing.length === 0) this.#waiting.delete(viewer);
    this.#give(viewer, flow);
    work?.();
  }

  #give(viewer: string, flow: Flow): void {
    this.#virtualMs = Math.max(this.#virtualMs, flow.startMs);
    this.#startTime();
    this.#current = { viewer, flow, time: this.#time };
  }

  #startTime(): void {
    this.#iteration = iterationOfEventLoop();
    this.#time = new TurnTime(this.#clock);
  }

  readonly #endTurn = (): void => {
    if (this.#current) {
      const { flow, time } = this.#current;
      const { usedMs } = time;
      flow.startMs += usedMs;
      flow.expectedMs = (flow.expectedMs + usedMs) / 2;
    }
    this.#current = undefined;
    this.#forget();
    this.#isActive = false;
    if (this.#waiting.size > 0) this.#schedule();
  };

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

/** CPU time of this thread. To read it is a system call. */
class CpuClock {
  readonly #cpuMs: () => number;
  /** The last reading. */
  lastMs: number;

  constructor(cpuMs: () => number) {
    this.#cpuMs = cpuMs;
    this.lastMs = cpuMs();
  }

  read(): number {
    this.lastMs = this.#cpuMs();
    return this.lastMs;
  }
}

/** Time since the begin of a turn. The CPU time is read when it may be over, not at the begin: most turns are short. */
class TurnTime {
  readonly #clock: CpuClock;
  readonly #begunAt = performance.now();
  /** Estimated from the first reading. */
  #begunCpuMs: number | undefined;
  /** Time before which the turn is not over: the CPU time increases no faster than the time. */
  #checkAt = this.#begunAt + SHORT_MS;

  constructor(clock: CpuClock) {
    this.#clock = clock;
  }

  /** Time since the begin if it is short, else CPU time. */
  get usedMs(): number {
    return this.#usedAt(performance.now());
  }

  get isOver(): boolean {
    const now = performance.now();
    if (now < this.#checkAt) return false;
    const leftMs = TURN_MS - this.#usedAt(now);
    this.#checkAt = now + leftMs;
    return leftMs <= 0;
  }

  #usedAt(now: number): number {
    const passedMs = now - this.#begunAt;
    if (passedMs < SHORT_MS) return passedMs;
    const before = this.#clock.lastMs;
    const cpuMs = this.#clock.read();
    // At the begin, it was no less than the reading before, and no more than the time that has passed was used since.
    this.#begunCpuMs ??= Math.max(before, cpuMs - passedMs);
    return cpuMs - this.#begunCpuMs;
  }
}

const { nodeTiming } = performance;

function iterationOfEventLoop(): number {
  return nodeTiming.uvMetricsInfo.loopCount;
}

/** Returns the CPU time of this thread in milliseconds. The time of other processes does not count. */
function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** The turns of the process, which has one event loop. */
export const turns = new Turns();
