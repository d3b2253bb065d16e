import type { SubscriptionCounters } from '../graphql/subscription-statistics.ts';
import type { CatchUp, CatchUpOptions } from './catch-up.ts';
import type { ResultRow, ResultSet } from './result-set.ts';
import { INITIAL_CHECKPOINT, PendingEvent, type Checkpoint } from './pending-event.ts';

/** Way in which a subscriber joins a shared subscription. */
export type JoinRequest =
  /** Without a cursor: it receives the snapshot. */
  | { readonly mode: 'snapshot' }
  /** With a cursor, to a list. It receives the missed events, or the snapshot if `catchUp` is undefined. */
  | { readonly mode: 'resume'; readonly catchUp: CatchUp | undefined }
  /** From another shared subscription. It has the rows of that one and receives the difference. */
  | { readonly mode: 'transfer'; readonly rows: ReadonlyMap<string, ResultRow> };

export interface InitialEventsOptions extends CatchUpOptions {
  readonly resultSet: ResultSet;
  readonly counters: SubscriptionCounters;
}

/**
 * The first events of subscribers that join at one checkpoint. After them, a subscriber has the result set and continues
 * with every later batch. A snapshot of a list is RESET, ADDED for each row, SYNCED; that of a single object is the object,
 * or `null` if it does not exist.
 */
export class InitialEvents {
  readonly #options: InitialEventsOptions;
  readonly #checkpoint: Checkpoint;
  #snapshot: Promise<PendingEvent[]> | undefined;

  /** @param checkpoint the checkpoint that the result set is at */
  constructor(checkpoint: Checkpoint, options: InitialEventsOptions) {
    this.#options = options;
    this.#checkpoint = checkpoint;
  }

  /** Returns the first events of one subscriber. */
  async eventsFor(request: JoinRequest): Promise<PendingEvent[]> {
    const { resultSet, counters } = this.#options;
    switch (request.mode) {
      case 'snapshot':
        return this.#snapshotEvents();
      case 'transfer':
        return resultSet.diffFrom(request.rows, this.#checkpoint);
      case 'resume': {
        const missed = await request.catchUp?.events(resultSet, this.#checkpoint.sequence, this.#options);
        if (missed && request.catchUp) {
          counters.resumes += 1;
          return [...missed, await this.controlEvent('SYNCED', request.catchUp.fromCheckpoint)];
        }
        counters.resets += 1;
        return this.#snapshotEvents();
      }
      default:
        throw new TypeError(`Expected a join request, got ${JSON.stringify(request satisfies never)}.`);
    }
  }

  /** Returns an event without an object. */
  async controlEvent(type: 'SYNCED' | 'RESET' | 'DELETED', fromCheckpoint: Checkpoint): Promise<PendingEvent> {
    const template = await this.#options.renderer.renderEmpty();
    return new PendingEvent({ type, key: type, template, fromCheckpoint, toSequence: this.#checkpoint.sequence });
  }

  /** The same instances for all subscribers, so that they share the serialized events. */
  #snapshotEvents(): Promise<PendingEvent[]> {
    this.#snapshot ??= this.#createSnapshot();
    return this.#snapshot;
  }

  async #createSnapshot(): Promise<PendingEvent[]> {
    const { source, resultSet } = this.#options;
    const rows = resultSet.snapshot(this.#checkpoint);
    if (source.shape === 'object')
      return rows.length > 0 ? rows : [await this.controlEvent('DELETED', INITIAL_CHECKPOINT)];
    const reset = await this.controlEvent('RESET', INITIAL_CHECKPOINT);
    return [reset, ...rows, await this.controlEvent('SYNCED', INITIAL_CHECKPOINT)];
  }
}
