import type { KubernetesObject } from '../kubernetes/object.ts';
import type { ObjectChange } from '../viewer-client/objects.ts';
import type { Holdings, Seen } from './holdings.ts';
import type { LiveSource } from './live-source.ts';

/** What one round looks at. */
export interface Items {
  readonly seen: readonly Seen[];
  /** The past is void: readers are to forget it first. */
  readonly isReset: boolean;
  /** The world that it is of. */
  readonly world: number;
}

/** What a group has to look at again, each object once however often it has changed. */
export class Agenda {
  readonly #source: LiveSource<KubernetesObject>;
  readonly #holdings: Holdings;
  readonly #dirty = new Map<string, Seen>();
  /** What the round that is under way looks at: it may be held when that is over. */
  #taken: readonly Seen[] = [];
  #isReset = false;
  /** Grows when the past becomes void: a round that began before has nothing to tell. */
  #world = 0;

  constructor(source: LiveSource<KubernetesObject>, holdings: Holdings) {
    this.#source = source;
    this.#holdings = holdings;
    this.#addCandidates();
  }

  get isEmpty(): boolean {
    return this.#dirty.size === 0 && !this.#isReset;
  }

  /** @param isBusy whether a round is under way */
  changed({ after, last }: ObjectChange<KubernetesObject>, isBusy: boolean): void {
    const { uid } = last.metadata;
    const isOurs = isBusy || this.#holdings.has(uid) || this.#dirty.has(uid);
    if (isOurs || (after && this.#source.matches(after))) this.#dirty.set(uid, { last, gone: !after });
  }

  /** Objects that are as they were, while something has changed that is selected of others. */
  touch(uids: Iterable<string>): void {
    for (const uid of uids) {
      const object = this.#dirty.has(uid) ? undefined : this.#source.objects.withUid(uid);
      if (object) this.#dirty.set(uid, { last: object, gone: false });
    }
  }

  touchAll(): void {
    this.touch(this.#holdings.objects().map(({ metadata }) => metadata.uid));
  }

  /** The past is void. Who follows events is told to forget it; who follows one object is told what it is now. */
  reset(): void {
    this.#dirty.clear();
    if (this.#source.shape === 'events') {
      this.#world += 1;
      this.#isReset = true;
      this.#holdings.clear();
    }
    for (const last of [...this.#holdings.objects(), ...this.#taken.map((seen) => seen.last)])
      this.#dirty.set(last.metadata.uid, { last, gone: true });
    this.#addCandidates();
  }

  take(): Items {
    const items = { seen: [...this.#dirty.values()], isReset: this.#isReset, world: this.#world };
    this.#taken = items.seen;
    this.#isReset = false;
    this.#dirty.clear();
    return items;
  }

  /** Whether what was taken is of a world that is no more. */
  isVoid({ world }: Items): boolean {
    return world !== this.#world;
  }

  /** What was taken has been looked at. */
  done(): void {
    this.#taken = [];
  }

  /** Nothing is to be looked at any more, and what was taken is void. */
  clear(): void {
    this.#world += 1;
    this.#dirty.clear();
  }

  #addCandidates(): void {
    for (const last of this.#source.candidates()) this.#dirty.set(last.metadata.uid, { last, gone: false });
  }
}
