import type { IndexedObject } from '../cache/indexes/index-entry.ts';
import type { SortedObjects } from '../cache/indexes/sorted-run.ts';

/** Entries from `from` up to but not including `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Part of one sorted list. */
interface ListPart<T> {
  readonly list: SortedObjects<T>;
  readonly part: Range;
}

/** Entries of a page, and the parts of the lists that they are from, in the order of the given parts. */
interface MergedPage<T> {
  readonly entries: readonly IndexedObject<T>[];
  readonly parts: readonly Range[];
}

interface MergeOptions<T> {
  readonly compare: (a: IndexedObject<T>, b: IndexedObject<T>) => number;
  /** Number of entries. */
  readonly limit: number;
  /** Whether the last entries of the parts are taken instead of the first. */
  readonly isBackward: boolean;
}

/** A part of which some entries have been taken. */
interface Source<T> {
  readonly entries: readonly IndexedObject<T>[];
  from: number;
  to: number;
}

/**
 * Merges the first entries of sorted lists, or the last ones, as a heap of the lists. The time depends on the number of lists and of merged
 * entries, whatever the lengths of the lists.
 */
export function mergePage<T>(
  parts: readonly ListPart<T>[],
  { compare, limit, isBackward }: MergeOptions<T>,
): MergedPage<T> {
  const sources = parts.map(({ list: { entries }, part }): Source<T> => ({ entries, ...part }));
  const next = ({ entries, from, to }: Source<T>) => entries[isBackward ? to - 1 : from];
  const heap = new SourceHeap(
    sources.filter(({ from, to }) => from < to),
    (a, b) => {
      const [first, second] = [next(a), next(b)];
      const order = first && second ? compare(first, second) : 0;
      return (isBackward ? -order : order) < 0;
    },
  );
  const taken: IndexedObject<T>[] = [];
  for (let source = heap.top; source && taken.length < limit; source = heap.top) {
    const entry = next(source);
    if (entry) taken.push(entry);
    if (isBackward) source.to -= 1;
    else source.from += 1;
    heap.settleTop(source.from === source.to);
  }
  const rangeOf = ({ part }: ListPart<T>, { from, to }: Source<T>): Range =>
    isBackward ? { from: Math.max(part.from, to), to: part.to } : { from: part.from, to: Math.min(from, part.to) };
  return {
    entries: isBackward ? taken.toReversed() : taken,
    parts: parts.map((part, index) => rangeOf(part, sources[index] ?? { entries: [], ...part.part })),
  };
}

/** A binary heap: its top is before all others. */
class SourceHeap<S> {
  readonly #sources: S[];
  readonly #isBefore: (a: S, b: S) => boolean;

  constructor(sources: S[], isBefore: (a: S, b: S) => boolean) {
    this.#sources = sources;
    this.#isBefore = isBefore;
    for (let index = (sources.length >>> 1) - 1; index >= 0; index -= 1) this.#sink(index);
  }

  get top(): S | undefined {
    return this.#sources[0];
  }

  /** Restores the order after the top has changed, or is to be removed. */
  settleTop(isRemoved: boolean): void {
    if (isRemoved) {
      const last = this.#sources.pop();
      if (last === undefined || this.#sources.length === 0) return;
      this.#sources[0] = last;
    }
    this.#sink(0);
  }

  #sink(start: number): void {
    const sources = this.#sources;
    for (let index = start; ;) {
      let least = index;
      for (let child = 2 * index + 1; child <= 2 * index + 2; child += 1)
        if (this.#isBeforeAt(child, least)) least = child;
      const [upper, lower] = [sources[index], sources[least]];
      if (least === index || upper === undefined || lower === undefined) return;
      sources[index] = lower;
      sources[least] = upper;
      index = least;
    }
  }

  #isBeforeAt(index: number, other: number): boolean {
    const [a, b] = [this.#sources[index], this.#sources[other]];
    return a !== undefined && b !== undefined && this.#isBefore(a, b);
  }
}
