import { expect, it } from 'vitest';
import type { KubernetesObject } from '../kubernetes/object.ts';
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

it('evicts the least recently used selection when rows with many reads exceed the bound', () => {
  const rows = new RowCache();
  const selections = ['first', 'second'].map((key) => cachedSelection(rows, key));
  for (const [index, selection] of selections.entries()) {
    const reads = Array.from({ length: 150_000 }, (_, read) => ({ key: `pods ${index} ${read}`, storeKey: 'pods' }));
    rows.add(selection, { object: namespace(`team-${index}`), cost: 1, reads }, ['{}']);
  }
  expect(selections.map(({ isEvicted, rows: { size } }) => [isEvicted, size])).toEqual([
    [true, 0],
    [false, 1],
  ]);
});

function cachedSelection(rows: RowCache, key: string): RowSelection {
  const uncached = rows.selection(key);
  if (!(uncached instanceof RowSelection)) uncached.count = 4;
  const selection = rows.selection(key);
  if (selection instanceof RowSelection) return selection;
  throw new TypeError('Expected the selection to be cached.');
}

function namespace(name: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '' },
  };
}
