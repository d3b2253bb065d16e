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
  for (const object of [a, b]) indexes.add(object);
  expect([...indexes.find('namespace', 'default')]).toEqual([a, b]);
  expect([...indexes.find('uid', b.metadata.uid)]).toEqual([b]);
  expect([[...indexes.find('tag', 'x')], [...indexes.find('tag', 'y')]]).toEqual([[a], [a, b]]);
});

it('finds nothing that was removed, cleared or never added', () => {
  const indexes = new ObjectIndexes(Tagged);
  const [a, b] = [widgetObject('a', { labels: { x: '' } }), widgetObject('b', { labels: { x: '' } })];
  for (const object of [a, b]) indexes.add(object);
  indexes.remove(a);
  expect([...indexes.find('tag', 'x')]).toEqual([b]);
  indexes.clear();
  expect([...indexes.find('tag', 'x'), ...indexes.find('namespace', 'default'), ...indexes.find('uid', '?')]).toEqual(
    [],
  );
});

it('finds a cluster-scoped object in no namespace', () => {
  const indexes = new ObjectIndexes(Tagged);
  const { namespace: _, ...metadata } = widgetObject('a').metadata;
  indexes.add({ ...widgetObject('a'), metadata });
  expect([...indexes.find('namespace', ''), ...indexes.find('namespace', 'default')]).toEqual([]);
});

it('returns the entries of an object', () => {
  const object = widgetObject('a', { uid: '7', labels: { x: '' } });
  expect([...new ObjectIndexes(Tagged).entriesOf(object)]).toEqual([
    ['namespace', 'default'],
    ['uid', '7'],
    ['tag', 'x'],
  ]);
});

it('throws TypeError with the declared indexes when another one is read', () => {
  const message = 'Expected one of the indexes namespace, uid, tag; got "colour".';
  expect(() => new ObjectIndexes(Tagged).find('colour', 'red')).toThrow(new TypeError(message));
});
