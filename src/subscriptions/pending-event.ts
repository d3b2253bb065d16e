import { INITIAL_POSITION, objectToken, type DeliveredState, type StreamPosition } from './cursor.ts';
import { SerializedEvent, type ResultTemplate } from './result-template.ts';
import type { EventType } from './source.ts';

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

/** Returns the cursor of a position in the events of a subscription. */
export type CursorOf = (position: StreamPosition) => string;

interface PendingEventOptions {
  readonly type: EventType;
  /** uid of the object. The type itself for control events. */
  readonly key: string;
  /** Version of the resource that a gateway must have reached to have the event. Undefined for control events. */
  readonly version?: string;
  readonly template: ResultTemplate;
  /** The checkpoint before the event. */
  readonly fromCheckpoint: Checkpoint;
  /** Sequence number of the checkpoint that includes the event. */
  readonly toSequence: number;
  /** The row as subscribers had it before. Undefined if they did not have it, or if that is unknown. */
  readonly deliveredTemplate?: ResultTemplate | undefined;
  /**
   * Whether a deletion must be sent even if this ADDED has not been: the client may have the object from a page of a list, or it waits
   * for the first result of a single object.
   */
  readonly isDeletionSent?: boolean;
}

/**
 * One event between evaluation and delivery, and the range of checkpoints that it covers. All subscribers of a shared
 * subscription share the instance; those at the same position share its serialized form too.
 */
export class PendingEvent {
  readonly #options: PendingEventOptions;
  #deliveredState: DeliveredState | undefined;
  /** Weak: the queue of a subscriber that does not read must not hold the texts that others have been sent. */
  #serialized: WeakRef<SerializedEvent> | undefined;
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

  /**
   * Returns the event with the cursor of a position. Caches the last result, for which all subscribers at the same position ask, as long
   * as one of them holds it.
   */
  serializeAt(position: StreamPosition, cursorOf: CursorOf): SerializedEvent {
    const known = this.#position === position ? this.#serialized?.deref() : undefined;
    if (known) return known;
    const serialized = this.serialize(() => cursorOf(position));
    this.#serialized = new WeakRef(serialized);
    this.#position = position;
    return serialized;
  }

  /** Returns the event with a cursor, which is encoded when it is read. */
  serialize(cursorOf: () => string): SerializedEvent {
    const { template, type } = this.#options;
    return new SerializedEvent(template.serialize(type, cursorOf), cursorOf);
  }

  /** Returns the one event that replaces this undelivered one and `next`. Undefined if both together change nothing. */
  coalesce(next: PendingEvent): PendingEvent | undefined {
    const { fromCheckpoint, deliveredTemplate, isDeletionSent = false } = this.#options;
    const type = coalescedType(this.type, next.type) ?? (isDeletionSent ? next.type : undefined);
    if (!type) return undefined;
    if (type === 'MODIFIED' && deliveredTemplate?.content === next.#options.template.content) return undefined;
    return new PendingEvent({ ...next.#options, type, fromCheckpoint, deliveredTemplate, isDeletionSent });
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
