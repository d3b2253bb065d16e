import { Delivery, START, type Station } from './delivery.ts';
import type { Held, Holdings } from './holdings.ts';
import type { Resume, ResumeOptions } from './resume.ts';
import type { LiveCounters } from '../graphql/subscription-statistics.ts';

/** How a reader comes to a group. */
export type Joining =
  | { readonly begins: 'first' }
  /** `resume` is its way on from where it was; undefined where it has to begin anew. */
  | { readonly begins: 'again'; readonly resume: Resume | undefined }
  /** It comes from another group, and holds what that held. */
  | { readonly begins: 'elsewhere'; readonly held: ReadonlyMap<string, Held> };

export interface WelcomeOptions extends ResumeOptions {
  readonly holdings: Holdings;
  readonly counters: LiveCounters;
}

/** What the readers are told first that come to a group at one moment. */
export class Welcome {
  readonly #options: WelcomeOptions;
  readonly #station: Station;
  #snapshot: Delivery[] | undefined;

  /** @param station where the readers of the group are */
  constructor(station: Station, options: WelcomeOptions) {
    this.#options = options;
    this.#station = station;
  }

  async of(joining: Joining): Promise<Delivery[]> {
    const { holdings, counters } = this.#options;
    switch (joining.begins) {
      case 'first':
        return [...this.#all(), ...(await this.#end(START))];
      case 'elsewhere':
        return holdings.changesFrom(joining.held, this.#station);
      case 'again': {
        const missed = await joining.resume?.missed(holdings, this.#station.number, this.#options);
        if (missed && joining.resume) {
          counters.resumes += 1;
          return [...missed, ...(await this.#end(joining.resume.since))];
        }
        counters.resets += 1;
        return [await this.sign('RESET', START), ...this.#all(), ...(await this.#end(START))];
      }
      default:
        throw new TypeError(`Unknown way to join ${JSON.stringify(joining satisfies never)}`);
    }
  }

  /** What is told of no object. */
  async sign(type: 'SYNCED' | 'RESET' | 'DELETED', since: Station): Promise<Delivery> {
    const { number: until } = this.#station;
    return new Delivery({ type, key: type, rendering: await this.#options.renderer.blank(), since, until });
  }

  /** The same for all who have nothing, so that they share its frames. */
  #all(): Delivery[] {
    this.#snapshot ??= this.#options.holdings.snapshot(this.#station);
    return this.#snapshot;
  }

  async #end(since: Station): Promise<Delivery[]> {
    const { source, holdings } = this.#options;
    if (source.shape === 'events') return [await this.sign('SYNCED', since)];
    return holdings.size > 0 ? [] : [await this.sign('DELETED', since)];
  }
}
