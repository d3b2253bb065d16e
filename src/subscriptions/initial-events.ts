import { PendingEvent, INITIAL_CHECKPOINT, type Checkpoint } from './subscriber.ts';
import type { ResultRow, ResultSet } from './result-set.ts';
import type { CatchUp, CatchUpOptions } from './catch-up.ts';
import type { SubscriptionCounters } from '../graphql/subscription-statistics.ts';

/** How a reader comes to a group. */
export type JoinRequest =
  | { readonly mode: 'snapshot' }
  /** `catchUp` is its way on from where it was; undefined where it has to begin anew. */
  | { readonly mode: 'resume'; readonly catchUp: CatchUp | undefined }
  /** It comes from another group, and holds what that held. */
  | { readonly mode: 'transfer'; readonly rows: ReadonlyMap<string, ResultRow> };

export interface InitialEventsOptions extends CatchUpOptions {
  readonly resultSet: ResultSet;
  readonly counters: SubscriptionCounters;
}

/** What the readers are told first that come to a group at one moment. */
export class InitialEvents {
  readonly #options: InitialEventsOptions;
  readonly #checkpoint: Checkpoint;
  #snapshot: PendingEvent[] | undefined;

  /** @param checkpoint where the readers of the group are */
  constructor(checkpoint: Checkpoint, options: InitialEventsOptions) {
    this.#options = options;
    this.#checkpoint = checkpoint;
  }

  async eventsFor(request: JoinRequest): Promise<PendingEvent[]> {
    const { resultSet, counters } = this.#options;
    switch (request.mode) {
      case 'snapshot':
        return [...this.#snapshotEvents(), ...(await this.#closingEvents(INITIAL_CHECKPOINT))];
      case 'transfer':
        return resultSet.diffFrom(request.rows, this.#checkpoint);
      case 'resume': {
        const events = await request.catchUp?.events(resultSet, this.#checkpoint.sequence, this.#options);
        if (events && request.catchUp) {
          counters.resumes += 1;
          return [...events, ...(await this.#closingEvents(request.catchUp.fromCheckpoint))];
        }
        counters.resets += 1;
        return [
          await this.controlEvent('RESET', INITIAL_CHECKPOINT),
          ...this.#snapshotEvents(),
          ...(await this.#closingEvents(INITIAL_CHECKPOINT)),
        ];
      }
      default:
        throw new TypeError(`Unknown way to join ${JSON.stringify(request satisfies never)}`);
    }
  }

  /** What is told of no object. */
  async controlEvent(type: 'SYNCED' | 'RESET' | 'DELETED', fromCheckpoint: Checkpoint): Promise<PendingEvent> {
    const { sequence: toSequence } = this.#checkpoint;
    return new PendingEvent({
      type,
      key: type,
      template: await this.#options.renderer.renderEmpty(),
      fromCheckpoint,
      toSequence,
    });
  }

  /** The same for all who have nothing, so that they share its frames. */
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
