import type { GraphQLError } from 'graphql';
import type { SubscriptionCounters } from '../graphql/subscription-statistics.ts';
import { turns, type Turns } from '../scheduling/turns.ts';
import { advance, INITIAL_POSITION, objectToken, type DeliveredState, type StreamPosition } from './cursor.ts';
import { SerializedEvent, type ResultTemplate } from './result-template.ts';
import type { EventType } from './source.ts';

/** Destination of the events of one subscription: one operation on one connection. Owned by the transport. */
export interface EventSink {
  /** False while the client is slow. The transport then calls {@link RunningSubscription.resume} when it is true again. */
  readonly ready: boolean;
  /** Sends one ExecutionResult. Must not throw and must not wait. */
  send(event: SerializedEvent): void;
  /** Ends the subscription: with an error, or as complete. Called at most once, and nothing is sent after it. */
  end(error?: GraphQLError): void;
}

/** An authorized and validated subscription that has not started. Its owner must call one of `start` and `discard`. */
export interface SubscriptionHandle {
  /** Whether its events carry cursors to resume from. */
  readonly resumable: boolean;
  /** Starts the subscription. Events may be sent before this returns. Call at most once. */
  start(sink: EventSink): RunningSubscription;
  /** Releases the viewer's reservation of a subscription that is not to be started. */
  discard(): void;
}

/** A started subscription, as the transport sees it. The transport owns it and must stop it when the client is gone. */
export interface RunningSubscription {
  /** Sends pending events. To be called when {@link EventSink.ready} becomes true. */
  resume(): void;
  /** Ends the subscription at once and releases all its resources. The sink is not called any more. */
  stop(): void;
}

/** A numbered point in the event stream of a shared subscription that all caught-up subscribers pass. */
export interface Checkpoint {
  readonly position: StreamPosition;
  /** Increases with each checkpoint of the process, because subscribers move between shared subscriptions. */
  readonly sequence: number;
}

let lastSequence = 0;

/** Returns a sequence number that is larger than all earlier ones of the process. */
export function nextSequence(): number {
  lastSequence += 1;
  return lastSequence;
}

/** The checkpoint of a subscriber that has received nothing. */
export const INITIAL_CHECKPOINT: Checkpoint = { position: INITIAL_POSITION, sequence: -1 };

interface PendingEventOptions {
  readonly type: EventType;
  /** uid of the object. The type itself for control events. */
  readonly key: string;
  /** resourceVersion of the object, of its last known state for DELETED. Undefined for control events. */
  readonly version?: string;
  readonly template: ResultTemplate;
  /** The checkpoint before the event. */
  readonly fromCheckpoint: Checkpoint;
  /** Sequence number of the checkpoint that includes the event. */
  readonly toSequence: number;
  /** The row as subscribers had it before. Undefined if they did not have it, or if that is unknown. */
  readonly deliveredTemplate?: ResultTemplate | undefined;
}

/**
 * One event between evaluation and delivery, and the range of checkpoints that it covers. All subscribers of a shared
 * subscription share the instance; those at the same position share its serialized form too.
 */
export class PendingEvent {
  readonly #options: PendingEventOptions;
  #deliveredState: DeliveredState | undefined;
  #serialized: SerializedEvent | undefined;
  /** Position of the cursor of `#serialized`. */
  #position: StreamPosition | undefined;

  constructor(options: PendingEventOptions) {
    this.#options = options;
  }

  /** The state that a subscriber has once the event is delivered. Undefined for control events. Always the same object. */
  get deliveredState(): DeliveredState | undefined {
    const { key, version, type } = this.#options;
    if (version) this.#deliveredState ??= { token: objectToken(key), version, exists: type !== 'DELETED' };
    return this.#deliveredState;
  }

  get type(): EventType {
    return this.#options.type;
  }

  get key(): string {
    return this.#options.key;
  }

  get fromCheckpoint(): Checkpoint {
    return this.#options.fromCheckpoint;
  }

  get toSequence(): number {
    return this.#options.toSequence;
  }

  /** Returns the event with the cursor of a position. Caches the last result, which subscribers at the same position all ask for. */
  serializeAt(position: StreamPosition, cursorOf: CursorOf): SerializedEvent {
    if (this.#serialized && this.#position === position) return this.#serialized;
    this.#serialized = this.serialize(() => cursorOf(position));
    this.#position = position;
    return this.#serialized;
  }

  /** Returns the event with a cursor, which is encoded when it is read. */
  serialize(cursorOf: () => string): SerializedEvent {
    const { template, type } = this.#options;
    return new SerializedEvent(template.serialize(type, cursorOf), cursorOf);
  }

  /** Returns the one event that replaces this undelivered one and `next`. Undefined if both together change nothing. */
  coalesce(next: PendingEvent): PendingEvent | undefined {
    const { fromCheckpoint, deliveredTemplate } = this.#options;
    const type = coalescedType(this.type, next.type);
    if (!type) return undefined;
    if (type === 'MODIFIED' && deliveredTemplate?.content === next.#options.template.content) return undefined;
    return new PendingEvent({ ...next.#options, type, fromCheckpoint, deliveredTemplate });
  }
}

function coalescedType(pending: EventType, next: EventType): EventType | undefined {
  switch (pending) {
    case 'ADDED':
      return next === 'DELETED' ? undefined : 'ADDED';
    case 'DELETED':
      return next === 'ADDED' ? 'MODIFIED' : next;
    case 'MODIFIED':
    case 'SYNCED':
    case 'RESET':
      return next;
    default:
      throw new TypeError(`Expected an event type, got ${JSON.stringify(pending satisfies never)}.`);
  }
}

/** The step from one checkpoint to the next, serialized once for all caught-up subscribers. */
export interface SharedBatch {
  readonly fromCheckpoint: Checkpoint;
  /** Set by the first subscriber that takes the step. */
  serialized?: readonly SerializedEvent[];
}

/** Returns the cursor of a position in the events of a subscription. */
export type CursorOf = (position: StreamPosition) => string;

interface SubscriberOptions {
  readonly sink: EventSink;
  readonly counters: SubscriptionCounters;
  readonly cursorOf: CursorOf;
}

/** Both are shared by all subscribers that have none, so that an idle subscriber allocates nothing. Never modified. */
const NO_PENDING = new Map<string, PendingEvent>();
const NO_EVENTS: PendingEvent[] = [];

/**
 * The conflating queue of one subscriber of a shared subscription.
 *
 * - A caught-up subscriber has no queue. It sends the serialized events of the {@link SharedBatch}.
 * - A slow subscriber queues at most one event per object: a later event replaces an earlier one. It skips intermediate
 *   states of an object, never the final one. The queue is therefore bounded by the number of objects that the client or the
 *   result set has.
 * - Events of one object are sent in order. Each cursor describes exactly what has been sent, even in the middle of a
 *   batch, so a client can resume from any event. If queued events have cancelled each other out, no position describes
 *   what has been sent until the queue is empty: resuming from the cursors of that time starts with RESET.
 *
 * Owned by the {@link SharedSubscription} that it is attached to. All methods are synchronous.
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

  constructor(options: SubscriberOptions) {
    this.#options = options;
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
   * Sends queued events until the queue is empty, the sink is not ready, or the turn is over.
   * @param checkpoint the current checkpoint of the shared subscription
   * @param turn undefined to send all events in this turn
   */
  flush(checkpoint: Checkpoint, turn?: Pick<Turns, 'isOver'>): 'interrupted' | undefined {
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
  }

  /** Drops the queue and ends the sink. */
  end(error?: GraphQLError): void {
    this.#pending = NO_PENDING;
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
  }

  /**
   * Moves the position behind an event that is sent now. Uses the checkpoint's position as far as possible, so that
   * subscribers in the same state share cursors.
   */
  #advanceTo(checkpoint: Checkpoint, event: PendingEvent): void {
    const isPastCheckpoint = ({ toSequence }: PendingEvent) => toSequence > checkpoint.sequence;
    if (checkpoint !== this.#checkpoint) {
      this.#checkpoint = checkpoint;
      if (this.#pastCheckpoint.length > 0) this.#pastCheckpoint = this.#pastCheckpoint.filter(isPastCheckpoint);
      this.#position = this.#pastCheckpoint.reduce(advanceBy, checkpoint.position);
    }
    if (!isPastCheckpoint(event)) return;
    if (this.#pastCheckpoint === NO_EVENTS) this.#pastCheckpoint = [];
    this.#pastCheckpoint.push(event);
    this.#position = advanceBy(this.#position, event);
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

function advanceBy(position: StreamPosition, event: PendingEvent): StreamPosition {
  if (position === INITIAL_POSITION) return position; // without the hash that identifies the object
  const { deliveredState } = event;
  return deliveredState ? advance(position, deliveredState) : position;
}
