import type { KubernetesObject } from '../kubernetes/object.ts';
import { isRedacted } from '../auth/redaction.ts';
import { PendingEvent, INITIAL_CHECKPOINT, type Checkpoint } from './subscriber.ts';
import type { EventType, SubscriptionSource } from './source.ts';
import type { ResultTemplate, Renderer } from './result-template.ts';
import type { SubscriptionCounters } from '../graphql/subscription-statistics.ts';

/** An object that is to be looked at again, as it was last seen. */
export interface DirtyObject {
  readonly last: KubernetesObject;
  readonly isDeleted: boolean;
}

/** An object that is held, as it was told. */
export interface ResultRow {
  readonly object: KubernetesObject;
  readonly template: ResultTemplate;
}

interface ResultSetOptions {
  readonly source: SubscriptionSource<KubernetesObject>;
  readonly renderer: Renderer;
  readonly counters: SubscriptionCounters;
}

/** What the readers of a group hold: each object that matches, as it was last told. */
export class ResultSet {
  readonly #options: ResultSetOptions;
  #rows = new Map<string, ResultRow>();

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

  /** Everything, for a reader that has nothing. */
  snapshot({ sequence: toSequence }: Checkpoint): PendingEvent[] {
    return [...this.#rows].map(([key, { object, template }]) => {
      const version = object.metadata.resourceVersion;
      return new PendingEvent({
        type: 'ADDED',
        key,
        version,
        template,
        fromCheckpoint: INITIAL_CHECKPOINT,
        toSequence,
      });
    });
  }

  /** All of it, as of now, for a reader that goes elsewhere. */
  copy(): ReadonlyMap<string, ResultRow> {
    return new Map(this.#rows);
  }

  /** What a reader that holds something else has to be told to hold this. */
  diffFrom(before: ReadonlyMap<string, ResultRow>, { sequence: toSequence }: Checkpoint): PendingEvent[] {
    const changes: PendingEvent[] = [];
    const add = (type: EventType, key: string, { object, template }: ResultRow, deliveredTemplate?: ResultTemplate) => {
      const version = object.metadata.resourceVersion;
      changes.push(
        new PendingEvent({
          type,
          key,
          version,
          template,
          fromCheckpoint: INITIAL_CHECKPOINT,
          toSequence,
          deliveredTemplate,
        }),
      );
    };
    for (const [key, had] of before) if (!this.#rows.has(key)) add('DELETED', key, had, had.template);
    for (const [key, has] of this.#rows) {
      const had = before.get(key);
      if (!had) add('ADDED', key, has);
      else if (this.#hasOtherId(had, has)) {
        add('DELETED', `${key} as it was`, had, had.template);
        add('ADDED', key, has);
      } else if (had.template.content !== has.template.content) add('MODIFIED', key, has, had.template);
    }
    return changes;
  }

  /** What is seen whole has another id than what was seen in part. */
  #hasOtherId(had: ResultRow, has: ResultRow): boolean {
    return this.#options.source.shape === 'events' && isRedacted(had.object) !== isRedacted(has.object);
  }

  /** Takes what has become of an object. @returns what the readers are to be told; undefined: nothing that they select */
  async evaluate(
    { last, isDeleted }: DirtyObject,
    range: Pick<PendingEvent, 'fromCheckpoint' | 'toSequence'>,
  ): Promise<PendingEvent | undefined> {
    const { source, renderer, counters } = this.#options;
    const { uid: key, resourceVersion: version } = last.metadata;
    const rows = this.#rows; // a reset meanwhile replaces the map; this batch is stale then
    const row = rows.get(key);
    const matches = !isDeleted && source.matches(last);
    if (!row && !matches) return undefined;
    counters.renderings += 1;
    const common = { ...range, key, version, deliveredTemplate: row?.template };
    if (!matches) {
      rows.delete(key);
      return new PendingEvent({ ...common, type: 'DELETED', template: await renderer.renderDeleted(last) });
    }
    const template = await renderer.renderTracked(last);
    rows.set(key, { object: last, template });
    if (row?.template.content === template.content) return undefined;
    return new PendingEvent({ ...common, type: row ? 'MODIFIED' : 'ADDED', template });
  }

  clear(): void {
    this.#rows = new Map();
  }
}
