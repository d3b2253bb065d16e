export interface RoundsOptions {
  /** Whether there is anything to do. */
  readonly hasWork: () => boolean;
  readonly round: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** Does what there is to do in rounds, of which no two overlap. */
export class Rounds {
  readonly #options: RoundsOptions;
  #running: Promise<void> = Promise.resolve();
  #isBusy = false;
  #isScheduled = false;

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  /** Whether one is under way. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Begins at the end of this turn, so that what else happens in it is of the same round. */
  schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      if (this.#isScheduled) void this.run();
    });
  }

  /** Begins at once. Resolves when nothing is left to do. */
  run(): Promise<void> {
    this.#isScheduled = false;
    if (!this.#isBusy) this.#running = this.#run();
    return this.#running;
  }

  /** Resolves at a moment when none is under way. */
  async idle(): Promise<void> {
    while (this.#isBusy) await this.#running;
  }

  /** What was scheduled does not begin any more. */
  cancel(): void {
    this.#isScheduled = false;
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    try {
      while (this.#options.hasWork()) await this.#options.round();
    } catch (error) {
      this.#options.onError(error);
    } finally {
      this.#isBusy = false;
    }
  }
}
