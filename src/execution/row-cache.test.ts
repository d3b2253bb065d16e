import { expect, it } from 'vitest';
import { redacted } from '../auth/redaction.ts';
import { Namespace, type NamespaceObject } from '../kinds/namespace/resource.ts';
import { Workspace } from '../kinds/workspace/resource.ts';
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

it('finds the row of an object for viewers of its full form only', () => {
  const rows = new RowCache();
  const selection = cachedSelection(rows, 'Namespace name');
  const object = namespace('team-a');
  rows.add(selection, { object, cost: 1, reads: [] }, ['{}']);
  expect(selection.find(object)).toBeDefined();
  expect(selection.find(redacted(object, (each) => each))).toBeUndefined();
});

it('keeps no row of a state that was replaced or deleted before the row was rendered', () => {
  const rows = new RowCache();
  const selection = cachedSelection(rows, 'Namespace name');
  const [replaced, current, deleted, last] = ['team-a', 'team-a', 'team-b', 'team-b'].map((name) => namespace(name));
  if (!replaced || !current || !deleted || !last) throw new TypeError('Expected four states.');
  rows.changed(Namespace, { type: 'updated', object: current, previous: replaced, version: '2' });
  rows.changed(Namespace, { type: 'deleted', object: last, previous: deleted, version: '3' });
  rows.settle();
  for (const object of [replaced, deleted, last, redacted(last, (each) => each)])
    expect(rows.add(selection, { object, cost: 1, reads: [] }, ['{}']).content).toEqual(['{}']);
  rows.join(selection, [{ row: { object: last, cost: 1, reads: [] }, end: 3 }], Buffer.from(',{}'));
  expect(selection).toMatchObject({ rows: new Map(), bytes: 0 });
  rows.add(selection, { object: current, cost: 1, reads: [] }, ['{}']);
  expect(selection.find(current)).toBeDefined();
});

it('drops the rows of the objects of a store that is emptied', () => {
  const rows = new RowCache();
  const selection = cachedSelection(rows, 'Namespace name');
  rows.add(selection, { object: namespace('team-a'), cost: 1, reads: [] }, ['{}']);
  rows.cleared(Workspace);
  expect(selection.rows.size).toBe(1);
  rows.cleared(Namespace);
  expect(selection).toMatchObject({ rows: new Map(), bytes: 0 });
});

it('counts no text of rows that are rendered with an evicted selection', () => {
  const rows = new RowCache();
  const evicted = cachedSelection(rows, 'Namespace name');
  rows.clear();
  const selection = cachedSelection(rows, 'Namespace id');
  const text = 'x'.repeat(1024 * 1024);
  for (let index = 0; index < 63; index += 1)
    rows.add(evicted, { object: namespace(`team-${index}`), cost: 1, reads: [] }, [text]);
  rows.add(selection, { object: namespace('team-a'), cost: 1, reads: [] }, [text, text]);
  expect([evicted.bytes, selection.isEvicted]).toEqual([0, false]);
});

function cachedSelection(rows: RowCache, key: string): RowSelection {
  const uncached = rows.selection(key);
  if (!(uncached instanceof RowSelection)) uncached.count = 4;
  const selection = rows.selection(key);
  if (selection instanceof RowSelection) return selection;
  throw new TypeError('Expected the selection to be cached.');
}

function namespace(name: string): NamespaceObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '' },
  };
}
