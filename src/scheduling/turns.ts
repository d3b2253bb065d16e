/** Time after which work lets other work of the event loop run. */
const TURN_MS = 5;
/** Of this number of turns, one is for work that continues, however much new work waits. */
const CONTINUING_EVERY = 4;
/** Time after which used time counts half. */
const HALF_LIFE_MS = 1_000;
/** Use below which a viewer is forgotten. */
const NEGLIGIBLE_MS = 1;

/** Work that waits for a turn, oldest first, by viewer. */
type Queue = Map<string, (() => void)[]>;

/**
 * Shares the event loop fairly between viewers.
 *
 * Work that may be long calls {@link begin} first, and {@link continue} whenever {@link isOver} is true. Each iteration of the
 * event loop gives one turn:
 *
 * - to new work rather than to work that continues, so that a short operation waits for no long one. One turn in four is for work
 *   that continues, so that it never stops.
 * - of several viewers, to the one who has used the least CPU time. Time used counts half after a second.
 * - of the work of one viewer, to the oldest.
 *
 * A viewer with many or expensive operations thus delays a short one of another viewer by about one turn, and still gets all the
 * time that others leave. A turn ends when its work waits for something, so it includes the microtasks that follow.
 *
 * Memory is bounded by the work in progress, and one number for each viewer of the last seconds.
 */
export class Turns {
  readonly #beginning: Queue = new Map();
  readonly #continuing: Queue = new Map();
  readonly #usedMs = new Map<string, number>();
  #halvedAt = performance.now();
  #isActive = false;
  #count = 0;
  /** Viewer of the turn in progress, and the CPU time of the thread when it began. */
  #current: { readonly viewer: string; readonly cpuMs: number } | undefined;
  /** End of the time of this iteration of the event loop. Undefined until something asks for it. */
  #end: number | undefined;

  /**
   * Whether the work of this iteration of the event loop, of all viewers together, has taken its time. Work must then call
   * {@link continue} before it goes on.
   */
  get isOver(): boolean {
    const now = performance.now();
    if (this.#end === undefined) {
      this.#end = now + TURN_MS;
      setImmediate(() => (this.#end = undefined));
    }
    return now >= this.#end;
  }

  /** Resolves when it is the turn of new work of a viewer: at once if it is already, and not over. The caller goes on without a wait. */
  async begin(viewer: string): Promise<void> {
    if (this.#current?.viewer !== viewer || this.isOver) await this.#wait(viewer, this.#beginning);
  }

  /** Resolves at the next turn of work of a viewer that has begun. The caller goes on without a wait. */
  async continue(viewer: string): Promise<void> {
    await this.#wait(viewer, this.#continuing);
  }

  #wait(viewer: string, queue: Queue): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = queue.get(viewer);
    if (waiting) waiting.push(resolve);
    else queue.set(viewer, [resolve]);
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
    this.#count += 1;
    const isForContinuing = this.#beginning.size === 0 || this.#count % CONTINUING_EVERY === 0;
    const queue = isForContinuing && this.#continuing.size > 0 ? this.#continuing : this.#beginning;
    const viewer = this.#leastUser(queue);
    const waiting = queue.get(viewer) ?? [];
    const start = waiting.shift();
    if (waiting.length === 0) queue.delete(viewer);
    this.#current = { viewer, cpuMs: cpuMs() };
    this.#end = performance.now() + TURN_MS;
    start?.();
  }

  #endTurn(): void {
    if (this.#current) {
      const { viewer, cpuMs: before } = this.#current;
      this.#usedMs.set(viewer, (this.#usedMs.get(viewer) ?? 0) + cpuMs() - before);
    }
    this.#current = undefined;
    this.#end = undefined;
    this.#forget();
    this.#isActive = false;
    if (this.#beginning.size + this.#continuing.size > 0) this.#schedule();
  }

  #leastUser(queue: Queue): string {
    let [least, leastMs] = ['', Infinity];
    for (const viewer of queue.keys()) {
      const usedMs = this.#usedMs.get(viewer) ?? 0;
      if (usedMs < leastMs) [least, leastMs] = [viewer, usedMs];
    }
    return least;
  }

  #forget(): void {
    const now = performance.now();
    if (now - this.#halvedAt < HALF_LIFE_MS) return;
    this.#halvedAt = now;
    for (const [viewer, usedMs] of this.#usedMs) {
      if (usedMs > NEGLIGIBLE_MS) this.#usedMs.set(viewer, usedMs / 2);
      else this.#usedMs.delete(viewer);
    }
  }
}

/** Returns the CPU time of this thread. Other processes of the machine do not count. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** The turns of the process, which has one event loop. */
export const turns = new Turns();
