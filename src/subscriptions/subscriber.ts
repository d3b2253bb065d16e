import type { GraphQLError } from 'graphql';
import type { SubscriptionCounters } from '../graphql/subscription-statistics.ts';
import { turns, type Turns } from '../scheduling/turns.ts';
import { advance, INITIAL_POSITION, type DeliveredState, type StreamPosition } from './cursor.ts';
import { INITIAL_CHECKPOINT, type Checkpoint, type CursorOf, type PendingEvent } from './pending-event.ts';
import type { SerializedEvent } from './result-template.ts';
import type { AddBytes } from './subscription-bytes.ts';
import type { EventSink } from './subscription-handle.ts';

/** The step from one checkpoint to the next, serialized once for all caught-up subscribers. */
export interface SharedBatch {
  readonly fromCheckpoint: Checkpoint;
  /** Set by the first subscriber that takes the step. */
  serialized?: readonly SerializedEvent[];
}

interface SubscriberOptions {
  readonly sink: EventSink;
  readonly counters: SubscriptionCounters;
  readonly cursorOf: CursorOf;
  readonly addBytes: AddBytes;
}

/** Of an event that has been sent: its text, which the event holds, would add up to the objects of all slow subscribers. */
interface SentEvent {
  readonly deliveredState: DeliveredState;
  readonly toSequence: number;
}

/** Memory of a queued event, as measured: its entry, and the event itself once it has replaced another. Its text is shared. */
const QUEUED_EVENT_BYTES = 200;

/** Both are shared by all subscribers that have none, so that an idle subscriber allocates nothing. Never modified. */
const NO_PENDING = new Map<string, PendingEvent>();
const NO_EVENTS: SentEvent[] = [];

/**
 * The conflating queue of one subscriber of a shared subscription.
 *
 * - A caught-up subscriber has no queue. It sends the serialized events of the {@link SharedBatch}.
 * - A slow subscriber queues at most one event per object: a later event replaces an earlier one. It skips intermediate
 *   states of an object, never the final one. The queue is therefore bounded by the number of objects that the client or the
 *   result set has.
 *   The queues of all subscribers of a viewer are bounded, too: one that exceeds the limit ends with RATE_LIMITED.
 * - Events of one object are sent in order. Each cursor describes exactly what has been sent, even in the middle of a
 *   batch, so a client can resume from any event. If queued events have cancelled each other out, no position describes
 *   what has been sent until the queue is empty: resuming from the cursors of that time starts with RESET.
 *
 * Owned by the {@link SharedSubscription} that it is attached to. Only {@link deliverInTurns} waits.
 */
export class Subscriber {
  readonly #options: SubscriberOptions;
  #pending = NO_PENDING;
  /** The last checkpoint whose preceding events have all been sent. */
  #checkpoint: Checkpoint = INITIAL_CHECKPOINT;
  /** Events sent past that checkpoint. */
  #pastCheckpoint = NO_EVENTS;
  #position: StreamPosition = INITIAL_CHECKPOINT.position;
  /** Whether queued events have cancelled each other out since the queue was last empty. */
  #hasCancelled = false;
  /** Bytes of the queue that are counted for its viewer. */
  #countedBytes = 0;

  constructor(options: SubscriberOptions) {
    this.#options = options;
  }

  /** Whether its sink takes events now. If not, the sink is resumed when it does. */
  get isReady(): boolean {
    return this.#options.sink.ready;
  }

  /**
   * Sends the events, or queues those that the sink does not take now.
   * @param checkpoint the checkpoint that follows the events
   * @param batch the shared step, if the events form one
   */
  deliver(events: readonly PendingEvent[], checkpoint: Checkpoint, batch?: SharedBatch): void {
    if (batch && this.#isAt(batch.fromCheckpoint)) return this.#deliverShared(batch, events, checkpoint);
    for (const event of events) this.#enqueue(event);
    this.flush(checkpoint);
  }

  /**
   * Like {@link deliver}, for the many events of a snapshot, which are sent in turns of the viewer. Resolves when all events are
   * sent, or the sink is not ready.
   */
  async deliverInTurns(events: readonly PendingEvent[], checkpoint: Checkpoint, viewer: string): Promise<void> {
    for (const event of events) this.#enqueue(event);
    while (this.flush(checkpoint, turns) === 'interrupted') await turns.continue(viewer);
  }

  /**
   * Sends queued events until the queue is empty, the sink is not ready, or the turn is over. Counts those that remain.
   * @param checkpoint the current checkpoint of the shared subscription
   * @param turn undefined to send all events in this turn
   */
  flush(checkpoint: Checkpoint, turn?: Pick<Turns, 'isOver'>): 'interrupted' | undefined {
    const interrupted = this.#sendQueued(checkpoint, turn);
    this.#countQueue();
    return interrupted;
  }

  #sendQueued(checkpoint: Checkpoint, turn?: Pick<Turns, 'isOver'>): 'interrupted' | undefined {
    const { sink, counters, cursorOf } = this.#options;
    for (const event of this.#pending.values()) {
      if (!sink.ready) return undefined;
      if (turn?.isOver) return 'interrupted';
      this.#pending.delete(event.key);
      // The queue is ordered by age: all events before the oldest remaining one's range have been sent.
      const [next] = this.#pending.values();
      this.#advanceTo(next?.fromCheckpoint ?? checkpoint, event);
      if (!next) this.#hasCancelled = false;
      counters.events += 1;
      sink.send(event.serializeAt(this.#hasCancelled ? INITIAL_POSITION : this.#position, cursorOf));
    }
    this.#pending = NO_PENDING;
    this.#moveTo(checkpoint); // also if there was no event, so that it takes the next batch as the others do
    return undefined;
  }

  /** Forgets the checkpoint, which means nothing in another shared subscription. Delivered events stay valid. */
  resetCheckpoint(): void {
    this.#checkpoint = INITIAL_CHECKPOINT;
    this.#pastCheckpoint = NO_EVENTS;
    this.#position = INITIAL_CHECKPOINT.position;
  }

  /** Drops the queue. */
  discardPending(): void {
    this.#pending = NO_PENDING;
    this.#countQueue();
  }

  /** Drops the queue and ends the sink. */
  end(error?: GraphQLError): void {
    this.discardPending();
    this.#options.sink.end(error);
  }

  /** Whether it has received exactly the events before the checkpoint. */
  #isAt(checkpoint: Checkpoint): boolean {
    return this.#pending.size === 0 && this.#pastCheckpoint.length === 0 && this.#checkpoint === checkpoint;
  }

  #deliverShared(batch: SharedBatch, events: readonly PendingEvent[], checkpoint: Checkpoint): void {
    const { sink, counters, cursorOf } = this.#options;
    batch.serialized ??= serializeBatch(events, checkpoint, cursorOf);
    const { serialized } = batch;
    for (let index = 0; index < serialized.length; index += 1) {
      const event = serialized[index];
      if (!event) return;
      if (!sink.ready) return this.#switchToQueue(events, index);
      sink.send(event);
    }
    counters.events += serialized.length;
    this.#checkpoint = checkpoint;
    this.#position = checkpoint.position;
  }

  /** Leaves the shared batch in its middle: the first `sent` events are sent, the others are queued. */
  #switchToQueue(events: readonly PendingEvent[], sent: number): void {
    this.#options.counters.events += sent;
    for (const event of events.slice(0, sent)) this.#advanceTo(event.fromCheckpoint, event);
    for (const event of events.slice(sent)) this.#enqueue(event);
    this.#countQueue();
  }

  /**
   * Moves the position behind an event that is sent now. Uses the checkpoint's position as far as possible, so that
   * subscribers in the same state share cursors.
   */
  #advanceTo(checkpoint: Checkpoint, event: PendingEvent): void {
    this.#moveTo(checkpoint);
    const { deliveredState, toSequence } = event;
    if (!deliveredState || toSequence <= checkpoint.sequence) return;
    if (this.#pastCheckpoint === NO_EVENTS) this.#pastCheckpoint = [];
    this.#pastCheckpoint.push({ deliveredState, toSequence });
    this.#position = advanceBy(this.#position, event);
  }

  #moveTo(checkpoint: Checkpoint): void {
    if (checkpoint === this.#checkpoint) return;
    this.#checkpoint = checkpoint;
    if (this.#pastCheckpoint.length > 0)
      this.#pastCheckpoint = this.#pastCheckpoint.filter(({ toSequence }) => toSequence > checkpoint.sequence);
    this.#position = this.#pastCheckpoint.reduce(advanceBy, checkpoint.position);
  }

  /** Counts the queue instead of what was counted before. Ends the sink if the queues of the viewer are too long. */
  #countQueue(): void {
    const bytes = this.#pending.size * QUEUED_EVENT_BYTES;
    if (bytes === this.#countedBytes) return;
    const error = this.#options.addBytes(bytes - this.#countedBytes);
    this.#countedBytes = bytes;
    if (error) this.end(error);
  }

  #enqueue(event: PendingEvent): void {
    if (this.#pending === NO_PENDING) this.#pending = new Map();
    if (event.type === 'RESET') this.#pending.clear();
    if (this.#pending.size === 0) this.#hasCancelled = false;
    const pending = this.#pending.get(event.key);
    if (pending) this.#options.counters.coalesced += 1;
    const merged = pending ? pending.coalesce(event) : event;
    if (merged) this.#pending.set(event.key, merged);
    else this.#hasCancelled = this.#pending.delete(event.key);
  }
}

/** The last event carries the checkpoint's cursor, each earlier one a cursor past the previous checkpoint. */
function serializeBatch(
  events: readonly PendingEvent[],
  checkpoint: Checkpoint,
  cursorOf: CursorOf,
): readonly SerializedEvent[] {
  const [first] = events;
  if (first && events.length === 1) return [first.serializeAt(checkpoint.position, cursorOf)];
  const positions: StreamPosition[] = [];
  const positionAfter = (index: number): StreamPosition => {
    if (index === events.length - 1) return checkpoint.position;
    for (const event of events.slice(positions.length, index + 1))
      positions.push(advanceBy(positions.at(-1) ?? event.fromCheckpoint.position, event));
    return positions[index] ?? checkpoint.position;
  };
  return events.map((event, index) => event.serialize(() => cursorOf(positionAfter(index))));
}

function advanceBy(position: StreamPosition, { deliveredState }: Pick<PendingEvent, 'deliveredState'>): StreamPosition {
  if (position === INITIAL_POSITION) return position; // without the hash that identifies the object
  return deliveredState ? advance(position, deliveredState) : position;
}
