import { Multimap } from '../kubernetes/multimap.ts';

/** One read of the cache. */
export interface CacheRead {
  /** A dependency key; see `dependencyKeys`. */
  readonly key: string;
  /** Key of the store that was read; see {@link ScopedLister.storeKey}. */
  readonly storeKey: string;
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
  /** Counts the changes. */
  clock = 0;

  /** Returns the set of these reads, and counts a reference. */
  acquire(reads: readonly CacheRead[]): DependencySet {
    const id = reads.map(({ key, storeKey }) => `${storeKey} ${key}`).join('\n');
    let set = this.#sets.get(id);
    if (!set) {
      set = { reads, id, changedAt: 0, references: 0 };
      this.#sets.set(id, set);
      for (const { key } of reads) this.#byKey.add(key, set);
    }
    set.references += 1;
    return set;
  }

  release(set: DependencySet): void {
    set.references -= 1;
    if (set.references > 0) return;
    this.#sets.delete(set.id);
    for (const { key } of set.reads) this.#byKey.delete(key, set);
  }

  /** Stamps the sets with a read whose result a change may alter. */
  stamp(keys: Iterable<string>): void {
    this.clock += 1;
    for (const key of keys) {
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
}
