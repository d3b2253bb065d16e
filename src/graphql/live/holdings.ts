import type { KubernetesObject } from '../../kubernetes/object.ts';
import { BEGINNING, type Place } from './cursor.ts';
import { Delivery } from './delivery.ts';
import type { Rendering } from './framing.ts';
import type { LiveSource } from './live-source.ts';
import type { Renderer } from './renderer.ts';
import type { LiveCounters } from './statistics.ts';

/** An object that is to be looked at again, as it was last seen. */
export interface Seen {
  readonly last: KubernetesObject;
  readonly gone: boolean;
}

interface Held {
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
  readonly #held = new Map<string, Held>();

  constructor(options: HoldingsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#held.size;
  }

  has(uid: string): boolean {
    return this.#held.has(uid);
  }

  get(uid: string): Rendering | undefined {
    return this.#held.get(uid)?.rendering;
  }

  objects(): KubernetesObject[] {
    return [...this.#held.values()].map(({ object }) => object);
  }

  /** Everything, for a reader that has nothing. */
  snapshot(): Delivery[] {
    return [...this.#held].map(
      ([key, { rendering }]) => new Delivery({ type: 'ADDED', key, rendering, since: BEGINNING }),
    );
  }

  /** Takes what has become of an object. @returns what the readers are to be told; undefined: nothing that they select */
  async look({ last, gone }: Seen, since: Place): Promise<Delivery | undefined> {
    const { source, renderer, counters } = this.#options;
    const { uid: key } = last.metadata;
    const held = this.#held.get(key);
    const matches = !gone && source.matches(last);
    if (!held && !matches) return undefined;
    counters.renderings += 1;
    if (!matches) {
      this.#held.delete(key);
      return new Delivery({ type: 'DELETED', key, rendering: await renderer.gone(last), since });
    }
    const rendering = await renderer.held(last);
    this.#held.set(key, { object: last, rendering });
    if (held?.rendering.text === rendering.text) return undefined;
    return new Delivery({ type: held ? 'MODIFIED' : 'ADDED', key, rendering, since });
  }

  clear(): void {
    this.#held.clear();
  }
}
