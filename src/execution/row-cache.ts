import { unredacted } from '../auth/redaction.ts';
import type { Change, StoreObserver } from '../cache/store-events.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { cacheKeyOf, type Resource } from '../kubernetes/resource.ts';
import { changeKeysOf } from '../viewer-client/scoped-change.ts';
import type { ScopedLister } from '../viewer-client/scoped-lister.ts';
import { DependencySets, type CacheRead } from './dependency-sets.ts';
import { isUpToDate, RowBlock, type Row } from './row-block.ts';

/** Rows that were rendered with a selection and not cached. */
export interface UncachedRows {
  count: number;
}

/** A row that is not in the cache yet, and was rendered in this turn of the event loop. */
export interface RenderedRow {
  readonly object: KubernetesObject;
  readonly cost: number;
  readonly reads: readonly CacheRead[];
}

/** A row of a block that is being joined. */
export interface JoinedRow {
  /** Up to date, or not in the cache yet. */
  readonly row: Row | RenderedRow;
  /** Position behind its text. */
  readonly end: number;
}

/** Bound of the cached rows in bytes. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Bound of the cached selections. Each change of an object removes its row from each of them. */
const MAX_SELECTIONS = 200;
/** Changes that are noted until the rows are read again. Beyond that, all rows are dropped. */
const MAX_NOTED_CHANGES = 2_000;
/** Rows that are rendered with a selection before its rows are cached. A query for one row does not announce a long list. */
const MIN_RENDERED_ROWS = 4;
/** Memory of a row with few reads, and of a block, without its text. */
const [ROW_BYTES, BLOCK_BYTES] = [300, 800];
/** Memory of each further read of a row, such as that of a namespace with its workspaces and their pods. */
const READ_BYTES = 300;
const FEW_READS = 8;

/** The rows of objects that were rendered with one selection. */
export class RowSelection {
  readonly key: string;
  readonly rows = new Map<string, Row>();
  /** Listers of the related objects that were read, by the key of their store. They see the same objects as every viewer of the rows. */
  readonly listers = new Map<string, ScopedLister<KubernetesObject>>();
  bytes = 0;
  isEvicted = false;

  constructor(key: string) {
    this.key = key;
  }

  /** Returns the row of an object in this very state. Undefined if it is not cached, or a related object has changed. */
  find(object: KubernetesObject): Row | undefined {
    const row = this.rows.get(object.metadata.uid);
    return row?.object === object && isUpToDate(row) ? row : undefined;
  }

  /** Returns the block that began with an object, in this state or an earlier one. */
  blockAt(object: unknown): RowBlock | undefined {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the values of the types of rows are Kubernetes objects
    const { metadata } = (object ?? {}) as Partial<KubernetesObject>;
    return metadata && this.rows.get(metadata.uid)?.first;
  }
}

/**
 * Texts of rendered objects, for all operations and viewers.
 *
 * A row belongs to a selection: the type, the selected fields with their arguments, and the visibility of the related resources
 * that the fields read. It contains nothing that depends on the viewer otherwise, or on the time. It is valid for one state of
 * its object, as long as none of the reads that it was rendered from can have another result.
 *
 * The rows of long lists are in blocks of UTF-8, outside of the heap. A list whose objects are those of a block, in the same states and
 * order, consists of its bytes. If one of them has changed, the block is built again from the bytes of the others.
 *
 * Memory: {@link MAX_BYTES}. The least recently used selection is evicted as a whole. Rows of objects that have changed or were
 * deleted are dropped, so a row retains no object that the stores do not. The text of a dropped row stays until its block is built
 * again, or all its rows are dropped.
 */
export class RowCache implements StoreObserver {
  readonly #selections = new Map<string, RowSelection>();
  /** Rows that were rendered with selections that are not cached yet, by key, oldest first. */
  readonly #uncached = new Map<string, UncachedRows>();
  readonly #sets = new DependencySets();
  readonly #noted: { readonly resource: Resource; readonly change: Change<KubernetesObject> }[] = [];
  /** States of objects that a store had, and has not any more. */
  readonly #outdated = new WeakSet<KubernetesObject>();
  #bytes = 0;
  /** Number of changes of all stores. Reads with the same number before and after saw the same versions. */
  changes = 0;

  changed<T extends KubernetesObject>(resource: Resource<T>, change: Change<T>): void {
    this.changes += 1;
    if (change.type !== 'added') this.#outdated.add(change.previous);
    if (change.type === 'deleted') this.#outdated.add(change.object);
    if (this.#selections.size === 0) return;
    this.#noted.push({ resource, change });
    if (this.#noted.length > MAX_NOTED_CHANGES) this.clear();
  }

  cleared(resource: Resource): void {
    this.changes += 1;
    this.#sets.stampResource(cacheKeyOf(resource));
    for (const selection of this.#selections.values())
      for (const [uid, { object }] of selection.rows) if (object?.kind === resource.kind) this.#remove(selection, uid);
  }

  /**
   * Returns the rows of a selection, or the number of rows that were rendered with it so far, which the caller increases, if these are
   * few: most selections that are used once are not used again, and to add their rows would cost more than to render them.
   */
  selection(key: string): RowSelection | UncachedRows {
    if (!this.#selections.has(key)) {
      const uncached = this.#uncached.get(key) ?? { count: 0 };
      this.#uncached.delete(key);
      if (uncached.count < MIN_RENDERED_ROWS) {
        this.#uncached.set(key, uncached);
        const [oldest] = this.#uncached.keys();
        if (this.#uncached.size > MAX_SELECTIONS && oldest !== undefined) this.#uncached.delete(oldest);
        return uncached;
      }
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
      this.#sets.stamp(cacheKeyOf(resource), () => changeKeysOf(resource, change));
      if (change.type !== 'added') this.#forget(change.previous.metadata.uid);
    }
    this.#noted.length = 0;
  }

  /** @param texts one for each static part of the selection */
  add(selection: RowSelection, rendered: RenderedRow, texts: readonly string[]): Row {
    const row = this.#add(selection, rendered, texts);
    if (row.object !== undefined) this.#count(selection, lengthOf(texts));
    while (this.#bytes > MAX_BYTES) this.#evictOldest();
    return row;
  }

  /**
   * Adds a row whose text is not counted yet. Returns a dropped row if its selection was evicted, or no store has the object in this
   * state any more: a list may have been read in an earlier turn, and the last state of a deleted object is rendered for subscribers.
   */
  #add(selection: RowSelection, { object, cost, reads }: RenderedRow, content: Row['content']): Row {
    const dependencies = this.#sets.acquire(reads);
    const isKept = !selection.isEvicted && !this.#outdated.has(unredacted(object));
    const row: Row = {
      object: isKept ? object : undefined,
      content,
      start: 0,
      end: 0,
      first: undefined,
      dependencies,
      renderedAt: this.#sets.clock,
      cost,
    };
    if (!isKept) {
      this.#sets.release(dependencies);
      return row;
    }
    const { uid } = object.metadata;
    this.#remove(selection, uid);
    selection.rows.set(uid, row);
    this.#count(selection, rowBytesOf(row));
    return row;
  }

  /** Returns the block of the objects of a list from an index on. Undefined if there is none, or one of its rows is outdated. */
  findBlock(selection: RowSelection, objects: readonly unknown[], index: number): RowBlock | undefined {
    const block = selection.blockAt(objects[index]);
    return block?.isAt(objects, index) && block.isUpToDate(this.#sets.clock) ? block : undefined;
  }

  /**
   * Joins rows to a block, and adds those that are not in the cache yet. It contains their texts from now on.
   * @param bytes texts of the rows, each after a comma
   */
  join(selection: RowSelection, joined: readonly JoinedRow[], bytes: Buffer): RowBlock {
    const rows = joined.map(({ row }) => ('content' in row ? row : this.#add(selection, row, [])));
    const block = new RowBlock(rows, bytes, this.#sets.clock);
    for (const [index, row] of rows.entries()) {
      if (row.object === undefined) continue; // dropped, or replaced by the row of the same object, which the list contains twice
      const { content } = row;
      block.references += 1;
      row.content = block;
      row.start = 1 + (joined[index - 1]?.end ?? 0);
      row.end = joined[index]?.end ?? 0;
      this.#release(selection, content);
    }
    const [first] = rows;
    if (first?.object !== undefined) this.#begin(selection, first, block);
    if (block.references > 0) this.#count(selection, bytesOf(block));
    while (this.#bytes > MAX_BYTES) this.#evictOldest();
    return block;
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
    row.object = undefined;
    this.#sets.release(row.dependencies);
    this.#count(selection, -rowBytesOf(row));
    this.#release(selection, row.content);
    this.#begin(selection, row, undefined);
  }

  /** Sets the block that begins with a row. */
  #begin(selection: RowSelection, row: Row, block: RowBlock | undefined): void {
    const before = row.first;
    row.first = block;
    if (block) block.references += 1;
    if (before) this.#release(selection, before);
  }

  /** Counts the memory of a text, or of a block without further references, as free. */
  #release(selection: RowSelection, content: Row['content']): void {
    if (!(content instanceof RowBlock)) return this.#count(selection, -lengthOf(content));
    content.references -= 1;
    if (content.references === 0) this.#count(selection, -bytesOf(content));
    return undefined;
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

/** Returns the memory of a row without its text. */
function rowBytesOf({ dependencies: { reads } }: Row): number {
  return ROW_BYTES + READ_BYTES * Math.max(0, reads.length - FEW_READS);
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, { length }) => sum + length, 0);
}

function bytesOf({ bytes }: RowBlock): number {
  return BLOCK_BYTES + bytes.length;
}
