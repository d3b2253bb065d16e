import { INITIAL_POSITION, objectToken, type StreamPosition, type DeliveredState, advance } from './cursor.ts';
import { SerializedEvent, type ResultTemplate } from './result-template.ts';
import type { EventType } from './source.ts';
import type { GraphQLError } from 'graphql';
import type { SubscriptionCounters } from '../graphql/subscription-statistics.ts';

/** Where all readers of a group come by that keep up. */
export interface Checkpoint {
  readonly position: StreamPosition;
  /** Grows from one checkpoint to the next, over all groups, since readers go from one to another. */
  readonly sequence: number;
}

let lastNumber = 0;

export function nextSequence(): number {
  lastNumber += 1;
  return lastNumber;
}

/** Where a reader is that has nothing yet. */
export const INITIAL_CHECKPOINT: Checkpoint = { position: INITIAL_POSITION, sequence: -1 };

interface PendingEventOptions {
  readonly type: EventType;
  /** The uid of the object; the type itself for SYNCED and RESET. */
  readonly key: string;
  /** Of the object, or of how it was last; empty where there is none. */
  readonly version?: string;
  readonly template: ResultTemplate;
  /** Where readers were before. */
  readonly fromCheckpoint: Checkpoint;
  /** The number of the checkpoint where they are with it. */
  readonly toSequence: number;
  /** As which the reader holds the object; undefined where it does not, or nobody knows. */
  readonly deliveredTemplate?: ResultTemplate | undefined;
}

/** One event on its way to the readers of a group. Readers at the same position share the same frame. */
export class PendingEvent {
  readonly #options: PendingEventOptions;
  #deliveredState: DeliveredState | undefined;
  #serialized: SerializedEvent | undefined;

  constructor(options: PendingEventOptions) {
    this.#options = options;
  }

  /** What a reader knows that has been told; undefined for SYNCED and RESET. The same one each time. */
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

  serialize(cursor: string): SerializedEvent {
    if (this.#serialized?.cursor === cursor) return this.#serialized;
    const { template: rendering, type } = this.#options;
    this.#serialized = new SerializedEvent(rendering.serialize(type, cursor), cursor);
    return this.#serialized;
  }

  /** What is left to tell of the object when `next` comes before this was told. Undefined: nothing. */
  coalesce(next: PendingEvent): PendingEvent | undefined {
    const { fromCheckpoint: since, deliveredTemplate: held } = this.#options;
    const type = coalesced(this.type, next.type);
    if (!type) return undefined;
    const { template: rendering } = next.#options;
    if (type === 'MODIFIED' && held?.content === rendering.content) return undefined;
    return new PendingEvent({ ...next.#options, type, fromCheckpoint: since, deliveredTemplate: held });
  }
}

function coalesced(pending: EventType, next: EventType): EventType | undefined {
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
      throw new TypeError(`Unknown event ${JSON.stringify(pending satisfies never)}`);
  }
}

/** Where a reader's serialized go: one operation of one connection. */
export interface EventSink {
  /** False while the client does not keep up; then {@link Subscriber.flush} is to be called when it does again. */
  readonly ready: boolean;
  /** Sends one ExecutionResult, as JSON text. */
  send(frame: SerializedEvent): void;
  /** The last word of the stream: without an error, it is complete. */
  end(error?: GraphQLError): void;
}

/** A subscription that has been accepted, before its first frame. */
export interface SubscriptionHandle {
  /** Whether its events carry cursors that a client can go on from. */
  readonly resumable: boolean;
  /** Begins. Frames may come before this returns. */
  start(sink: EventSink): RunningSubscription;
}

export interface RunningSubscription {
  /** To be called when the sink is ready again. */
  resume(): void;
  /** Ends the stream at once and releases everything; the sink hears no more. */
  stop(): void;
}

interface SubscriberOptions {
  readonly sink: EventSink;
  readonly counters: SubscriptionCounters;
  readonly cursorOf: (position: StreamPosition) => string;
}

/** Readers that wait for nothing share these. */
const NO_PENDING = new Map<string, PendingEvent>();
const NO_EVENTS: readonly PendingEvent[] = [];

/** The way of all readers from one checkpoint to the next, for those that keep up. */
export interface SharedBatch {
  readonly fromCheckpoint: Checkpoint;
  serialized?: readonly SerializedEvent[];
}

function serializeBatch(
  events: readonly PendingEvent[],
  checkpoint: Checkpoint,
  cursorOf: (position: StreamPosition) => string,
): readonly SerializedEvent[] {
  let position: StreamPosition | undefined;
  return events.map((event, index) => {
    position = advanceWith(position ?? event.fromCheckpoint.position, event);
    return event.serialize(cursorOf(index === events.length - 1 ? checkpoint.position : position));
  });
}

/**
 * One client’s position in a group. What it has not yet read is at most one event per object: a slow reader skips
 * intermediate states, never final ones.
 */
export class Subscriber {
  readonly #options: SubscriberOptions;
  #pending = NO_PENDING;
  /** The last checkpoint that it has come by with all that was told before. */
  #checkpoint: Checkpoint = INITIAL_CHECKPOINT;
  /** What it was told beyond that. */
  #pastCheckpoint: readonly PendingEvent[] = NO_EVENTS;
  #position: StreamPosition = INITIAL_CHECKPOINT.position;

  constructor(options: SubscriberOptions) {
    this.#options = options;
  }

  /** @param checkpoint where the reader is once it has been told these */
  deliver(events: readonly PendingEvent[], checkpoint: Checkpoint, batch?: SharedBatch): void {
    if (
      batch &&
      this.#pending.size === 0 &&
      this.#pastCheckpoint.length === 0 &&
      this.#checkpoint === batch.fromCheckpoint
    ) {
      return this.#deliverShared(batch, events, checkpoint);
    }
    for (const event of events) this.#enqueue(event);
    this.flush(checkpoint);
  }

  /** Sends what is pending, as far as the client reads. Each cursor names what has been sent, no more and no less. */
  flush(checkpoint: Checkpoint): void {
    const { sink, counters, cursorOf } = this.#options;
    for (const event of this.#pending.values()) {
      if (!sink.ready) return;
      this.#pending.delete(event.key);
      const [next] = this.#pending.values();
      this.#advanceTo(next?.fromCheckpoint ?? checkpoint, event);
      const cursor = cursorOf(this.#position);
      counters.frames += 1;
      sink.send(event.serialize(cursor));
    }
    this.#pending = NO_PENDING;
  }

  /** Goes the way of all readers that keep up. */
  #deliverShared(batch: SharedBatch, events: readonly PendingEvent[], checkpoint: Checkpoint): void {
    const { sink, counters, cursorOf } = this.#options;
    batch.serialized ??= serializeBatch(events, checkpoint, cursorOf);
    const { serialized } = batch;
    for (let index = 0; index < serialized.length; index += 1) {
      const frame = serialized[index];
      if (!frame) return;
      if (!sink.ready) return this.#switchToQueue(events, index);
      sink.send(frame);
    }
    counters.frames += serialized.length;
    this.#checkpoint = checkpoint;
    this.#position = checkpoint.position;
  }

  #switchToQueue(events: readonly PendingEvent[], sent: number): void {
    this.#options.counters.frames += sent;
    for (const event of events.slice(0, sent)) this.#advanceTo(event.fromCheckpoint, event);
    for (const event of events.slice(sent)) this.#enqueue(event);
  }

  /** Goes to another group: what it has been told stands, but the places of this group mean nothing there. */
  resetCheckpoint(): void {
    this.#checkpoint = INITIAL_CHECKPOINT;
    this.#pastCheckpoint = NO_EVENTS;
    this.#position = INITIAL_CHECKPOINT.position;
  }

  /** Forgets what is pending. */
  discardPending(): void {
    this.#pending = NO_PENDING;
  }

  end(error?: GraphQLError): void {
    this.#pending = NO_PENDING;
    this.#options.sink.end(error);
  }

  /** Readers that keep up move alike, so that their cursors are the same ones. */
  #advanceTo(checkpoint: Checkpoint, event: PendingEvent): void {
    const isPastCheckpoint = ({ toSequence: until }: PendingEvent) => until > checkpoint.sequence;
    if (checkpoint !== this.#checkpoint) {
      this.#checkpoint = checkpoint;
      if (this.#pastCheckpoint.length > 0) this.#pastCheckpoint = this.#pastCheckpoint.filter(isPastCheckpoint);
      this.#position = this.#pastCheckpoint.reduce(advanceWith, checkpoint.position);
    }
    if (!isPastCheckpoint(event)) return;
    this.#pastCheckpoint = [...this.#pastCheckpoint, event];
    this.#position = advanceWith(this.#position, event);
  }

  #enqueue(event: PendingEvent): void {
    if (this.#pending === NO_PENDING) this.#pending = new Map();
    if (event.type === 'RESET') this.#pending.clear();
    const pending = this.#pending.get(event.key);
    if (pending) this.#options.counters.coalesced += 1;
    const left = pending ? pending.coalesce(event) : event;
    if (left) this.#pending.set(event.key, left);
    else this.#pending.delete(event.key);
  }
}

function advanceWith(position: StreamPosition, { deliveredState: told }: PendingEvent): StreamPosition {
  return told ? advance(position, told) : position;
}
