import { failure } from '../graphql/errors.ts';
import type { SubscriptionCounters } from '../graphql/subscription-statistics.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { andThen, type Awaitable } from '../scheduling/awaitable.ts';
import type { Renderer, ResultTemplate } from './result-template.ts';
import type { SubscriptionSource } from './source.ts';
import type { AddBytes } from './subscription-bytes.ts';
import { INITIAL_CHECKPOINT, PendingEvent, type Checkpoint } from './pending-event.ts';

/** An object to evaluate again. */
export interface DirtyObject {
  /** Its current state, or its last known state if it is deleted. */
  readonly last: KubernetesObject;
  readonly isDeleted: boolean;
}

/** The checkpoints before and after a batch. */
interface BatchRange extends Pick<PendingEvent, 'fromCheckpoint' | 'toSequence'> {
  /** Version of the subscribed resource when the batch was drained. */
  readonly storeVersion: string;
}

/** Returns the version that a subscriber has of an object after its event. Of a deletion that a list has shown, none is known. */
export function deliveredVersionOf({ last, isDeleted }: DirtyObject, storeVersion: string): string {
  return isDeleted ? storeVersion : last.metadata.resourceVersion;
}

/** An object of the result set, as it was last delivered. */
export interface ResultRow {
  readonly object: KubernetesObject;
  readonly template: ResultTemplate;
}

interface ResultSetOptions {
  readonly source: SubscriptionSource<KubernetesObject>;
  readonly renderer: Renderer;
  readonly counters: SubscriptionCounters;
  /** Limit on the characters of all rows. */
  readonly maxCharacters: number;
  /** Counts bytes of the rows. */
  readonly addBytes: AddBytes;
}

/** Memory of a row without its text, as measured. */
const ROW_BYTES = 600;

/**
 * The objects that match a subscription, as its caught-up subscribers have them. Shared by all subscribers of a shared
 * subscription, so its memory does not depend on their number: one serialized row per object, keyed by uid, up to a limit of their
 * characters together.
 */
export class ResultSet {
  readonly #options: ResultSetOptions;
  #rows = new Map<string, ResultRow>();
  #characters = 0;
  #bytes = 0;

  constructor(options: ResultSetOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#rows.size;
  }

  has(uid: string): boolean {
    return this.#rows.has(uid);
  }

  get(uid: string): ResultRow | undefined {
    return this.#rows.get(uid);
  }

  objects(): KubernetesObject[] {
    return [...this.#rows.values()].map(({ object }) => object);
  }

  /** Returns an ADDED event for each row. */
  snapshot({ sequence: toSequence }: Checkpoint): PendingEvent[] {
    const isDeletionSent = this.#options.source.shape === 'object';
    return [...this.#rows].map(([key, { object, template }]) => {
      const version = object.metadata.resourceVersion;
      return new PendingEvent({
        type: 'ADDED',
        key,
        version,
        template,
        fromCheckpoint: INITIAL_CHECKPOINT,
        toSequence,
        isDeletionSent,
      });
    });
  }

  /** Returns a copy of the rows, for subscribers that move to another shared subscription. */
  copy(): ReadonlyMap<string, ResultRow> {
    return new Map(this.#rows);
  }

  /** Returns the events that turn the given rows into this result set. */
  diffFrom(rows: ReadonlyMap<string, ResultRow>, { sequence: toSequence }: Checkpoint): PendingEvent[] {
    const range = { fromCheckpoint: INITIAL_CHECKPOINT, toSequence };
    const events: PendingEvent[] = [];
    for (const [key, before] of rows) if (!this.#rows.has(key)) events.push(deletedEvent(key, before, range));
    for (const [key, { object, template }] of this.#rows) {
      const row = { ...range, key, version: object.metadata.resourceVersion, template };
      const before = rows.get(key);
      if (!before) events.push(new PendingEvent({ ...row, type: 'ADDED' }));
      else if (before.template.content !== template.content)
        events.push(new PendingEvent({ ...row, type: 'MODIFIED', deliveredTemplate: before.template }));
    }
    return events;
  }

  /**
   * Evaluates an object: applies the filter, executes the operation and updates the row.
   * @returns the event for subscribers. Undefined if nothing that they select has changed
   * @throws {GraphQLError} BAD_REQUEST, also as a rejection, if the rows exceed the limit of their characters; RATE_LIMITED if those of
   * all subscriptions of the viewer exceed their limit
   */
  evaluate(
    dirty: DirtyObject,
    { fromCheckpoint, toSequence, storeVersion }: BatchRange,
  ): Awaitable<PendingEvent | undefined> {
    const { source, renderer, counters } = this.#options;
    const { last, isDeleted } = dirty;
    const { uid: key } = last.metadata;
    const rows = this.#rows; // a reset meanwhile replaces the map, and must not get rows of the earlier epoch
    const row = rows.get(key);
    const matches = !isDeleted && source.matches(last);
    if (!row && !matches) return undefined;
    counters.renderings += 1;
    const version = deliveredVersionOf(dirty, storeVersion);
    const event = { fromCheckpoint, toSequence, key, version, deliveredTemplate: row?.template };
    if (!matches) {
      rows.delete(key);
      this.#resize(rows, row);
      return andThen(
        renderer.renderDeleted(last),
        (template) => new PendingEvent({ ...event, type: 'DELETED', template }),
      );
    }
    return andThen(renderer.renderTracked(last), (template) => {
      rows.set(key, { object: last, template });
      this.#resize(rows, row, template);
      if (row?.template.content === template.content) return undefined;
      return new PendingEvent({ ...event, type: row ? 'MODIFIED' : 'ADDED', template });
    });
  }

  clear(): void {
    this.#rows = new Map();
    this.#characters = 0;
    this.#options.addBytes(-this.#bytes);
    this.#bytes = 0;
  }

  /** Counts a row instead of the one before, if the map is still that of the result set. */
  #resize(rows: ReadonlyMap<string, ResultRow>, before: ResultRow | undefined, template?: ResultTemplate): void {
    if (rows !== this.#rows) return;
    const characters = (template?.content.length ?? 0) - (before?.template.content.length ?? 0);
    const bytes = characters + ROW_BYTES * (Number(template !== undefined) - Number(before !== undefined));
    const { maxCharacters: max, addBytes } = this.#options;
    this.#characters += characters;
    this.#bytes += bytes;
    const error = bytes === 0 ? undefined : addBytes(bytes);
    if (error) throw error;
    if (this.#characters <= max) return;
    const message = `Expected the objects of a subscription to have at most ${max} characters together (MAX_BYTES_IN_FLIGHT), got ${this.#characters}. Subscribe to a namespace or with a filter, or select fewer long fields, such as \`manifest\`.`;
    throw failure('BAD_REQUEST', message, { limit: { name: 'MAX_BYTES_IN_FLIGHT', max, actual: this.#characters } });
  }
}

/** Contains the row as it was delivered: its new state may be invisible to the viewer. */
function deletedEvent(
  key: string,
  { object, template }: ResultRow,
  range: Pick<PendingEvent, 'fromCheckpoint' | 'toSequence'>,
): PendingEvent {
  const version = object.metadata.resourceVersion;
  return new PendingEvent({ ...range, type: 'DELETED', key, version, template, deliveredTemplate: template });
}
