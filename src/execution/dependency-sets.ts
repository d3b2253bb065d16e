import { Multimap } from '../kubernetes/multimap.ts';

/** One read of the cache. */
export interface CacheRead {
  /** A dependency key; see `dependencyKeys`. */
  readonly key: string;
  /** Key of the store that was read; see {@link ScopedLister.storeKey}. */
  readonly storeKey: string;
}

/** From this number of reads on, equal ones are found by their keys: a row of a namespace reads thousands of pods. */
const MANY_READS = 16;

/** The different reads of a row that is being rendered, in their order. */
export class RowReads {
  readonly all: CacheRead[] = [];
  /** Keys of the reads, by the key of their store. Empty while they are few. */
  readonly #known = new Map<string, Set<string>>();

  add(read: CacheRead): void {
    const { key, storeKey } = read;
    if (this.all.length < MANY_READS) {
      if (!this.all.some((each) => each.key === key && each.storeKey === storeKey)) this.all.push(read);
      return;
    }
    if (this.#known.size === 0) for (const each of this.all) this.#keysOf(each).add(each.key);
    const keys = this.#keysOf(read);
    if (keys.has(key)) return;
    keys.add(key);
    this.all.push(read);
  }

  #keysOf({ storeKey }: CacheRead): Set<string> {
    let keys = this.#known.get(storeKey);
    if (!keys) {
      keys = new Set();
      this.#known.set(storeKey, keys);
    }
    return keys;
  }
}

/** The reads that rows were rendered from. Interned: rows with the same reads share one. */
export interface DependencySet {
  readonly reads: readonly CacheRead[];
  readonly id: string;
  /** Time of {@link DependencySets.clock} at which the result of one of the reads may have changed. */
  changedAt: number;
  /** Number of rows. */
  references: number;
}

/**
 * Interned sets of dependencies, each with the time of its last change. Memory is bounded by the rows that reference the sets, which
 * their owner must {@link release}.
 */
export class DependencySets {
  readonly #sets = new Map<string, DependencySet>();
  readonly #byKey = new Multimap<string, DependencySet>();
  /** Number of the keys of sets by the resource that they read. */
  readonly #keysByResource = new Map<string, number>();
  /** The set of rows that read nothing but their object. */
  readonly #empty: DependencySet = { reads: [], id: '', changedAt: 0, references: 1 };
  /** The set that was acquired last: rows that are rendered one after the other often have the same reads. */
  #last = this.#empty;
  /** Counts the changes. */
  clock = 0;

  /** Returns the set of these reads, and counts a reference. */
  acquire(reads: readonly CacheRead[]): DependencySet {
    const set = reads.length === 0 ? this.#empty : isSetOf(this.#last, reads) ? this.#last : this.#find(reads);
    set.references += 1;
    this.#last = set;
    return set;
  }

  #find(reads: readonly CacheRead[]): DependencySet {
    const id = reads.map(({ key, storeKey }) => `${storeKey} ${key}`).join('\n');
    let set = this.#sets.get(id);
    if (!set) {
      set = { reads, id, changedAt: 0, references: 0 };
      this.#sets.set(id, set);
      for (const { key } of reads) {
        this.#byKey.add(key, set);
        this.#countKey(key, 1);
      }
    }
    return set;
  }

  release(set: DependencySet): void {
    set.references -= 1;
    if (set.references > 0) return;
    this.#sets.delete(set.id);
    if (this.#last === set) this.#last = this.#empty;
    for (const { key } of set.reads) {
      this.#byKey.delete(key, set);
      this.#countKey(key, -1);
    }
  }

  /**
   * Stamps the sets with a read whose result a change may alter.
   * @param keysOf returns the keys of these reads. Called if a set has any read of the resource
   */
  stamp(resourceKey: string, keysOf: () => Iterable<string>): void {
    this.clock += 1;
    if (!this.#keysByResource.has(resourceKey)) return;
    for (const key of keysOf()) {
      const sets = this.#byKey.get(key);
      if (sets) for (const set of sets) set.changedAt = this.clock;
    }
  }

  /** Stamps the sets with a read of a resource. */
  stampResource(resourceKey: string): void {
    this.clock += 1;
    for (const set of this.#sets.values())
      if (set.reads.some(({ key }) => key === resourceKey || key.startsWith(`${resourceKey} `)))
        set.changedAt = this.clock;
  }

  #countKey(key: string, change: 1 | -1): void {
    const resourceKey = resourceKeyOf(key);
    const count = (this.#keysByResource.get(resourceKey) ?? 0) + change;
    if (count === 0) this.#keysByResource.delete(resourceKey);
    else this.#keysByResource.set(resourceKey, count);
  }
}

/** Returns the resource of a dependency key: its start, up to the first space. */
function resourceKeyOf(key: string): string {
  const end = key.indexOf(' ');
  return end === -1 ? key : key.slice(0, end);
}

function isSetOf({ reads: own }: DependencySet, reads: readonly CacheRead[]): boolean {
  if (own.length !== reads.length) return false;
  return own.every(({ key, storeKey }, index) => reads[index]?.key === key && reads[index].storeKey === storeKey);
}
