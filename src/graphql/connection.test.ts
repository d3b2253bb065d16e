import { describe, expect, it } from 'vitest';
import { paginate, type PagingArgs } from './connection.ts';
import type { Ordering } from '../kubernetes/ordering.ts';
import { encodeCursor } from './page-cursor.ts';

const ascending: Ordering<number> = { name: 'ASCENDING', directions: [1], positionOf: (item) => [item] };
const descending: Ordering<number> = { name: 'DESCENDING', directions: [-1], positionOf: (item) => [item] };

/** Returns the items of a page of `items`, with `<` if an item precedes the page and `>` if one follows. */
function page(items: readonly number[], paging: PagingArgs, ordering = ascending): string {
  const { edges, pageInfo } = paginate(items, ordering, paging);
  const nodes = edges.map(({ node }) => node).join(' ');
  return `${pageInfo.hasPreviousPage ? '<' : ''}${nodes}${pageInfo.hasNextPage ? '>' : ''}`;
}

const at = (item: number, ordering = ascending) => encodeCursor(ordering, [item]);
const items = [5, 3, 1, 4, 2];

describe('paginate', () => {
  it.each([
    { paging: {}, expected: '1 2 3 4 5' },
    { paging: { first: null, after: null, last: null, before: null }, expected: '1 2 3 4 5' },
    { paging: { first: 2 }, expected: '1 2>' },
    { paging: { first: 5 }, expected: '1 2 3 4 5' },
    { paging: { first: 9 }, expected: '1 2 3 4 5' },
    { paging: { last: 2 }, expected: '<4 5' },
    { paging: { last: 9 }, expected: '1 2 3 4 5' },
    { paging: { after: at(2) }, expected: '<3 4 5' },
    { paging: { first: 2, after: at(2) }, expected: '<3 4>' },
    { paging: { first: 2, after: at(5) }, expected: '<' },
    { paging: { before: at(4) }, expected: '1 2 3>' },
    { paging: { last: 2, before: at(4) }, expected: '<2 3>' },
    { paging: { last: 2, before: at(1) }, expected: '>' },
    { paging: { after: at(1), before: at(5) }, expected: '<2 3 4>' },
    { paging: { after: at(1), before: at(5), first: 2 }, expected: '<2 3>' },
    { paging: { after: at(1), before: at(5), last: 2 }, expected: '<3 4>' },
    { paging: { after: at(4), before: at(2) }, expected: '<>' },
  ])('returns $expected for $paging', ({ paging, expected }) => {
    expect(page(items, paging)).toBe(expected);
  });

  it('returns a page of a descending list', () => {
    expect(page(items, { first: 2, after: at(4, descending) }, descending)).toBe('<3 2>');
    expect(page(items, { last: 2, before: at(2, descending) }, descending)).toBe('<4 3>');
  });

  it('treats an empty cursor as no cursor', () => {
    expect(page(items, { after: '', before: '' })).toBe('1 2 3 4 5');
  });

  it('returns no cursors for an empty list', () => {
    const { edges, pageInfo } = paginate([], ascending, { first: 2 });
    expect(edges).toEqual([]);
    expect(pageInfo).toEqual({ hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null });
  });

  it('returns the cursors of the first and the last edge', () => {
    expect(paginate(items, ascending, { first: 2 }).pageInfo).toMatchObject({ startCursor: at(1), endCursor: at(2) });
  });

  it('returns all items of the list', () => {
    expect(paginate(items, ascending, { first: 1 }).all).toHaveLength(5);
  });

  it('rejects first and last together, of which Relay discourages the combination', () => {
    expect(() => paginate(items, ascending, { first: 2, last: 1 })).toThrow(
      expect.objectContaining({
        message: 'Expected first or last, got both (2 and 1).',
        extensions: { code: 'BAD_REQUEST' },
      }),
    );
  });

  it.each([{ first: -1 }, { last: -1 }, { first: 0 }, { last: 0 }])('rejects %j', (paging) => {
    expect(() => paginate(items, ascending, paging)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('to be at least 1, got '),
        extensions: { code: 'BAD_REQUEST' },
      }),
    );
  });

  it.each([{ after: at(1, descending) }, { before: at(1, descending) }, { after: 'garbage' }, { before: 'garbage' }])(
    'rejects the cursors %j',
    (paging) => {
      expect(() => paginate(items, ascending, paging)).toThrow(
        expect.objectContaining({ extensions: { code: 'BAD_REQUEST' } }),
      );
    },
  );
});

describe('paginate after a change of the list', () => {
  it('continues at the cursor when its object is deleted', () => {
    expect(page([1, 3, 4], { first: 2, after: at(2) })).toBe('<3 4');
    expect(page([1, 3, 4], { last: 1, before: at(2) })).toBe('1>');
  });

  it('continues at the cursor when objects are added before and after it', () => {
    expect(page([0, 1, 1.5, 2, 2.5, 3], { first: 2, after: at(2) })).toBe('<2.5 3');
  });

  it('continues at the cursor when all objects before or after it are deleted', () => {
    expect(page([3, 4], { after: at(2) })).toBe('3 4');
    expect(page([1, 2], { after: at(2) })).toBe('<');
    expect(page([3, 4], { before: at(3) })).toBe('>');
  });
});
