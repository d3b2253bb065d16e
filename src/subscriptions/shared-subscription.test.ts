import { expect, it, vi } from 'vitest';
import { widgetObject } from '../../test/support/widget-object.ts';
import { Widget, WAIT, at, listCursor, subscribeTo } from '../../test/support/widget-subscription.ts';
import { Store } from '../cache/store.ts';

it('sends an empty snapshot when the epoch of the objects that it is about to evaluate has ended', async () => {
  const store = new Store(Widget);
  store.replace([], '5');
  const { beforeEvaluation, sent, join } = subscribeTo(store);
  join();
  await vi.waitUntil(() => sent.includes('SYNCED'), WAIT);
  sent.length = 0;
  // While the next object waits for its turn, a list shows that the API server was restored from an older backup.
  beforeEvaluation.set('a', () => setImmediate(() => store.replace([], '2')));
  for (const [index, name] of ['a', 'b', 'c'].entries())
    store.set(widgetObject(name, { resourceVersion: `${6 + index}` }));
  await vi.waitUntil(() => sent.includes('SYNCED'), WAIT);
  expect(sent).toEqual(['RESET', 'SYNCED']);
});

it('gives way to other work before each object when a subscriber catches up', async () => {
  const names = Array.from({ length: 10 }, (_, index) => `widget-${index}`);
  const store = new Store(Widget);
  store.replace(
    names.map((name, index) => widgetObject(name, { resourceVersion: `${index + 1}` })),
    '10',
  );
  const { beforeEvaluation, sent, join, lastCursor } = subscribeTo(store);
  join();
  await vi.waitUntil(() => sent.includes('SYNCED'), WAIT);
  const cursor = lastCursor();
  let iterations = 0;
  const evaluatedIn: number[] = [];
  for (const name of names) beforeEvaluation.set(name, () => evaluatedIn.push(iterations));
  for (const [index, name] of names.entries()) store.set(widgetObject(name, { resourceVersion: `${11 + index}` }));
  await vi.waitUntil(() => evaluatedIn.length === names.length, WAIT); // for the first subscriber
  evaluatedIn.length = 0;
  sent.length = 0;
  const count = () => {
    iterations += 1;
    if (!sent.includes('SYNCED')) setImmediate(count);
  };
  setImmediate(count);
  join(cursor);
  await vi.waitUntil(() => sent.includes('SYNCED'), WAIT);
  expect(evaluatedIn).toHaveLength(names.length);
  expect(new Set(evaluatedIn).size).toBe(names.length);
});

it('sends the deletion of an object that is about to be evaluated to a subscriber that moves', async () => {
  const store = new Store(Widget);
  store.replace([at('a', 5)], '5');
  const { subscription, sent, join } = subscribeTo(store);
  const subscriber = join();
  await vi.waitUntil(() => sent.includes('SYNCED'), WAIT);
  store.delete(at('a', 6));
  const rows = (await subscription.detach([subscriber]))(subscriber);
  if (!rows) throw new Error('Expected the rows of the subscriber, got none.');
  sent.length = 0;
  subscribeTo(store).subscription.attach(subscriber, rows);
  await vi.waitUntil(() => sent.length > 0, WAIT);
  expect(sent).toEqual(['DELETED a']);
});

it('sends null as the first result when the object is deleted before a slow client takes it', async () => {
  const store = new Store(Widget);
  store.replace([at('a', 5)], '5');
  const { subscription, beforeEvaluation, sent, join } = subscribeTo(store, { shape: 'object' });
  const sink = { ready: false };
  let evaluations = 0;
  for (const name of ['a', '']) beforeEvaluation.set(name, () => (evaluations += 1));
  const subscriber = join(undefined, sink);
  await vi.waitUntil(() => evaluations === 1, WAIT);
  store.delete(at('a', 6));
  await vi.waitUntil(() => evaluations === 2, WAIT);
  sink.ready = true;
  subscription.resume(subscriber);
  await vi.waitUntil(() => sent.length > 0, WAIT);
  expect(sent).toEqual(['null']);
});

it('queues no snapshot for a client that does not read, and sends it when the client reads', async () => {
  const store = new Store(Widget);
  store.replace([at('a', 4), at('b', 5)], '5');
  const { subscription, beforeEvaluation, counters, sent, join } = subscribeTo(store);
  const sinks = [{ ready: false }, { ready: false }, { ready: true }];
  const [first, second] = sinks.map((sink) => join(undefined, sink));
  await vi.waitUntil(() => sent.includes('SYNCED'), WAIT); // to the client that reads
  sent.length = 0;
  let isEvaluated = false;
  beforeEvaluation.set('b', () => (isEvaluated = true));
  store.delete(at('b', 6));
  await vi.waitUntil(() => isEvaluated && sent.length > 0, WAIT);
  expect(sent).toEqual(['DELETED b']);
  expect(counters.coalesced).toBe(0);
  for (const [index, subscriber] of [first, second].entries()) {
    sent.length = 0;
    Object.assign(sinks[index] ?? {}, { ready: true });
    if (subscriber) subscription.resume(subscriber);
    await vi.waitUntil(() => sent.includes('SYNCED'), WAIT);
    expect(sent).toEqual(['RESET', 'ADDED a', 'SYNCED']);
  }
});

it.each(['a snapshot', 'the missed events'])('stops when its last subscriber leaves before it has %s', (first) => {
  const store = new Store(Widget);
  store.replace([at('a', 1)], '5');
  const { subscription, join } = subscribeTo(store);
  const subscriber = join(first === 'a snapshot' ? undefined : listCursor('5'));
  expect(store.hasEventHandlers).toBe(true);
  subscription.leave(subscriber);
  expect(store.hasEventHandlers).toBe(false);
});

it.each(['a snapshot', 'the missed events'])(
  'sends %s to a subscriber when another one leaves before',
  async (first) => {
    const store = new Store(Widget);
    store.replace([at('a', 1)], '5');
    const { subscription, join, sent } = subscribeTo(store);
    join(first === 'a snapshot' ? undefined : listCursor('5'));
    subscription.leave(join());
    await vi.waitUntil(() => sent.includes('SYNCED'), WAIT);
    expect(sent).toEqual(first === 'a snapshot' ? ['RESET', 'ADDED a', 'SYNCED'] : ['SYNCED']);
  },
);
