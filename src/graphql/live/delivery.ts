import type { Place } from './cursor.ts';
import type { EventType } from './event-type.ts';
import type { Rendering } from './framing.ts';

/** One event on its way to the readers of a group. Readers at the same place share the same frame. */
export class Delivery {
  readonly type: EventType;
  /** The uid of the object; the type itself for SYNCED and RESET. */
  readonly key: string;
  readonly rendering: Rendering;
  /** Where readers were before. */
  readonly since: Place;
  #cursor: string | undefined;
  #frame = '';

  constructor({ type, key, rendering, since }: Pick<Delivery, 'type' | 'key' | 'rendering' | 'since'>) {
    this.type = type;
    this.key = key;
    this.rendering = rendering;
    this.since = since;
  }

  frame(cursor: string): string {
    if (this.#cursor !== cursor) {
      this.#cursor = cursor;
      this.#frame = this.rendering.frame(this.type, cursor);
    }
    return this.#frame;
  }
}

/** What is left to tell of one object when `next` comes before `pending` was told. Undefined: nothing. */
export function coalesce(pending: Delivery | undefined, next: Delivery): Delivery | undefined {
  if (!pending) return next;
  const { since } = pending;
  switch (pending.type) {
    case 'ADDED':
      return next.type === 'DELETED' ? undefined : new Delivery({ ...pick(next), type: 'ADDED', since });
    case 'DELETED':
      return new Delivery({ ...pick(next), type: next.type === 'ADDED' ? 'MODIFIED' : next.type, since });
    case 'MODIFIED':
    case 'SYNCED':
    case 'RESET':
      return new Delivery({ ...pick(next), since });
    default:
      throw new TypeError(`Unknown event ${JSON.stringify(pending.type satisfies never)}`);
  }
}

function pick({ type, key, rendering, since }: Delivery): Pick<Delivery, 'type' | 'key' | 'rendering' | 'since'> {
  return { type, key, rendering, since };
}
