import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { IndexedObject, IndexEntry } from './index-entry.ts';

/** One bit for each position of the entries of a store, 32 in each element. */
export type PositionBits = Uint32Array<ArrayBuffer>;

/** Some of the objects in the indexes of a store. Read it in one turn of the event loop. */
export interface IndexedSet<T> extends Iterable<IndexedObject<T>> {
  readonly size: number;
  has(object: IndexedObject<T>): boolean;
}

export function setBit(bits: PositionBits, position: number): void {
  bits[position >>> 5] = (bits[position >>> 5] ?? 0) | (1 << (position & 31));
}

export function clearBit(bits: PositionBits, position: number): void {
  bits[position >>> 5] = (bits[position >>> 5] ?? 0) & ~(1 << (position & 31));
}

/** A set of entries of one store. */
export class EntrySet<T extends KubernetesObject> implements IndexedSet<T> {
  readonly #bits: PositionBits;
  readonly #entryAt: readonly (IndexEntry<T> | undefined)[];
  #size: number | undefined;

  /** @param entryAt the entries of the store by position */
  constructor(bits: PositionBits, entryAt: readonly (IndexEntry<T> | undefined)[]) {
    this.#bits = bits;
    this.#entryAt = entryAt;
  }

  get size(): number {
    if (this.#size !== undefined) return this.#size;
    let size = 0;
    for (let index = 0; index < this.#bits.length; index += 1) size += countBits(this.#bits[index] ?? 0);
    return (this.#size = size);
  }

  has({ position }: IndexedObject<T>): boolean {
    return ((this.#bits[position >>> 5] ?? 0) & (1 << (position & 31))) !== 0;
  }

  *[Symbol.iterator](): Iterator<IndexEntry<T>> {
    for (let index = 0; index < this.#bits.length; index += 1) {
      for (let rest = this.#bits[index] ?? 0; rest !== 0; rest &= rest - 1) {
        const entry = this.#entryAt[index * 32 + lowestBit(rest)];
        if (entry) yield entry;
      }
    }
  }

  /** Returns the entries that a predicate accepts. Those of another set are accepted without it. */
  where(accepts: (entry: IndexedObject<T>) => boolean, certain?: EntrySet<T>): EntrySet<T> {
    const bits = this.#bits.slice();
    for (let index = 0; index < bits.length; index += 1) {
      for (let rest = (bits[index] ?? 0) & ~((certain ? certain.#bits[index] : 0) ?? 0); rest !== 0; rest &= rest - 1) {
        const bit = lowestBit(rest);
        const entry = this.#entryAt[index * 32 + bit];
        if (!entry || !accepts(entry)) bits[index] = (bits[index] ?? 0) & ~(1 << bit);
      }
    }
    return new EntrySet(bits, this.#entryAt);
  }
}

/** Returns the number of the lowest bit that is set. */
function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** Returns the number of bits that are set. */
function countBits(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55_55_55_55);
  const fours = (pairs & 0x33_33_33_33) + ((pairs >>> 2) & 0x33_33_33_33);
  return Math.imul((fours + (fours >>> 4)) & 0x0f_0f_0f_0f, 0x01_01_01_01) >>> 24;
}
