import { expect, it } from 'vitest';
import type { ObjectTerms, Term } from '../../kubernetes/object-terms.ts';
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
  const found = Array.from({ length: candidates.length * 32 }, (__, position) => position).filter(
    (position) => ((candidates[position >>> 5] ?? 0) & (1 << (position & 31))) !== 0,
  );
  expect(found).toEqual(expected);
});

function entryAt(position: number): IndexedObject<unknown> {
  return { namespace: '', position, object: undefined, read: (field) => field.of(undefined) };
}
