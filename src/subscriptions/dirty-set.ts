import type { KubernetesObject } from '../kubernetes/object.ts';
import type { ScopedChange } from '../viewer-client/scoped-lister.ts';
import type { DirtyObject, ResultSet } from './result-set.ts';
import type { SubscriptionSource } from './source.ts';

/** The objects of one evaluation. */
export interface Batch {
  readonly objects: readonly DirtyObject[];
  /** Whether subscribers receive RESET before the events of the batch and SYNCED after them. */
  readonly isReset: boolean;
  readonly epoch: number;
}

/**
 * The work queue of a shared subscription: objects to evaluate again.
 *
 * Like client-go's workqueue it holds each object at most once, in its latest state, however often it has changed. It is
 * thus bounded by the number of objects that may match. Initially it contains all candidates, so that the first batch
 * produces the snapshot.
 *
 * An epoch is a stretch of the API server's history without a break. It ends when the API server is restored from an
 * older backup, or the kind was not served for a while: versions before and after cannot be compared. A batch that was
 * drained in an earlier epoch is stale, and its events are dropped.
 */
export class DirtySet {
  readonly #source: SubscriptionSource<KubernetesObject>;
  readonly #resultSet: ResultSet;
  readonly #dirty = new Map<string, DirtyObject>();
  /** The drained batch. Its objects may become rows when its evaluation ends, so a reset has to include them. */
  #inFlight: readonly DirtyObject[] = [];
  #isReset = false;
  #epoch = 0;

  constructor(source: SubscriptionSource<KubernetesObject>, resultSet: ResultSet) {
    this.#source = source;
    this.#resultSet = resultSet;
    this.markCandidates();
  }

  get isEmpty(): boolean {
    return this.#dirty.size === 0 && !this.#isReset;
  }

  /** Whether the next batch begins an epoch. Until then the result set of a list is empty. */
  get isReset(): boolean {
    return this.#isReset;
  }

  /**
   * Adds a changed object, unless the change cannot affect the result set.
   * @param isEvaluating whether a batch is being evaluated, which may add any object to the result set
   */
  markChanged({ after, last }: ScopedChange<KubernetesObject>, isEvaluating: boolean): void {
    const { uid } = last.metadata;
    const isKnown = isEvaluating || this.#resultSet.has(uid) || this.#dirty.has(uid);
    if (isKnown || (after && this.#source.matches(after))) this.#dirty.set(uid, { last, isDeleted: !after });
  }

  /** Adds unchanged objects whose related objects have changed. */
  mark(uids: Iterable<string>): void {
    for (const uid of uids) {
      const object = this.#dirty.has(uid) ? undefined : this.#source.objects.withUid(uid);
      if (object) this.#dirty.set(uid, { last: object, isDeleted: false });
    }
  }

  /** Adds every object that may match. */
  markCandidates(): void {
    for (const last of this.#source.candidates()) this.#dirty.set(last.metadata.uid, { last, isDeleted: false });
  }

  /** Adds every object of the result set. */
  markAll(): void {
    this.mark(this.#resultSet.objects().map(({ metadata }) => metadata.uid));
  }

  /**
   * Starts a new epoch with all candidates. Subscribers of a list receive RESET and a new snapshot. A single-object
   * subscription has no RESET: its old object is evaluated as deleted, before the candidates.
   */
  reset(): void {
    this.#dirty.clear();
    if (this.#source.shape === 'events') {
      this.#epoch += 1;
      this.#isReset = true;
      this.#resultSet.clear();
    }
    for (const last of [...this.#resultSet.objects(), ...this.#inFlight.map((object) => object.last)])
      this.#dirty.set(last.metadata.uid, { last, isDeleted: true });
    this.markCandidates();
  }

  /** Removes and returns everything, to be evaluated now. {@link complete} must follow unless the batch becomes stale. */
  drain(): Batch {
    const batch = { objects: [...this.#dirty.values()], isReset: this.#isReset, epoch: this.#epoch };
    this.#inFlight = batch.objects;
    this.#isReset = false;
    this.#dirty.clear();
    return batch;
  }

  /** Whether a new epoch has begun, or the set was cleared, since the batch was drained. */
  isStale({ epoch }: Batch): boolean {
    return epoch !== this.#epoch;
  }

  /** Marks the drained batch as evaluated. */
  complete(): void {
    this.#inFlight = [];
  }

  /** Removes everything and makes the drained batch stale. */
  clear(): void {
    this.#epoch += 1;
    this.#dirty.clear();
  }
}
