import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { EntryChanges, IndexEntry } from './index-entry.ts';

/** The entry of an object before and after a change. Undefined if the store did not, or does not, have the object. */
interface EntryChange<T extends KubernetesObject> {
  readonly removed: IndexEntry<T> | undefined;
  readonly added: IndexEntry<T> | undefined;
}

/** The latest changes of the entries of a store. An index that has the first n changes needs those after them. The owner bounds the log. */
export class EntryChangeLog<T extends KubernetesObject> {
  #changes: EntryChange<T>[] = [];
  #forgotten = 0;

  /** Number of all changes so far. */
  get count(): number {
    return this.#forgotten + this.#changes.length;
  }

  /** Number of the changes that have not been forgotten. */
  get length(): number {
    return this.#changes.length;
  }

  /** Number of the forgotten changes, which are the oldest. */
  get forgotten(): number {
    return this.#forgotten;
  }

  add(change: EntryChange<T>): void {
    this.#changes.push(change);
  }

  /** Returns the difference that all but the first changes make. None of the others may have been forgotten. */
  after(count: number): EntryChanges<T> {
    const removed = new Set<IndexEntry<T>>();
    const added = new Set<IndexEntry<T>>();
    for (const change of this.#changes.slice(count - this.#forgotten)) {
      if (change.removed && !added.delete(change.removed)) removed.add(change.removed);
      if (change.added) added.add(change.added);
    }
    return { removed, added };
  }

  /** Forgets the first changes. */
  forget(count: number): void {
    this.#changes = this.#changes.slice(count - this.#forgotten);
    this.#forgotten = count;
  }

  /** Starts again from 0. */
  clear(): void {
    this.#changes = [];
    this.#forgotten = 0;
  }
}
