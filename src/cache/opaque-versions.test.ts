import { describe, expect, it } from 'vitest';
import { widgetObject } from '../../test/support/widget-object.ts';
import { Widget, type WidgetObject } from '../../test/support/widget.ts';
import { Store } from './store.ts';

/** A store of an API server whose resourceVersions are not decimal numbers. Their order as text is not that of the changes. */
function opaqueStore() {
  const store = new Store(Widget);
  store.replace([at('a', 'n')], 'n');
  let resets = 0;
  store.addEventHandler({ changed: () => {}, reset: () => void (resets += 1), failed: () => {} });
  const read = () => [...store.list()].map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`).sort();
  return { store, read, resets: () => resets };
}

describe('a store with opaque resourceVersions', () => {
  it.each<[string, (store: Store<WidgetObject>) => void, readonly string[], string]>([
    ['an object is added', (store) => store.set(at('b', 'c')), ['a@n', 'b@c'], 'c'],
    ['an object is modified', (store) => store.set(at('a', 'c')), ['a@c'], 'c'],
    ['an object is deleted', (store) => store.delete(at('a', 'c')), [], 'c'],
    ['an object is created again', (store) => store.set(at('a', 'c', 'new')), ['a@c'], 'c'],
    ['an event arrives twice', (store) => [1, 2].forEach(() => store.set(at('a', 'c'))), ['a@c'], 'c'],
    ['a bookmark arrives', (store) => store.advance('c'), ['a@n'], 'c'],
    ['a list has other objects', (store) => store.replace([at('b', 'b')], 'c'), ['b@b'], 'c'],
    ['a list has other versions', (store) => store.replace([at('a', 'b')], 'c'), ['a@b'], 'c'],
    // The watch may be past it already. It delivers the result.
    ['a write returns', (store) => store.applyWriteResult(at('a', 'c')), ['a@n'], 'n'],
  ])('keeps the newest state when %s', (_, change, expected, version) => {
    const { store, read, resets } = opaqueStore();
    change(store);
    expect([read(), store.version, resets()]).toEqual([expected, version, 0]);
  });

  it('returns no changes since an earlier version, so that subscribers get a snapshot', () => {
    const { store } = opaqueStore();
    store.set(at('b', 'c'));
    expect([store.changesSince('n'), store.isCurrentEpoch('n')]).toEqual([undefined, false]);
    expect([store.changesSince('x'), store.isCurrentEpoch('x')]).toEqual([undefined, false]);
    expect(store.isCurrentEpoch('c')).toBe(true);
  });
});

function at(name: string, resourceVersion: string, uid = `uid-${name}`): WidgetObject {
  return widgetObject(name, { resourceVersion, uid });
}
