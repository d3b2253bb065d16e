import type { Change, StoreObserver } from '../cache/readonly-store.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { cacheKeyOf, type Resource } from '../kubernetes/resource.ts';
import { changeKeysOf, type ScopedLister } from '../viewer-client/scoped-lister.ts';
import { DependencySets, type CacheRead, type DependencySet } from './dependency-sets.ts';

/** The rendered text of one object. */
export interface Row {
  /** The state that was rendered. */
  readonly object: KubernetesObject;
  /** One text for each static part of the selection. */
  readonly texts: readonly string[];
  readonly dependencies: DependencySet;
  /** Time of {@link DependencySets.clock} at which it was rendered. */
  readonly renderedAt: number;
  /** Cost of the operation for rendering it. */
  readonly cost: number;
}

/** Bound of the cached rows in bytes of heap. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Bound of the cached selections. Each change of an object removes its row from each of them. */
const MAX_SELECTIONS = 200;
/** Changes that are noted until the rows are read again. Beyond that, all rows are dropped. */
const MAX_NOTED_CHANGES = 2_000;
/** Heap of a row without its text. */
const ROW_BYTES = 300;

/** The rows of objects that were rendered with one selection. */
export class RowSelection {
  readonly key: string;
  readonly rows = new Map<string, Row>();
  /** Listers of the related objects that were read, by the key of their store. They see what any viewer of the rows sees. */
  readonly listers = new Map<string, ScopedLister<KubernetesObject>>();
  bytes = 0;
  isEvicted = false;

  constructor(key: string) {
    this.key = key;
  }

  /** Returns the row of an object in this very state. Undefined if it is not cached, or a related object has changed. */
  find(object: KubernetesObject): Row | undefined {
    const row = this.rows.get(object.metadata.uid);
    return row?.object === object && row.dependencies.changedAt <= row.renderedAt ? row : undefined;
  }
}

/**
 * Texts of rendered objects, for all operations and viewers.
 *
 * A row belongs to a selection: the type, the selected fields with their arguments, and the visibility of the related resources
 * that the fields read. It contains nothing that depends on the viewer otherwise, or on the time. It is valid for one state of
 * its object, as long as none of the reads that it was rendered from can have another result.
 *
 * Memory: {@link MAX_BYTES}. The least recently used selection is evicted as a whole. Rows of objects that have changed or were
 * deleted are dropped, so a row retains no object that the stores do not.
 */
export class RowCache implements StoreObserver {
  readonly #selections = new Map<string, RowSelection>();
  /** Keys of selections that were used once, oldest first. */
  readonly #usedOnce = new Set<string>();
  readonly #sets = new DependencySets();
  readonly #noted: { readonly resource: Resource; readonly change: Change<KubernetesObject> }[] = [];
  #bytes = 0;
  /** Number of changes of all stores. Reads with the same number before and after saw the same versions. */
  changes = 0;

  changed<T extends KubernetesObject>(resource: Resource<T>, change: Change<T>): void {
    this.changes += 1;
    if (this.#selections.size === 0) return;
    this.#noted.push({ resource, change });
    if (this.#noted.length > MAX_NOTED_CHANGES) this.clear();
  }

  cleared(resource: Resource): void {
    this.changes += 1;
    this.#sets.stampResource(cacheKeyOf(resource));
  }

  /**
   * Returns the rows of a selection. Undefined at its first use: most selections that are used once are not used again, and to add
   * their rows would cost more than to render them.
   */
  selection(key: string): RowSelection | undefined {
    if (!this.#selections.has(key) && !this.#usedOnce.delete(key)) {
      this.#usedOnce.add(key);
      const [oldest] = this.#usedOnce;
      if (this.#usedOnce.size > MAX_SELECTIONS && oldest !== undefined) this.#usedOnce.delete(oldest);
      return undefined;
    }
    this.settle();
    const selection = this.#selections.get(key) ?? new RowSelection(key);
    this.#selections.delete(key); // the order is that of the last use
    this.#selections.set(key, selection);
    if (this.#selections.size > MAX_SELECTIONS) this.#evictOldest();
    return selection;
  }

  /** Applies the changes since the last call, so that {@link RowSelection.find} returns no outdated row. */
  settle(): void {
    if (this.#noted.length === 0) return;
    for (const { resource, change } of this.#noted) {
      this.#sets.stamp(changeKeysOf(resource, change));
      if (change.type !== 'added') this.#forget(change.previous.metadata.uid);
    }
    this.#noted.length = 0;
  }

  /** Adds a row that was rendered in this turn of the event loop. */
  add(selection: RowSelection, rendered: Pick<Row, 'object' | 'texts' | 'cost'>, reads: readonly CacheRead[]): Row {
    const dependencies = this.#sets.acquire(reads);
    const row = { ...rendered, dependencies, renderedAt: this.#sets.clock };
    const { uid } = rendered.object.metadata;
    this.#remove(selection, uid);
    if (selection.isEvicted) {
      this.#sets.release(dependencies);
      return row;
    }
    selection.rows.set(uid, row);
    this.#count(selection, bytesOf(row));
    while (this.#bytes > MAX_BYTES) this.#evictOldest();
    return row;
  }

  clear(): void {
    while (this.#selections.size > 0) this.#evictOldest();
    this.#noted.length = 0;
  }

  #forget(uid: string): void {
    for (const selection of this.#selections.values()) this.#remove(selection, uid);
  }

  #remove(selection: RowSelection, uid: string): void {
    const row = selection.rows.get(uid);
    if (!row) return;
    selection.rows.delete(uid);
    this.#sets.release(row.dependencies);
    this.#count(selection, -bytesOf(row));
  }

  #count(selection: RowSelection, bytes: number): void {
    selection.bytes += bytes;
    this.#bytes += bytes;
  }

  #evictOldest(): void {
    const [selection] = this.#selections.values();
    if (!selection) return;
    this.#selections.delete(selection.key);
    this.#bytes -= selection.bytes;
    for (const { dependencies } of selection.rows.values()) this.#sets.release(dependencies);
    selection.rows.clear();
    selection.isEvicted = true;
  }
}

function bytesOf({ texts }: Row): number {
  return texts.reduce((sum, { length }) => sum + length, ROW_BYTES);
}
