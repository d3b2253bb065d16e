import { expect, it } from 'vitest';
import type { ObjectTerms, Term, TermClause } from '../../kubernetes/object-terms.ts';
import type { IndexedObject } from './index-entry.ts';
import { TermIndex } from './term-index.ts';

/** Rows of bits grow by 1,024 positions. */
const ENTRIES = 1_100;
const [ALL, FIRST, LAST, NONE] = [1, 2, 3, 4];

const terms: ObjectTerms<unknown> = {
  fields: [],
  areSame: (before, after) => before === after,
  forEach: ({ position }: IndexedObject<unknown>, add: (term: Term) => void) => {
    add(ALL);
    if (position === 0) add(FIRST);
    if (position === ENTRIES - 1) add(LAST);
  },
};

it.each([
  ['the first entry only', [[FIRST]], [0]],
  ['the last entry only', [[LAST]], [ENTRIES - 1]],
  ['the first or the last entry', [[FIRST, LAST]], [0, ENTRIES - 1]],
  ['no entry', [[NONE]], []],
  ['different entries', [[FIRST], [LAST]], []],
  ['all entries, and one of them', [[ALL], [LAST]], [ENTRIES - 1]],
])('finds what every clause has when a term is of %s', (_, clauses, expected) => {
  const index = new TermIndex(terms);
  for (let position = 0; position < ENTRIES; position += 1) index.add(entryAt(position));
  const { candidates } = index.find(clauses.map((each) => ({ terms: each, isExcluded: false })));
  expect(positionsIn(candidates)).toEqual(expected);
});

const labels = ['team=a', 'team=b', 'team=c'] as const;

/** Entries with one of the labels each, and the terms that these have. */
function labelledIndex(termsOf: readonly Term[]): TermIndex<unknown> {
  const index = new TermIndex<unknown>({
    fields: [],
    areSame: (before, after) => before === after,
    forEach: ({ position }: IndexedObject<unknown>, add) => add(termsOf[position] ?? 0, labels[position]),
  });
  for (const position of labels.keys()) index.add(entryAt(position));
  return index;
}

it.each<[string, TermClause, readonly number[]]>([
  ['a label whose row has no other', { terms: [1], texts: ['team=a'], isExcluded: false }, [0]],
  ['two of them', { terms: [1, 2], texts: ['team=a', 'team=b'], isExcluded: false }, [0, 1]],
  ['a label that no entry has', { terms: [7], texts: ['team=d'], isExcluded: false }, []],
  ['no label', { terms: [1, 2], texts: ['team=a', 'team=b'], isExcluded: true }, [2]],
  ['a label with the term of another', { terms: [1], texts: ['team=x'], isExcluded: false }, []],
  ['a term that is not enough', { terms: [1], isExcluded: false }, []],
])('knows which entries have %s', (_, clause, expected) => {
  expect(positionsIn(labelledIndex([1, 2, 3]).find([clause]).certain)).toEqual(expected);
});

it('is certain of no entry with a label when another label has the same term', () => {
  const index = labelledIndex([1, 1, 3]);
  const { candidates, certain } = index.find([{ terms: [1], texts: ['team=a'], isExcluded: false }]);
  expect([positionsIn(candidates), positionsIn(certain)]).toEqual([[0, 1], []]);
  const excluding = index.find([{ terms: [1], texts: ['team=a'], isExcluded: true }]);
  expect([positionsIn(excluding.candidates), positionsIn(excluding.certain)]).toEqual([[0, 1, 2], [2]]);
});

/** Returns the positions whose bits are set. */
function positionsIn(bits: Uint32Array): readonly number[] {
  return Array.from({ length: bits.length * 32 }, (_, position) => position).filter(
    (position) => ((bits[position >>> 5] ?? 0) & (1 << (position & 31))) !== 0,
  );
}

function entryAt(position: number): IndexedObject<unknown> {
  return { namespace: '', position, object: undefined, read: (field) => field.of(undefined) };
}
