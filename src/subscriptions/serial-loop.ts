interface SerialLoopOptions {
  readonly hasWork: () => boolean;
  readonly iterate: () => Promise<void>;
  /** Handles what `iterate` throws. The loop stops then, until it is run again. */
  readonly onError: (error: unknown) => void;
}

/** Runs a job again and again while there is work, never twice at once. */
export class SerialLoop {
  readonly #options: SerialLoopOptions;
  #running: Promise<void> = Promise.resolve();
  #isRunning = false;
  #isScheduled = false;

  constructor(options: SerialLoopOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Runs after the current callback of the event loop, so that all changes that it brings form one batch. */
  schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // A microtask, but not of `queueMicrotask`: Node creates an AsyncResource for each of its callbacks.
    void Promise.resolve().then(this.#runScheduled);
  }

  readonly #runScheduled = (): void => {
    if (this.#isScheduled) void this.run();
  };

  /** Runs at once. Resolves when there is no work left or the job has failed; never rejects unless `onError` throws. */
  run(): Promise<void> {
    this.#isScheduled = false;
    if (!this.#isRunning) this.#running = this.#run();
    return this.#running;
  }

  /** Resolves when the present run ends. Another may have begun before the caller goes on: see {@link isRunning}. */
  get running(): Promise<void> {
    return this.#running;
  }

  /** Cancels a scheduled run. */
  cancel(): void {
    this.#isScheduled = false;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      while (this.#options.hasWork()) await this.#options.iterate();
    } catch (error) {
      this.#options.onError(error);
    } finally {
      this.#isRunning = false;
    }
  }
}
