import type { KubernetesObject } from '../kubernetes/object.ts';
import { isPart } from '../kubernetes/part.ts';
import { Delivery, START, type Station } from './delivery.ts';
import type { EventType } from './event-type.ts';
import type { Rendering } from './framing.ts';
import type { LiveSource } from './live-source.ts';
import type { Renderer } from './renderer.ts';
import type { LiveCounters } from '../graphql/subscription-statistics.ts';

/** An object that is to be looked at again, as it was last seen. */
export interface Seen {
  readonly last: KubernetesObject;
  readonly gone: boolean;
}

/** An object that is held, as it was told. */
export interface Held {
  readonly object: KubernetesObject;
  readonly rendering: Rendering;
}

interface HoldingsOptions {
  readonly source: LiveSource<KubernetesObject>;
  readonly renderer: Renderer;
  readonly counters: LiveCounters;
}

/** What the readers of a group hold: each object that matches, as it was last told. */
export class Holdings {
  readonly #options: HoldingsOptions;
  #held = new Map<string, Held>();

  constructor(options: HoldingsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#held.size;
  }

  has(uid: string): boolean {
    return this.#held.has(uid);
  }

  get(uid: string): Held | undefined {
    return this.#held.get(uid);
  }

  objects(): KubernetesObject[] {
    return [...this.#held.values()].map(({ object }) => object);
  }

  /** Everything, for a reader that has nothing. */
  snapshot({ number: until }: Station): Delivery[] {
    return [...this.#held].map(([key, { object, rendering }]) => {
      const version = object.metadata.resourceVersion;
      return new Delivery({ type: 'ADDED', key, version, rendering, since: START, until });
    });
  }

  /** All of it, as of now, for a reader that goes elsewhere. */
  copy(): ReadonlyMap<string, Held> {
    return new Map(this.#held);
  }

  /** What a reader that holds something else has to be told to hold this. */
  changesFrom(before: ReadonlyMap<string, Held>, { number: until }: Station): Delivery[] {
    const changes: Delivery[] = [];
    const tell = (type: EventType, key: string, { object, rendering }: Held, held?: Rendering) => {
      const version = object.metadata.resourceVersion;
      changes.push(new Delivery({ type, key, version, rendering, since: START, until, held }));
    };
    for (const [key, had] of before) if (!this.#held.has(key)) tell('DELETED', key, had, had.rendering);
    for (const [key, has] of this.#held) {
      const had = before.get(key);
      if (!had) tell('ADDED', key, has);
      else if (this.#isAnother(had, has)) {
        tell('DELETED', `${key} as it was`, had, had.rendering);
        tell('ADDED', key, has);
      } else if (had.rendering.text !== has.rendering.text) tell('MODIFIED', key, has, had.rendering);
    }
    return changes;
  }

  /** What is seen whole has another id than what was seen in part. */
  #isAnother(had: Held, has: Held): boolean {
    return this.#options.source.shape === 'events' && isPart(had.object) !== isPart(has.object);
  }

  /** Takes what has become of an object. @returns what the readers are to be told; undefined: nothing that they select */
  async look({ last, gone }: Seen, step: Pick<Delivery, 'since' | 'until'>): Promise<Delivery | undefined> {
    const { source, renderer, counters } = this.#options;
    const { uid: key, resourceVersion: version } = last.metadata;
    const present = this.#held; // not what another world begins with meanwhile
    const held = present.get(key);
    const matches = !gone && source.matches(last);
    if (!held && !matches) return undefined;
    counters.renderings += 1;
    const about = { ...step, key, version, held: held?.rendering };
    if (!matches) {
      present.delete(key);
      return new Delivery({ ...about, type: 'DELETED', rendering: await renderer.gone(last) });
    }
    const rendering = await renderer.held(last);
    present.set(key, { object: last, rendering });
    if (held?.rendering.text === rendering.text) return undefined;
    return new Delivery({ ...about, type: held ? 'MODIFIED' : 'ADDED', rendering });
  }

  clear(): void {
    this.#held = new Map();
  }
}
