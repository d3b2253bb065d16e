import { describe, expect, it } from 'vitest';
import type { ObjectMeta } from '../kubernetes/object.ts';
import { kindUnavailable, StatusError } from '../kubernetes/status-error.ts';
import { Widget, type WidgetObject } from '../../test/support/widget.ts';
import { lineOf } from '../../test/support/naive-store.ts';
import type { Change } from './readonly-store.ts';
import { Store } from './store.ts';
import { widgetObject } from '../../test/support/widget-object.ts';

describe('an event', () => {
  it('changes what is held, finds it by every index, and is told with what was before', () => {
    const { store, told } = storeOf([widgetObject('a')], '5');
    const [before, blue] = [store.get({ namespace: 'default', name: 'a' }), at('a', 6, { color: 'blue' })];
    store.set(blue);
    expect([...store.byIndex('color', 'blue'), ...store.byIndex('color', 'red')]).toEqual([blue]);
    expect([store.withUid('uid-a'), [...store.list('default')], store.size, store.version]).toEqual([
      blue,
      [blue],
      1,
      '6',
    ]);
    expect(told).toEqual([{ type: 'updated', object: blue, previous: before, version: '6' }]);
  });

  it('is ignored when it is older than what is held, or the same', () => {
    const { store, lines } = storeOf([at('a', 5)], '7');
    store.set(at('a', 4, { color: 'blue' }));
    store.set(at('a', 5, { color: 'blue' }));
    expect([lines(), [...store.list()], store.version]).toEqual([[], [at('a', 5)], '7']);
  });

  it('brings nothing back that was deleted since', () => {
    const { store, lines } = storeOf([at('a', 5)], '5');
    store.delete(at('a', 6));
    store.set(at('a', 5));
    store.delete(at('a', 6));
    expect([lines(), store.size, store.version]).toEqual([['deleted uid-a'], 0, '6']);
  });

  it('of an object re-created under its name is told as both', () => {
    const { store, lines } = storeOf([at('a', 5)], '5');
    store.set(at('a', 7, { uid: 'new' }));
    expect([lines(), store.withUid('uid-a'), store.size]).toEqual([['deleted uid-a', 'added new'], undefined, 1]);
  });

  it('of an old deletion leaves the object that has the name now', () => {
    const { store, lines } = storeOf([at('a', 7, { uid: 'new' })], '7');
    store.delete(at('a', 6));
    expect([lines(), store.size]).toEqual([[], 1]);
  });

  it('of a deletion is told with the object as it last was', () => {
    const { store, told } = storeOf([at('a', 5)], '5');
    const last = at('a', 6, { color: 'blue' });
    store.delete(last);
    expect(told).toMatchObject([{ type: 'deleted', object: last, previous: { spec: { color: 'red' } }, version: '6' }]);
  });

  it('without news moves the version on, never back', () => {
    const { store, lines } = storeOf([], '5');
    store.advance('9');
    store.advance('7');
    store.advance('10');
    expect([store.version, lines()]).toEqual(['10', []]);
  });
});

describe('the answer to a write', () => {
  it('is taken at once, and the event that follows changes nothing', () => {
    const { store, lines } = storeOf([at('a', 5)], '5');
    store.applyWriteResult(at('a', 8));
    store.set(at('a', 7));
    store.set(at('a', 8));
    expect([lines(), store.version]).toEqual([['updated uid-a'], '8']);
  });

  it('leaves the version alone: others may have changed before it', () => {
    const { store } = storeOf([at('a', 5)], '5');
    store.applyWriteResult(at('a', 8));
    expect(store.version).toBe('5');
  });

  it('is ignored when the watch has come further, so that nothing deleted comes back', () => {
    const { store, lines } = storeOf([at('a', 5)], '5');
    store.delete(at('a', 9));
    store.applyWriteResult(at('a', 8));
    store.applyWriteResult(at('a', 9));
    expect([lines(), store.size]).toEqual([['deleted uid-a'], 0]);
  });

  it('is ignored before anything was read', () => {
    const store = new Store(Widget);
    store.applyWriteResult(at('a', 8));
    expect([store.size, store.version]).toEqual([0, '']);
  });

  it('stays when a list that is older is read after it', () => {
    const { store, lines } = storeOf([at('a', 5)], '5');
    store.applyWriteResult(at('b', 8));
    store.applyWriteResult(at('a', 9));
    store.replace([at('a', 5)], '7');
    expect([lines(), store.size]).toEqual([['added uid-b', 'updated uid-a'], 2]);
  });
});

describe('a list', () => {
  it('is told as what was missed, and not a word about the rest', () => {
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

  it('of the same version changes nothing', () => {
    const { store, lines, resets } = storeOf([at('a', 3)], '5');
    store.replace([at('a', 3)], '5');
    expect([lines(), resets()]).toEqual([[], 0]);
  });

  it.each<[string, readonly WidgetObject[], string]>([
    ['is older', [at('a', 3)], '4'],
    ['has an older object, although nothing is lost', [at('a', 2)], '9'],
    ['has another object of the same version', [at('a', 3, { uid: 'other' })], '9'],
  ])('that %s is of another world: what it says is all there is', (_, listed, version) => {
    const { store, lines, resets } = storeOf([at('a', 3), at('b', 4)], '5');
    store.replace(listed, version);
    expect([lines(), resets(), [...store.list()], store.version]).toEqual([[], 1, listed, version]);
    expect([...store.byIndex('color', 'red')]).toEqual(listed);
  });
});

describe('a failure', () => {
  const error = new StatusError({ code: 403, reason: 'Forbidden', message: 'no' });

  it('is the reason while nothing was ever read, until something is', () => {
    const store = new Store(Widget);
    store.fail(error, 'keep');
    expect([store.failure, store.version]).toEqual([error, '']);
    store.replace([], '5');
    expect([store.failure, store.version]).toEqual([undefined, '5']);
  });

  it('takes nothing away from a copy, and nobody is told', () => {
    const { store, failures } = storeOf([at('a', 3)], '5');
    store.fail(error, 'keep');
    expect([store.failure, store.size, failures()]).toEqual([undefined, 1, []]);
  });

  it('that voids the copy is told, and what comes back is new', () => {
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
    expect([lines(), resets(), store.failure]).toEqual([['added other'], 0, undefined]);
  });
});

describe('a copy that is given up', () => {
  it('leaves nothing, and the next one begins with its list', () => {
    const store = readAndGivenUp();
    expect([store.size, store.version, store.failure, [...store.list('default')]]).toEqual([0, '', undefined, []]);
    store.replace([at('a', 3), at('b', 7)], '8');
    expect([store.changesSince('5'), store.changesSince('8'), store.size]).toEqual([undefined, [], 2]);
  });

  it.each([
    ['5', true],
    ['8', true],
    ['4', false],
  ])('is of the world of the next one, if that is not older: %s', (version, isSo) => {
    const store = readAndGivenUp();
    store.replace([], version);
    expect(store.isCurrentEpoch('5')).toBe(isSo);
  });

  it('is of another world where the kind was not served in between', () => {
    const store = readAndGivenUp();
    store.fail(kindUnavailable(Widget), 'discard');
    store.replace([], '8');
    expect(store.isCurrentEpoch('5')).toBe(false);
  });

  it('takes no answer of a write', () => {
    const store = readAndGivenUp();
    store.applyWriteResult(at('b', 9));
    expect([store.size, store.version]).toEqual([0, '']);
  });
});

describe('many lists in a row', () => {
  it('are each a moment to go on from, but only the last of them', () => {
    const { store } = storeOf([], '1000');
    for (let version = 1_001; version <= 2_100; version += 1) store.replace([at('a', version)], String(version));
    expect(store.changesSince('1000')).toBeUndefined();
    expect(store.changesSince('2000')).toMatchObject([
      { before: { metadata: { resourceVersion: '2000' } }, after: { metadata: { resourceVersion: '2100' } } },
    ]);
  });
});

describe('listeners', () => {
  it('are missed when the last of them has gone, once', () => {
    let left = 0;
    const store = new Store(Widget, 10, () => void (left += 1));
    const [first, second] = [listen(store, () => {}), listen(store, () => {})];
    first();
    first();
    expect([store.hasEventHandlers, left]).toEqual([true, 0]);
    second();
    second();
    expect([store.hasEventHandlers, left]).toEqual([false, 1]);
  });

  it('may stop themselves and others while they are being told', () => {
    const { store } = storeOf([], '5');
    const heard: string[] = [];
    const stops = ['first', 'second', 'third'].map((name) =>
      listen(store, () => {
        heard.push(name);
        if (name === 'first') for (const stop of stops.slice(0, 2)) stop();
      }),
    );
    store.set(at('a', 6));
    store.set(at('b', 7));
    expect(heard).toEqual(['first', 'third', 'third']);
  });

  it('find the change already made when they are told', () => {
    const { store } = storeOf([], '5');
    const seen: unknown[] = [];
    listen(store, () => void seen.push([store.size, store.version]));
    store.set(at('a', 6));
    store.delete(at('a', 7));
    expect(seen).toEqual([
      [1, '6'],
      [0, '7'],
    ]);
  });
});

describe('intern', () => {
  it('returns the stored object when the given one equals it', () => {
    const { store } = storeOf([at('a', 3)], '5');
    expect(store.intern(at('a', 3))).toBe(store.get(at('a', 3).metadata));
  });

  it.each([
    ['version', at('a', 4)],
    ['uid', at('a', 3, { uid: 'other' })],
    ['content, as after the restoration of a backup', at('a', 3, { color: 'blue' })],
    ['name', at('b', 3)],
  ])('returns the given object when it differs in %s', (_, object) => {
    expect(storeOf([at('a', 3)], '5').store.intern(object)).toBe(object);
  });
});

function at(name: string, version: number, { color, ...metadata }: Partial<ObjectMeta> & { color?: string } = {}) {
  return widgetObject(name, { resourceVersion: String(version), ...metadata }, color);
}

function listen(store: Store<WidgetObject>, changed: (change: Change<WidgetObject>) => void): () => void {
  return store.addEventHandler({ changed, reset: () => {}, failed: () => {} });
}

/** A store that had been read up to version 5. */
function readAndGivenUp(): Store<WidgetObject> {
  const store = new Store(Widget);
  store.replace([at('a', 3)], '5');
  store.discard();
  return store;
}

/** A store that has been read, and what it has told since. */
function storeOf(objects: readonly WidgetObject[], version: string) {
  const store = new Store(Widget);
  store.replace(objects, version);
  const told: Change<WidgetObject>[] = [];
  const failures: Error[] = [];
  let resets = 0;
  store.addEventHandler({
    changed: (change) => void told.push(change),
    reset: () => void (resets += 1),
    failed: (error) => void failures.push(error),
  });
  return { store, told, lines: () => told.map(lineOf), resets: () => resets, failures: () => failures };
}
