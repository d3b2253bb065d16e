import { expect, it } from 'vitest';
import { defineResource } from '../kubernetes/resource.ts';
import { ObjectIndexes } from './object-indexes.ts';
import { widgetObject } from '../../test/support/widget-object.ts';

const Tagged = defineResource<ReturnType<typeof widgetObject>>({
  kind: 'Widget',
  group: 'example.org',
  version: 'v1',
  plural: 'widgets',
  namespaced: true,
  cache: {
    indexes: { tag: ({ metadata }) => Object.keys(metadata.labels ?? {}) },
  },
});

it('finds objects by namespace, by uid, and by declared indexes', () => {
  const indexes = new ObjectIndexes(Tagged);
  const [a, b] = [widgetObject('a', { labels: { x: '', y: '' } }), widgetObject('b', { labels: { y: '' } })];
  for (const object of [a, b]) indexes.set(object);
  expect([...indexes.find('namespace', 'default')]).toEqual([a, b]);
  expect([indexes.withUid(b.metadata.uid), indexes.get(b.metadata)]).toEqual([b, b]);
  expect([[...indexes.find('tag', 'x')], [...indexes.find('tag', 'y')]]).toEqual([[a], [a, b]]);
});

it('finds nothing that was removed, cleared or never added', () => {
  const indexes = new ObjectIndexes(Tagged);
  const [a, b] = [widgetObject('a', { labels: { x: '' } }), widgetObject('b', { labels: { x: '' } })];
  for (const object of [a, b]) indexes.set(object);
  indexes.remove(a);
  expect([...indexes.find('tag', 'x')]).toEqual([b]);
  indexes.clear();
  expect([...indexes.find('tag', 'x'), ...indexes.find('namespace', 'default'), ...indexes.all()]).toEqual([]);
  expect([indexes.withUid(b.metadata.uid), indexes.get(b.metadata), indexes.size]).toEqual([undefined, undefined, 0]);
});

it('finds a cluster-scoped object in no namespace', () => {
  const indexes = new ObjectIndexes(Tagged);
  const { namespace: _, ...metadata } = widgetObject('a').metadata;
  indexes.set({ ...widgetObject('a'), metadata });
  expect([...indexes.find('namespace', ''), ...indexes.find('namespace', 'default')]).toEqual([]);
});

it('finds the new state, under its own values only, when an object is replaced', () => {
  const indexes = new ObjectIndexes(Tagged);
  const before = widgetObject('a', { uid: '1', labels: { x: '', y: '' } });
  const after = widgetObject('a', { uid: '1', labels: { y: '', z: '' } });
  indexes.set(before);
  indexes.set(after);
  expect(['x', 'y', 'z'].map((tag) => [...indexes.find('tag', tag)])).toEqual([[], [after], [after]]);
  expect([...indexes.find('namespace', 'default')]).toEqual([after]);
  const recreated = widgetObject('a', { uid: '2', labels: { y: '' } });
  indexes.set(recreated);
  expect([indexes.withUid('1'), indexes.withUid('2'), indexes.count('tag', 'z')]).toEqual([undefined, recreated, 0]);
});

it('derives the values of an object again only when the part that the indexes read is another one', () => {
  const derived: unknown[] = [];
  const indexes = new ObjectIndexes({
    ...Tagged,
    cache: {
      ...Tagged.cache,
      indexedPart: ({ spec }) => spec,
      indexes: { color: ({ spec: { color } }) => (derived.push(color), [color]) },
    },
  });
  const before = widgetObject('a', {}, 'red');
  indexes.set(before);
  const renamed = { ...before, metadata: { ...before.metadata, labels: { x: '' } } };
  indexes.set(renamed);
  expect([[...indexes.find('color', 'red')], derived]).toEqual([[renamed], ['red']]);
  const painted = widgetObject('a', {}, 'blue');
  indexes.set(painted);
  expect([[...indexes.find('color', 'red')], [...indexes.find('color', 'blue')]]).toEqual([[], [painted]]);
});

it('keeps the other object under a uid that two objects have when one of them is removed', () => {
  const indexes = new ObjectIndexes(Tagged);
  const [a, b] = [widgetObject('a', { uid: '1' }), widgetObject('b', { uid: '1' })];
  for (const object of [a, b]) indexes.set(object);
  indexes.remove(a);
  expect([indexes.withUid('1'), [...indexes.all()]]).toEqual([b, [b]]);
});

it('throws TypeError with the declared indexes when another one is read', () => {
  const message = 'Expected one of the indexes namespace, tag; got "colour".';
  expect(() => new ObjectIndexes(Tagged).find('colour', 'red')).toThrow(new TypeError(message));
});
