import { describe, expect, it } from 'vitest';
import { decodeBookmark, decodeList, decodeObject } from './decode.ts';
import { defineResource } from './resource.ts';
import { Widget, type WidgetObject } from '../../test/support/widget.ts';

const metadata = { name: 'a', uid: '1', resourceVersion: '1' };

describe('an object', () => {
  it('removes only managedFields and last-applied-configuration when it decodes an object', () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', mine: 'kept' };
    const object = decodeObject(
      { metadata: { ...metadata, annotations, managedFields: [{}] }, spec: { size: 1 } },
      Widget,
    );
    expect(object).toEqual({
      apiVersion: 'example.org/v1',
      kind: 'Widget',
      metadata: { ...metadata, annotations: { mine: 'kept' } },
      spec: { size: 1 },
    });
  });

  it('keeps apiVersion and kind when the object has them', () => {
    const object = decodeObject({ apiVersion: 'example.org/v2', kind: 'Widget', metadata }, Widget);
    expect(object.apiVersion).toBe('example.org/v2');
  });

  it('returns no annotations when they are null', () => {
    expect(decodeObject({ metadata: { ...metadata, annotations: null } }, Widget).metadata).toEqual(metadata);
  });

  it('freezes nested values when it decodes an object', () => {
    const value = { metadata: { ...metadata, labels: { a: 'b' } }, spec: { list: [{ deep: null }, 1] } };
    const object = decodeObject(value, Widget);
    const parts = [object, object.metadata, object.metadata.labels, object.spec, value.spec.list, value.spec.list[0]];
    expect(parts.every((part) => Object.isFrozen(part))).toBe(true);
  });

  it('trims the object when its resource has a cache policy', () => {
    const Colors = defineResource<WidgetObject>({
      ...Widget,
      cache: {
        ...Widget.cache,
        trim: ({ spec: { color }, ...widget }) => ({ ...widget, spec: { color } }),
      },
    });
    const object = decodeObject({ metadata, spec: { color: 'red', size: 1 } }, Colors);
    expect(object.spec).toEqual({ color: 'red' });
    expect(Object.isFrozen(object.spec)).toBe(true);
  });

  it.each([
    [{ metadata: { name: 'a', uid: { hidden: 'hidden' } } }, 'an object with 1 field as metadata.uid'],
    [{ metadata: { ...metadata, resourceVersion: ['hidden'] } }, 'a list of 1 item as metadata.resourceVersion'],
    [{ metadata: 'hidden' }, 'an object with 1 field with nothing as metadata.name'],
    [{ hidden: 'hidden' }, 'an object with 1 field'],
    ['hidden', 'a string of 6 characters'],
  ])('names the malformed field of %j without quoting it', (value, summary) => {
    expect(() => decodeObject(value, Widget)).toThrow(summary);
    expect(() => decodeObject(value, Widget)).toThrow(/^(?!.*hidden)/su);
  });

  it.each([
    undefined,
    null,
    7,
    'text',
    {},
    { metadata: null },
    { metadata: { name: 'a', uid: '1' } },
    { metadata: { ...metadata, uid: 7 } },
  ])('refuses %j as an object', (value) => {
    expect(() => decodeObject(value, Widget)).toThrow(
      /^Expected a Widget with metadata\.name, uid and resourceVersion, got /u,
    );
  });
});

describe('an object that is held in another state', () => {
  const decode = (fields: object, held?: WidgetObject) =>
    decodeObject(JSON.parse(JSON.stringify({ metadata, ...fields })), Widget, () => held);
  const before = {
    metadata: { ...metadata, labels: { team: 'a long name of a team' }, finalizers: ['a', 'b'] },
    spec: { list: [{ one: 1 }, { two: [2, null, 'two'] }], empty: {}, none: [] },
    status: { state: 'Running', since: 1 },
  };

  it('returns the held object when nothing has changed', () => {
    const held = decode(before);
    expect(decode(before, held)).toBe(held);
  });

  it('returns an object of the held parts when it equals them', () => {
    const held = decode(before);
    const after = { ...before, metadata: { ...before.metadata, resourceVersion: '2' }, status: { state: 'Paused' } };
    const object = decode(after, held);
    expect(object).toEqual(decode(after));
    expect(object.spec).toBe(held.spec);
    expect(object.metadata.labels).toBe(held.metadata.labels);
    expect(Object.isFrozen(object) && Object.isFrozen(object.metadata)).toBe(true);
  });

  it('keeps equal items of a list when another one has changed', () => {
    const held = decode(before);
    const object = decode({ ...before, spec: { ...before.spec, list: [{ one: 1 }, { two: [2] }] } }, held);
    expect(object.spec).toEqual({ ...before.spec, list: [{ one: 1 }, { two: [2] }] });
    expect(object).toHaveProperty('spec.list.0', held.spec['list' as never][0]);
  });

  it.each([
    ['a value', { list: [{ one: 2 }] }],
    ['a type', { list: { 0: { one: 1 } } }],
    ['fewer fields', {}],
    ['more fields', { list: [{ one: 1 }], more: null }],
    ['another field', { more: [{ one: 1 }] }],
    ['fewer items', { list: [] }],
    ['more items', { list: [{ one: 1 }, 1] }],
    ['null', { list: null }],
    ['the name of a method', { toString: [] }],
  ])('returns the new content when the object has %s', (_, spec) => {
    const held = decode({ spec: { list: [{ one: 1 }] } });
    const object = decode({ spec }, held);
    expect(JSON.stringify(object)).toBe(JSON.stringify(decode({ spec })));
    expect(object).not.toBe(held);
    expect(JSON.stringify(decode({ spec: { list: [{ one: 1 }] } }, object))).toBe(JSON.stringify(held));
  });

  it('returns the new order of fields when only the order has changed', () => {
    const held = decode({ spec: { a: 1, b: 1 } });
    expect(JSON.stringify(decode({ spec: { b: 1, a: 1 } }, held).spec)).toBe('{"b":1,"a":1}');
  });

  it('shares the empty object and the empty list when the held ones are not empty', () => {
    const held = decode(before);
    const object = decode({ ...before, spec: { ...before.spec, list: [], more: {} } }, held);
    expect(object.spec).toEqual({ ...before.spec, list: [], more: {} });
    expect(object).toHaveProperty('spec.list', held.spec['none' as never]);
  });
});

describe('a list', () => {
  const page = { metadata: { resourceVersion: '7' }, items: [] };

  it.each([{}, { kind: 'WidgetList' }, { kind: 'WidgetList', apiVersion: 'example.org/v2' }, { kind: 'List' }])(
    'accepts a list with %j',
    (names) => {
      expect(decodeList({ ...page, ...names }, Widget)).toMatchObject({ items: [], resourceVersion: '7' });
    },
  );

  it.each([
    { kind: 'PodList', apiVersion: 'v1' },
    { kind: 'GadgetList', apiVersion: 'example.org/v1' },
    { kind: 'WidgetList', apiVersion: 'v1' },
    { kind: 'WidgetList', apiVersion: 'example.com/v1' },
    { kind: 'Widget' },
    { kind: 'Status' },
    { kind: 7 },
  ])('refuses a list with %j', (names) => {
    expect(() => decodeList({ ...page, ...names }, Widget)).toThrow(
      'Expected a WidgetList, got an object of another kind',
    );
  });
});

describe('the version of a bookmark', () => {
  it('returns metadata.resourceVersion of a bookmark when it is set', () => {
    expect(decodeBookmark({ metadata: { resourceVersion: '7' } }, Widget)).toBe('7');
  });

  it('refuses a bookmark when it is of another kind', () => {
    const bookmark = { kind: 'Pod', apiVersion: 'v1', metadata: { resourceVersion: '7' } };
    expect(() => decodeBookmark(bookmark, Widget)).toThrow('Expected a Widget, got an object of another kind');
  });

  it.each([null, {}, { metadata: { resourceVersion: '' } }, { metadata: { resourceVersion: 7 } }])(
    'finds no version of a bookmark in %j',
    (value) => {
      expect(() => decodeBookmark(value, Widget)).toThrow(/^Expected a resourceVersion, got /u);
    },
  );

  it('quotes no content when a list has no resourceVersion', () => {
    const list = { items: [{ kind: 'Secret', data: { password: 'hidden' } }] };
    expect(() => decodeBookmark(list, Widget)).toThrow('Expected a resourceVersion, got an object with 1 field');
  });
});
