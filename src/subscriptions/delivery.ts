import { BEGINNING, toldKeyOf, type Place, type Told } from './cursor.ts';
import { Frame } from './frame.ts';
import type { EventType } from './event-type.ts';
import type { Rendering } from './framing.ts';

/** Where all readers of a group come by that keep up. */
export interface Station {
  readonly place: Place;
  /** Grows from one station to the next, over all groups, since readers go from one to another. */
  readonly number: number;
}

let lastNumber = 0;

export function nextStationNumber(): number {
  lastNumber += 1;
  return lastNumber;
}

/** Where a reader is that has nothing yet. */
export const START: Station = { place: BEGINNING, number: -1 };

interface DeliveryOptions {
  readonly type: EventType;
  /** The uid of the object; the type itself for SYNCED and RESET. */
  readonly key: string;
  /** Of the object, or of how it was last; empty where there is none. */
  readonly version?: string;
  readonly rendering: Rendering;
  /** Where readers were before. */
  readonly since: Station;
  /** The number of the station where they are with it. */
  readonly until: number;
  /** As which the reader holds the object; undefined where it does not, or nobody knows. */
  readonly held?: Rendering | undefined;
}

/** One event on its way to the readers of a group. Readers at the same place share the same frame. */
export class Delivery {
  readonly #options: DeliveryOptions;
  #told: Told | undefined;
  #frame: Frame | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** What a reader knows that has been told; undefined for SYNCED and RESET. The same one each time. */
  get told(): Told | undefined {
    const { key, version, type } = this.#options;
    if (version) this.#told ??= { key: toldKeyOf(key), version, held: type !== 'DELETED' };
    return this.#told;
  }

  get type(): EventType {
    return this.#options.type;
  }

  get key(): string {
    return this.#options.key;
  }

  get since(): Station {
    return this.#options.since;
  }

  get until(): number {
    return this.#options.until;
  }

  frame(cursor: string): Frame {
    if (this.#frame?.cursor === cursor) return this.#frame;
    const { rendering, type } = this.#options;
    this.#frame = new Frame(rendering.frame(type, cursor), cursor);
    return this.#frame;
  }

  /** What is left to tell of the object when `next` comes before this was told. Undefined: nothing. */
  coalesce(next: Delivery): Delivery | undefined {
    const { since, held } = this.#options;
    const type = coalesced(this.type, next.type);
    if (!type) return undefined;
    const { rendering } = next.#options;
    if (type === 'MODIFIED' && held?.text === rendering.text) return undefined;
    return new Delivery({ ...next.#options, type, since, held });
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
