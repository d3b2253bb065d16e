import type { KubernetesObject } from '../kubernetes/object.ts';
import type { DependencySet } from './dependency-sets.ts';

/** The rendered text of one object. */
export interface Row {
  /** The state that was rendered. Undefined when the row has been dropped from the cache. */
  object: KubernetesObject | undefined;
  /** One text for each static part of the selection. A block, if there is one part and a long list has been rendered with the row. */
  content: readonly string[] | RowBlock;
  /** Position of the text in the block. */
  start: number;
  end: number;
  /** The block that begins with this row, in the last long list that has one. */
  first: RowBlock | undefined;
  readonly dependencies: DependencySet;
  /** Time of {@link DependencySets.clock} at which it was rendered. */
  readonly renderedAt: number;
  /** Cost of the operation for rendering it. */
  readonly cost: number;
}

/** Whether no related object has changed since a row was rendered. */
export function isUpToDate({ dependencies, renderedAt }: Row): boolean {
  return dependencies.changedAt <= renderedAt;
}

/** Blocks have half as many rows on average. */
const MAX_ROWS = 64;
/** The last characters of a uid, which differ. */
const HASHED_CHARACTERS = 8;

/**
 * Returns whether an object is the last one of a block: one of 32 is, by a hash of its uid. So the blocks of a list do not depend on
 * the positions of objects, and an added, removed or moved object changes only the blocks in which it is.
 * @param rows rows of the block so far, with that of the object
 */
export function endsBlock({ metadata: { uid } }: KubernetesObject, rows: number): boolean {
  if (rows >= MAX_ROWS) return true;
  let hash = 0;
  for (let index = Math.max(0, uid.length - HASHED_CHARACTERS); index < uid.length; index += 1)
    hash = Math.imul(hash ^ uid.charCodeAt(index), 16_777_619);
  return ((hash >>> 8) & 31) === 0;
}

/**
 * Consecutive rows of a list, in UTF-8, each after a comma. Another list with the same rows in the same order consists of the same
 * bytes, which are then sent without being copied.
 */
export class RowBlock {
  readonly rows: readonly Row[];
  readonly bytes: Buffer;
  /** Cost of the operation for rendering the rows. */
  readonly cost: number;
  /** Time of {@link DependencySets.clock} until which all rows are known to be up to date. */
  validAt: number;
  /** Number of rows that have their text in the block, and 1 if the first row refers to it. */
  references = 0;
  #namespaces: ReadonlySet<string> | undefined;

  /** @param rows up to date */
  constructor(rows: readonly Row[], bytes: Buffer, now: number) {
    this.rows = rows;
    this.bytes = bytes;
    this.validAt = now;
    this.cost = rows.reduce((sum, { cost }) => sum + cost, 0);
  }

  /** Whether objects of a list, from an index on, are those of the rows in the rendered states. */
  isAt(objects: readonly unknown[], index: number): boolean {
    const { rows } = this;
    if (rows.length > objects.length - index) return false;
    for (let offset = 0; offset < rows.length; offset += 1)
      if (rows[offset]?.object !== objects[index + offset]) return false;
    return true;
  }

  /** Namespaces of the objects. To be read while no row has been dropped. */
  get namespaces(): ReadonlySet<string> {
    this.#namespaces ??= new Set(this.rows.map(({ object }) => object?.metadata.namespace ?? ''));
    return this.#namespaces;
  }

  /** Whether no related object of any row has changed since the rows were rendered. */
  isUpToDate(now: number): boolean {
    if (this.validAt === now) return true;
    if (!this.rows.every(isUpToDate)) return false;
    this.validAt = now;
    return true;
  }
}
