export interface StallDetectorOptions {
  /** How much the client has taken so far, in bytes. */
  readonly taken: () => number;
  readonly timeoutMs: number;
  /** The client has taken nothing for so long, although something was waiting for it. */
  readonly onStalled: () => void;
}

/** Watches a client that does not keep up, from when something waits for it until nothing does. */
export class StallDetector {
  readonly #options: StallDetectorOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StallDetectorOptions) {
    this.#options = options;
  }

  /** Something waits for the client. */
  waiting(): void {
    if (this.#timer) return;
    const { taken, timeoutMs, onStalled } = this.#options;
    const before = taken();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (taken() > before) this.waiting();
      else onStalled();
    }, timeoutMs);
  }

  /** Nothing waits any more, or the client has gone. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
