export interface SlowWatchOptions {
  /** How much the client has taken so far, in bytes. */
  readonly taken: () => number;
  readonly timeoutMs: number;
  /** The client has taken nothing for so long, although something was waiting for it. */
  readonly onStuck: () => void;
}

/** Watches a client that does not keep up, from when something waits for it until nothing does. */
export class SlowWatch {
  readonly #options: SlowWatchOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SlowWatchOptions) {
    this.#options = options;
  }

  /** Something waits for the client. */
  waiting(): void {
    if (this.#timer) return;
    const { taken, timeoutMs, onStuck } = this.#options;
    const before = taken();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (taken() > before) this.waiting();
      else onStuck();
    }, timeoutMs);
  }

  /** Nothing waits any more, or the client has gone. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
