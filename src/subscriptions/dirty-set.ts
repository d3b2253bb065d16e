import type { KubernetesObject } from '../kubernetes/object.ts';
import type { ScopedChange } from '../viewer-client/scoped-lister.ts';
import type { ResultSet, DirtyObject } from './result-set.ts';
import type { SubscriptionSource } from './source.ts';

/** What one round looks at. */
export interface Batch {
  readonly objects: readonly DirtyObject[];
  /** The past is void: readers are to forget it first. */
  readonly isReset: boolean;
  /** The world that it is of. */
  readonly epoch: number;
}

/** What a group has to look at again, each object once however often it has changed. */
export class DirtySet {
  readonly #source: SubscriptionSource<KubernetesObject>;
  readonly #resultSet: ResultSet;
  readonly #dirty = new Map<string, DirtyObject>();
  /** What the round that is under way looks at: it may be held when that is over. */
  #inFlight: readonly DirtyObject[] = [];
  #isReset = false;
  /** Grows when the past becomes void: a round that began before has nothing to tell. */
  #epoch = 0;

  constructor(source: SubscriptionSource<KubernetesObject>, holdings: ResultSet) {
    this.#source = source;
    this.#resultSet = holdings;
    this.#markCandidates();
  }

  get isEmpty(): boolean {
    return this.#dirty.size === 0 && !this.#isReset;
  }

  /** @param isBusy whether a round is under way */
  markChanged({ after, last }: ScopedChange<KubernetesObject>, isBusy: boolean): void {
    const { uid } = last.metadata;
    const isOurs = isBusy || this.#resultSet.has(uid) || this.#dirty.has(uid);
    if (isOurs || (after && this.#source.matches(after))) this.#dirty.set(uid, { last, isDeleted: !after });
  }

  /** Objects that are as they were, while something has changed that is selected of others. */
  mark(uids: Iterable<string>): void {
    for (const uid of uids) {
      const object = this.#dirty.has(uid) ? undefined : this.#source.objects.withUid(uid);
      if (object) this.#dirty.set(uid, { last: object, isDeleted: false });
    }
  }

  markAll(): void {
    this.mark(this.#resultSet.objects().map(({ metadata }) => metadata.uid));
  }

  /** The past is void. Who follows events is told to forget it; who follows one object is told what it is now. */
  reset(): void {
    this.#dirty.clear();
    if (this.#source.shape === 'events') {
      this.#epoch += 1;
      this.#isReset = true;
      this.#resultSet.clear();
    }
    for (const last of [...this.#resultSet.objects(), ...this.#inFlight.map((seen) => seen.last)])
      this.#dirty.set(last.metadata.uid, { last, isDeleted: true });
    this.#markCandidates();
  }

  drain(): Batch {
    const batch = { objects: [...this.#dirty.values()], isReset: this.#isReset, epoch: this.#epoch };
    this.#inFlight = batch.objects;
    this.#isReset = false;
    this.#dirty.clear();
    return batch;
  }

  /** Whether what was taken is of a world that is no more. */
  isStale({ epoch }: Batch): boolean {
    return epoch !== this.#epoch;
  }

  /** What was taken has been looked at. */
  complete(): void {
    this.#inFlight = [];
  }

  /** Nothing is to be looked at any more, and what was taken is void. */
  clear(): void {
    this.#epoch += 1;
    this.#dirty.clear();
  }

  #markCandidates(): void {
    for (const last of this.#source.candidates()) this.#dirty.set(last.metadata.uid, { last, isDeleted: false });
  }
}

export interface SerialLoopOptions {
  /** Whether there is anything to do. */
  readonly hasWork: () => boolean;
  readonly iterate: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** Does what there is to do in rounds, of which no two overlap. */
export class SerialLoop {
  readonly #options: SerialLoopOptions;
  #running: Promise<void> = Promise.resolve();
  #isRunning = false;
  #isScheduled = false;

  constructor(options: SerialLoopOptions) {
    this.#options = options;
  }

  /** Whether one is under way. */
  get isRunning(): boolean {
    return this.#isRunning;
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
    if (!this.#isRunning) this.#running = this.#run();
    return this.#running;
  }

  /** Resolves at a moment when none is under way. */
  async idle(): Promise<void> {
    while (this.#isRunning) await this.#running;
  }

  /** What was scheduled does not begin any more. */
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
