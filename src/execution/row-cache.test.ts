import { expect, it } from 'vitest';
import { RowCache, RowSelection } from './row-cache.ts';

it('keeps no row of a selection until four rows were rendered with it', () => {
  const rows = new RowCache();
  for (const rendered of [1, 2, 1]) {
    const uncached = rows.selection('Workspace name');
    if (uncached instanceof RowSelection) throw new TypeError('Expected the selection not to be cached yet.');
    uncached.count += rendered;
  }
  expect(rows.selection('Workspace state')).toEqual({ count: 0 });
  const selection = rows.selection('Workspace name');
  expect(selection).toBeInstanceOf(RowSelection);
  expect(rows.selection('Workspace name')).toBe(selection);
});
