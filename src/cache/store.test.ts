import { describe, expect, it } from 'vitest';
import type { ObjectMeta } from '../kubernetes/object.ts';
import { kindUnavailable, StatusError } from '../kubernetes/status-error.ts';
import { Widget, type WidgetObject } from '../../test/support/widget.ts';
import { lineOf } from '../../test/support/naive-store.ts';
import type { Change } from './store-events.ts';
import { Store } from './store.ts';
import { widgetObject } from '../../test/support/widget-object.ts';

describe('Store.set and Store.delete', () => {
  it('replaces an object in every index, with an event that has the previous one', () => {
    const { store, changes } = storeOf([widgetObject('a')], '5');
    const [before, blue] = [store.get({ namespace: 'default', name: 'a' }), at('a', 6, { color: 'blue' })];
    store.set(blue);
    expect([...store.byIndex('color', 'blue'), ...store.byIndex('color', 'red')]).toEqual([blue]);
    expect([store.withUid('uid-a'), [...store.list('default')], store.size, store.version]).toEqual([
      blue,
      [blue],
      1,
      '6',
    ]);
    expect(changes).toEqual([{ type: 'updated', object: blue, previous: before, version: '6' }]);
  });

  it('ignores an object that is not newer than the stored one', () => {
    const { store, lines } = storeOf([at('a', 5)], '7');
    store.set(at('a', 4, { color: 'blue' }));
    store.set(at('a', 5, { color: 'blue' }));
    expect([lines(), [...store.list()], store.version]).toEqual([[], [at('a', 5)], '7']);
  });

  it('does not restore an object that was deleted since', () => {
    const { store, lines } = storeOf([at('a', 5)], '5');
    store.delete(at('a', 6));
    store.set(at('a', 5));
    store.delete(at('a', 6));
    expect([lines(), store.size, store.version]).toEqual([['deleted uid-a'], 0, '6']);
  });

  it('sends deleted and added when an object was created again under its name', () => {
    const { store, lines } = storeOf([at('a', 5)], '5');
    store.set(at('a', 7, { uid: 'new' }));
    expect([lines(), store.withUid('uid-a'), store.size]).toEqual([['deleted uid-a', 'added new'], undefined, 1]);
  });

  it('ignores an old deletion when a newer object has the name', () => {
    const { store, lines } = storeOf([at('a', 7, { uid: 'new' })], '7');
    store.delete(at('a', 6));
    expect([lines(), store.size]).toEqual([[], 1]);
  });

  it('sends the last state of a deleted object', () => {
    const { store, changes } = storeOf([at('a', 5)], '5');
    const last = at('a', 6, { color: 'blue' });
    store.delete(last);
    expect(changes).toMatchObject([
      { type: 'deleted', object: last, previous: { spec: { color: 'red' } }, version: '6' },
    ]);
  });

  it('leaves the version alone when a bookmark is older', () => {
    const { store, lines } = storeOf([], '5');
    store.advance('9');
    store.advance('7');
    store.advance('10');
    expect([store.version, lines()]).toEqual(['10', []]);
  });
});

describe('Store.applyWriteResult', () => {
  it('stores the object at once, and its event causes no other change', () => {
    const { store, lines } = storeOf([at('a', 5)], '5');
    store.applyWriteResult(at('a', 8));
    store.set(at('a', 7));
    store.set(at('a', 8));
    expect([lines(), store.version]).toEqual([['updated uid-a'], '8']);
  });

  it('does not move the version, since other changes may precede the write', () => {
    const { store } = storeOf([at('a', 5)], '5');
    store.applyWriteResult(at('a', 8));
    expect([store.version, store.knownVersion]).toEqual(['5', '8']);
  });

  it('ignores an object when the watch is past its version, which may have been deleted', () => {
    const { store, lines } = storeOf([at('a', 5)], '5');
    store.delete(at('a', 9));
    store.applyWriteResult(at('a', 8));
    store.applyWriteResult(at('a', 9));
    expect([lines(), store.size]).toEqual([['deleted uid-a'], 0]);
  });

  it('ignores an object before the first list', () => {
    const store = new Store(Widget);
    store.applyWriteResult(at('a', 8));
    expect([store.size, store.version]).toEqual([0, '']);
  });

  it('keeps the object when a list is older', () => {
    const { store, lines } = storeOf([at('a', 5)], '5');
    store.applyWriteResult(at('b', 8));
    store.applyWriteResult(at('a', 9));
    store.replace([at('a', 5)], '7');
    expect([lines(), store.size]).toEqual([['added uid-b', 'updated uid-a'], 2]);
  });

  it('has changed up to the version of the last change or list when bookmarks advance', () => {
    const { store } = storeOf([at('a', 5)], '6');
    const changed = [
      () => store.advance('8'),
      () => store.set(at('a', 9)),
      () => store.advance('10'),
      () => store.delete(at('a', 11)),
      () => store.applyWriteResult(at('b', 13)),
      () => store.replace([], '14'),
      () => store.advance('15'),
    ].map((act) => {
      act();
      return [store.version, store.changedVersion];
    });
    expect(changed).toEqual([
      ['8', '6'],
      ['9', '9'],
      ['10', '9'],
      ['11', '11'],
      ['11', '11'],
      ['14', '14'],
      ['15', '14'],
    ]);
  });

  it('has seen no state since the first that the results hide, until the watch has reached them', () => {
    const { store } = storeOf([at('a', 5), at('b', 5)], '5');
    store.applyWriteResult(at('a', 9));
    store.applyWriteResult(at('b', 12));
    const seen = [6, 7, 8, 9, 10, 12].map((version) => {
      store.set(at(version === 7 || version === 9 ? 'a' : version % 4 === 0 ? 'b' : 'c', version));
      return [store.version, store.seenVersion];
    });
    expect(seen).toEqual([
      ['6', '6'],
      ['7', '6'],
      ['8', '6'],
      ['9', '6'],
      ['10', '6'],
      ['12', '12'],
    ]);
  });

  it.each<[string, (store: Store<WidgetObject>) => void]>([
    ['an event', (store) => store.set(at('a', 7))],
    ['the event of an object that is not accepted any more', (store) => store.delete(at('a', 7))],
    ['a list', (store) => store.replace([at('a', 7)], '7')],
  ])('knows no changes since a version whose state the result hides from %s', (_, report) => {
    const { store } = storeOf([at('a', 5)], '5');
    store.applyWriteResult(at('a', 9));
    report(store);
    expect([store.version, store.seenVersion, store.changesSince('7')]).toEqual(['7', '5', undefined]);
  });
});

describe('Store.replace', () => {
  it('sends the differences, and nothing for unchanged objects', () => {
    const { store, lines } = storeOf([at('same', 3), at('changed', 3), at('gone', 3), at('renewed', 3)], '5');
    store.replace([at('same', 3), at('changed', 7), at('new', 6), at('renewed', 8, { uid: 'other' })], '9');
    expect(lines().toSorted()).toEqual([
      'added other',
      'added uid-new',
      'deleted uid-gone',
      'deleted uid-renewed',
      'updated uid-changed',
    ]);
    expect(store.version).toBe('9');
  });

  it('sends nothing when the list has the same version', () => {
    const { store, lines, resets } = storeOf([at('a', 3)], '5');
    store.replace([at('a', 3)], '5');
    expect([lines(), resets()]).toEqual([[], 0]);
  });

  it.each<[string, readonly WidgetObject[], string]>([
    ['is older', [at('a', 3)], '4'],
    ['has an older object, although nothing is lost', [at('a', 2)], '9'],
    ['has another object of the same version', [at('a', 3, { uid: 'other' })], '9'],
  ])('begins a new epoch with the objects of a list that %s', (_, listed, version) => {
    const { store, lines, resets } = storeOf([at('a', 3), at('b', 4)], '5');
    store.replace(listed, version);
    expect([lines(), resets(), [...store.list()], store.version]).toEqual([[], 1, listed, version]);
    expect([...store.byIndex('color', 'red')]).toEqual(listed);
  });
});

describe('Store.fail', () => {
  const error = new StatusError({ code: 403, reason: 'Forbidden', message: 'no' });

  it('sets the failure until the first list', () => {
    const store = new Store(Widget);
    store.fail(error, 'keep');
    expect([store.failure, store.version]).toEqual([error, '']);
    store.replace([], '5');
    expect([store.failure, store.version]).toEqual([undefined, '5']);
  });

  it('keeps objects that were read, and sends nothing', () => {
    const { store, failures } = storeOf([at('a', 3)], '5');
    store.fail(error, 'keep');
    expect([store.failure, store.size, failures()]).toEqual([undefined, 1, []]);
  });

  it('sends the failure when it discards the objects, and reset with the next list', () => {
    const { store, lines, failures, resets } = storeOf([at('a', 3)], '5');
    const gone = kindUnavailable(Widget);
    store.fail(gone, 'discard');
    expect([store.failure, store.size, store.version, [...store.list('default')], failures()]).toEqual([
      gone,
      0,
      '',
      [],
      [gone],
    ]);
    store.replace([at('a', 2, { uid: 'other' })], '3');
    expect([lines(), resets(), store.failure, store.size]).toEqual([[], 1, undefined, 1]);
  });
});

describe('a store whose API server was rolled back', () => {
  it('begins a new epoch with the next list, whatever its version is, and none with the one after that', () => {
    const { store, resets } = storeOf([at('a', 3)], '5');
    store.endEpoch();
    store.replace([at('a', 3)], '9');
    expect([resets(), store.isCurrentEpoch('5'), store.isCurrentEpoch('9')]).toEqual([1, false, true]);
    store.replace([at('a', 3)], '10');
    expect(resets()).toBe(1);
  });

  it('forgets the versions of writes that the list of an older backup has not', () => {
    const { store } = storeOf([at('a', 5)], '5');
    store.applyWriteResult(at('a', 8));
    store.set(at('a', 7)); // hidden by the result of the write
    expect([store.seenVersion, store.knownVersion]).toEqual(['5', '8']);
    store.replace([at('a', 2)], '3');
    expect([store.seenVersion, store.knownVersion]).toEqual(['3', '3']);
  });

  it('begins a new epoch with the next list when it was discarded before', () => {
    const store = discardedStore();
    store.endEpoch();
    store.replace([], '8');
    expect(store.isCurrentEpoch('5')).toBe(false);
  });
});

describe('a discarded store', () => {
  it('empties a discarded store, and starts its change log with the next list', () => {
    const store = discardedStore();
    expect([store.size, store.version, store.failure, [...store.list('default')]]).toEqual([0, '', undefined, []]);
    store.replace([at('a', 3), at('b', 7)], '8');
    expect([store.changesSince('5'), store.changesSince('8'), store.size]).toEqual([undefined, [], 2]);
  });

  it.each([
    ['5', true],
    ['8', true],
    ['4', false],
  ])('continues its epoch when the next list is not older: %s', (version, isContinued) => {
    const store = discardedStore();
    store.replace([], version);
    expect(store.isCurrentEpoch('5')).toBe(isContinued);
  });

  it('begins a new epoch when the kind was not served in between', () => {
    const store = discardedStore();
    store.fail(kindUnavailable(Widget), 'discard');
    store.replace([], '8');
    expect(store.isCurrentEpoch('5')).toBe(false);
  });

  it('ignores the result of a write', () => {
    const store = discardedStore();
    store.applyWriteResult(at('b', 9));
    expect([store.size, store.version]).toEqual([0, '']);
  });
});

describe('a list after a watch event that was skipped', () => {
  it.each([
    ['a change', [at('a', 6), at('b', 5)]],
    ['a creation', [at('a', 5), at('b', 5), at('c', 6)]],
    ['a deletion', [at('a', 5)]],
  ])('voids the versions that %s is missing from', (_, listed) => {
    const { store } = storeOf([at('a', 5), at('b', 5)], '5');
    store.advance('7');
    store.replace(listed, '7');
    expect([store.isCurrentEpoch('7'), store.changesSince('7')]).toEqual([false, undefined]);
  });

  it('keeps the versions when nothing was skipped', () => {
    const { store } = storeOf([at('a', 5)], '5');
    store.advance('7');
    store.replace([at('a', 5)], '7');
    store.replace([at('a', 9)], '9');
    expect(store.changesSince('7')).toMatchObject([{ after: { metadata: { resourceVersion: '9' } } }]);
  });
});

describe('many lists', () => {
  it('returns the changes since each of many lists, up to the bound of the change log', () => {
    const { store } = storeOf([], '1000');
    for (let version = 1_001; version <= 2_100; version += 1) store.replace([at('a', version)], String(version));
    expect(store.changesSince('1000')).toBeUndefined();
    expect(store.changesSince('2000')).toMatchObject([
      { before: { metadata: { resourceVersion: '2000' } }, after: { metadata: { resourceVersion: '2100' } } },
    ]);
  });
});

describe('event handlers of a store', () => {
  it('calls onLastHandlerRemoved once when the last event handler is removed', () => {
    let removed = 0;
    const store = new Store(Widget, { historyEvents: 10, onLastHandlerRemoved: () => void (removed += 1) });
    const [first, second] = [onChange(store, () => {}), onChange(store, () => {})];
    first();
    first();
    expect([store.hasEventHandlers, removed]).toEqual([true, 0]);
    second();
    second();
    expect([store.hasEventHandlers, removed]).toEqual([false, 1]);
  });

  it('lets event handlers remove themselves and others while an event is delivered', () => {
    const { store } = storeOf([], '5');
    const called: string[] = [];
    const removers = ['first', 'second', 'third'].map((name) =>
      onChange(store, () => {
        called.push(name);
        if (name === 'first') for (const remove of removers.slice(0, 2)) remove();
      }),
    );
    store.set(at('a', 6));
    store.set(at('b', 7));
    expect(called).toEqual(['first', 'third', 'third']);
  });

  it('calls event handlers when the store has already changed', () => {
    const { store } = storeOf([], '5');
    const seen: unknown[] = [];
    onChange(store, () => void seen.push([store.size, store.version]));
    store.set(at('a', 6));
    store.delete(at('a', 7));
    expect(seen).toEqual([
      [1, '6'],
      [0, '7'],
    ]);
  });
});

function at(name: string, version: number, { color, ...metadata }: Partial<ObjectMeta> & { color?: string } = {}) {
  return widgetObject(name, { resourceVersion: String(version), ...metadata }, color);
}

function onChange(store: Store<WidgetObject>, changed: (change: Change<WidgetObject>) => void): () => void {
  return store.addEventHandler({ changed, reset: () => {}, failed: () => {} });
}

/** Returns a store that was discarded at version 5. */
function discardedStore(): Store<WidgetObject> {
  const store = new Store(Widget);
  store.replace([at('a', 3)], '5');
  store.discard();
  return store;
}

/** Returns a store after its first list, and the events that it sends from then on. */
function storeOf(objects: readonly WidgetObject[], version: string) {
  const store = new Store(Widget);
  store.replace(objects, version);
  const changes: Change<WidgetObject>[] = [];
  const failures: Error[] = [];
  let resets = 0;
  store.addEventHandler({
    changed: (change) => void changes.push(change),
    reset: () => void (resets += 1),
    failed: (error) => void failures.push(error),
  });
  return { store, changes, lines: () => changes.map(lineOf), resets: () => resets, failures: () => failures };
}
