import type { Timer } from '../../src/cache/clock.ts';

/** The timers of a clock that a test moves. */
export class ManualTimers {
  readonly #started = new Map<Timer, { due: number; readonly onExpired: () => void }>();

  /** @param dueAt returns when the timer expires if it is started or refreshed now */
  start(dueAt: () => number, onExpired: () => void): Timer {
    const entry = { due: dueAt(), onExpired };
    const timer: Timer = {
      refresh: () => (entry.due = dueAt()),
      [Symbol.dispose]: () => void this.#started.delete(timer),
    };
    this.#started.set(timer, entry);
    return timer;
  }

  /** Returns when each started timer expires. */
  due(): readonly number[] {
    return [...this.#started.values()].map(({ due }) => due);
  }

  /** Expires the timers that are due. */
  fire(now: number): void {
    for (const [timer, { due, onExpired }] of Array.from(this.#started)) {
      if (due > now) continue;
      this.#started.delete(timer);
      onExpired();
    }
  }
}
