import type { SubscriptionCounters } from '../graphql/subscription-statistics.ts';
import type { CatchUp, CatchUpOptions } from './catch-up.ts';
import type { ResultRow, ResultSet } from './result-set.ts';
import { INITIAL_CHECKPOINT, PendingEvent, type Checkpoint } from './subscriber.ts';

/** How a subscriber joins a shared subscription. */
export type JoinRequest =
  /** Without a cursor: it receives the snapshot. */
  | { readonly mode: 'snapshot' }
  /** With a cursor. It receives the missed events, or RESET and the snapshot if `catchUp` is undefined. */
  | { readonly mode: 'resume'; readonly catchUp: CatchUp | undefined }
  /** From another shared subscription. It has the rows of that one and receives the difference. */
  | { readonly mode: 'transfer'; readonly rows: ReadonlyMap<string, ResultRow> };

export interface InitialEventsOptions extends CatchUpOptions {
  readonly resultSet: ResultSet;
  readonly counters: SubscriptionCounters;
}

/**
 * The first events of subscribers that join at one checkpoint. They end with SYNCED, except after a transfer; a
 * single-object subscription ends with `null` instead if the object does not exist. After them, a subscriber has the
 * result set and continues with every later batch.
 */
export class InitialEvents {
  readonly #options: InitialEventsOptions;
  readonly #checkpoint: Checkpoint;
  #snapshot: PendingEvent[] | undefined;

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
        return [...this.#snapshotEvents(), ...(await this.#closingEvents(INITIAL_CHECKPOINT))];
      case 'transfer':
        return resultSet.diffFrom(request.rows, this.#checkpoint);
      case 'resume': {
        const missed = await request.catchUp?.events(resultSet, this.#checkpoint.sequence, this.#options);
        if (missed && request.catchUp) {
          counters.resumes += 1;
          return [...missed, ...(await this.#closingEvents(request.catchUp.fromCheckpoint))];
        }
        counters.resets += 1;
        return [
          await this.controlEvent('RESET', INITIAL_CHECKPOINT),
          ...this.#snapshotEvents(),
          ...(await this.#closingEvents(INITIAL_CHECKPOINT)),
        ];
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
  #snapshotEvents(): PendingEvent[] {
    this.#snapshot ??= this.#options.resultSet.snapshot(this.#checkpoint);
    return this.#snapshot;
  }

  async #closingEvents(fromCheckpoint: Checkpoint): Promise<PendingEvent[]> {
    const { source, resultSet } = this.#options;
    if (source.shape === 'events') return [await this.controlEvent('SYNCED', fromCheckpoint)];
    return resultSet.size > 0 ? [] : [await this.controlEvent('DELETED', fromCheckpoint)];
  }
}
