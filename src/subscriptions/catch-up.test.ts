import { expect, it, vi } from 'vitest';
import {
  Theme,
  Widget,
  RED,
  WAIT,
  at,
  colorOf,
  listCursor,
  listerOf,
  subscribeTo,
} from '../../test/support/widget-subscription.ts';
import { Store } from '../cache/store.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';

/** Adds, changes and deletes an object, as a watch does. */
function receiveChanges(store: Store<KubernetesObject>): void {
  store.set(at('a', 7));
  store.set(at('b', 8));
  store.delete(at('c', 9));
}

it.each(['watch', 'list'])(
  'resumes on another replica without a state that the result of a write hid from a %s',
  async (reporter) => {
    const [store, other] = [new Store(Widget), new Store(Widget)];
    for (const each of [store, other]) each.replace([at('a', 5, 'blue'), at('c', 4)], '5');
    const { sent, join, lastCursor } = subscribeTo(store, RED);
    join();
    await vi.waitUntil(() => sent.includes('SYNCED'), WAIT);
    store.applyWriteResult(at('a', 10, 'blue'));
    if (reporter === 'watch') receiveChanges(store);
    else store.replace([at('a', 7), at('b', 8)], '9', '5');
    await vi.waitUntil(() => sent.includes('ADDED b') && sent.includes('DELETED c'), WAIT);
    receiveChanges(other);
    other.set(at('a', 10, 'blue'));
    const resumed = subscribeTo(other, RED);
    resumed.join(lastCursor());
    await vi.waitUntil(() => resumed.sent.includes('SYNCED'), WAIT);
    expect(resumed.sent).toEqual(['SYNCED']);
  },
);

it.each(['events of the watch behind a hidden state', 'results of writes'])(
  'starts with a snapshot when more objects were sent than a cursor can name, one after the other, because of %s',
  async (reason) => {
    const store = new Store(Widget);
    store.replace([at('a', 5, 'blue')], '5');
    const { sent, join, lastCursor } = subscribeTo(store, RED);
    join();
    await vi.waitUntil(() => sent.includes('SYNCED'), WAIT);
    if (reason !== 'results of writes') {
      store.applyWriteResult(at('a', 100, 'blue'));
      store.set(at('a', 6));
    }
    const names = Array.from({ length: 18 }, (_, index) => `b-${index}`);
    for (const [index, name] of names.entries()) {
      if (reason === 'results of writes') store.applyWriteResult(at(name, 7 + index));
      else store.set(at(name, 7 + index));
      await vi.waitUntil(() => sent.includes(`ADDED ${name}`), WAIT);
    }
    const other = new Store(Widget);
    other.replace([at('a', 5, 'blue')], '5');
    for (const [index, name] of names.entries()) other.set(at(name, 7 + index));
    other.set(at('b-0', 30, 'blue'));
    const resumed = subscribeTo(other, RED);
    resumed.join(lastCursor());
    await vi.waitUntil(() => resumed.sent.includes('SYNCED'), WAIT);
    expect(resumed.sent.slice(0, 2)).toEqual(['RESET', 'ADDED b-1']);
    store.set(at('c', 101));
    await vi.waitUntil(() => sent.includes('ADDED c'), WAIT);
    other.set(at('c', 101));
    const later = subscribeTo(other, RED);
    later.join(lastCursor());
    await vi.waitUntil(() => later.sent.includes('SYNCED'), WAIT);
    expect(later.sent).toEqual(['SYNCED']);
  },
);

it('resumes from a snapshot only if it was taken when the result of a write hid no state', async () => {
  const [store, other] = [new Store(Widget), new Store(Widget)];
  for (const each of [store, other]) each.replace([at('a', 5)], '5');
  store.applyWriteResult(at('a', 10, 'blue'));
  store.set(at('a', 7));
  const { sent, join, lastCursor } = subscribeTo(store, RED);
  join();
  await vi.waitUntil(() => sent.includes('SYNCED'), WAIT);
  const hidden = lastCursor();
  for (const each of [store, other]) {
    each.set(at('a', 10, 'blue'));
    each.set(at('b', 11));
  }
  await vi.waitUntil(() => sent.includes('ADDED b'), WAIT);
  const resumedAt = async (cursor: string) => {
    const resumed = subscribeTo(other, RED);
    resumed.join(cursor);
    await vi.waitUntil(() => resumed.sent.includes('SYNCED'), WAIT);
    return resumed.sent;
  };
  expect(await resumedAt(hidden)).toEqual(['RESET', 'ADDED b', 'SYNCED']);
  expect(await resumedAt(lastCursor())).toEqual(['SYNCED']);
});

it('applies the filter of a catch-up to related objects as they were at its start', async () => {
  const [store, themes] = [new Store(Widget), new Store(Theme)];
  store.replace([at('a', 1), at('b', 1)], '1');
  themes.replace([at('red', 1)], '1');
  const matches = (object: KubernetesObject) =>
    themes.get({ namespace: 'default', name: colorOf(object) }) !== undefined;
  const { beforeEvaluation, sent, join, lastCursor } = subscribeTo(store, { matches, related: listerOf(themes) });
  join();
  await vi.waitUntil(() => sent.includes('SYNCED'), WAIT);
  const cursor = lastCursor();
  store.set(at('a', 2, 'blue'));
  store.set(at('b', 3, 'blue'));
  await vi.waitUntil(() => sent.includes('DELETED b'), WAIT);
  sent.length = 0;
  beforeEvaluation.set('a', () => themes.delete(at('red', 2)));
  join(cursor);
  await vi.waitUntil(() => sent.includes('SYNCED'), WAIT);
  expect(sent).toEqual(['DELETED a', 'DELETED b', 'SYNCED']);
});

it('sends a snapshot when a related object that the filter reads has changed since the cursor', async () => {
  const [store, themes] = [new Store(Widget), new Store(Theme)];
  store.replace([at('a', 1)], '1');
  themes.replace([at('red', 1)], '1');
  const matches = () => themes.size === 1;
  const { sent, join, lastCursor } = subscribeTo(store, { matches, related: listerOf(themes) });
  join();
  await vi.waitUntil(() => sent.includes('SYNCED'), WAIT);
  const cursor = lastCursor();
  themes.set(at('blue', 2));
  await vi.waitUntil(() => sent.includes('DELETED a'), WAIT);
  sent.length = 0;
  join(cursor);
  await vi.waitUntil(() => sent.includes('SYNCED'), WAIT);
  expect(sent).toEqual(['RESET', 'SYNCED']);
});

it('sends a snapshot after a list when the objects were listed again since, because some may have come and gone', async () => {
  const store = new Store(Widget);
  store.replace([at('a', 5)], '5');
  store.replace([at('a', 5)], '9');
  const { sent, join } = subscribeTo(store);
  join(listCursor('5'));
  await vi.waitUntil(() => sent.includes('SYNCED'), WAIT);
  expect(sent).toEqual(['RESET', 'ADDED a', 'SYNCED']);
});

it('sends DELETED again when the catch-up from a list was interrupted after it, because a later page may contain the object', async () => {
  const store = new Store(Widget);
  store.replace([], '5');
  store.set(at('b', 6));
  store.delete(at('b', 7));
  store.set(at('a', 8));
  const { sent, cursors, join } = subscribeTo(store);
  join(listCursor('5'));
  await vi.waitUntil(() => sent.includes('SYNCED'), WAIT);
  expect(sent).toEqual(['DELETED b', 'ADDED a', 'SYNCED']);
  sent.length = 0;
  join(cursors[0]);
  await vi.waitUntil(() => sent.includes('SYNCED'), WAIT);
  expect(sent).toEqual(['DELETED b', 'ADDED a', 'SYNCED']);
});

it('sends DELETED for an object of a later page when the catch-up from a list was interrupted before', async () => {
  const store = new Store(Widget);
  store.replace([], '5');
  store.set(at('a', 6));
  store.set(at('b', 7)); // and is on the second page
  store.delete(at('b', 8));
  const { sent, cursors, join } = subscribeTo(store);
  join(listCursor('5'));
  await vi.waitUntil(() => sent.includes('SYNCED'), WAIT);
  expect(sent).toEqual(['ADDED a', 'DELETED b', 'SYNCED']);
  sent.length = 0;
  join(cursors[0]);
  await vi.waitUntil(() => sent.includes('SYNCED'), WAIT);
  expect(sent).toEqual(['DELETED b', 'SYNCED']);
});

it('sends MODIFIED after a list when a change was undone, because a later page may contain it', async () => {
  const store = new Store(Widget);
  store.replace([at('a', 5)], '5');
  store.set(at('a', 6, 'blue')); // and is on the second page
  store.set(at('a', 7));
  const { sent, join } = subscribeTo(store);
  join(listCursor('5'));
  await vi.waitUntil(() => sent.includes('SYNCED'), WAIT);
  expect(sent).toEqual(['MODIFIED a', 'SYNCED']);
});

it('sends DELETED after a list to a slow client that may have the object from a later page', async () => {
  const store = new Store(Widget);
  store.replace([], '5');
  store.set(at('a', 6));
  const { subscription, beforeEvaluation, counters, sent, join } = subscribeTo(store);
  const sink = { ready: false };
  const subscriber = join(listCursor('5'), sink);
  await vi.waitUntil(() => counters.resumes === 1, WAIT);
  let isEvaluated = false;
  beforeEvaluation.set('a', () => (isEvaluated = true));
  store.delete(at('a', 7));
  await vi.waitUntil(() => isEvaluated, WAIT);
  sink.ready = true;
  subscription.resume(subscriber);
  expect(sent).toEqual(['DELETED a', 'SYNCED']);
});
