import { GraphQLError } from 'graphql';
import { expect, it, vi } from 'vitest';
import { widgetObject } from '../../test/support/widget-object.ts';
import type { WidgetObject } from '../../test/support/widget.ts';
import { EMPTY_SCOPE } from '../auth/visibility-scope.ts';
import { Store } from '../cache/store.ts';
import { SubscriptionCounters } from '../graphql/subscription-statistics.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { defineResource } from '../kubernetes/resource.ts';
import { ScopedLister } from '../viewer-client/scoped-lister.ts';
import { decodeStreamCursor } from './cursor.ts';
import type { ExecuteEvent, SerializedEvent } from './result-template.ts';
import { SharedSubscription } from './shared-subscription.ts';
import { SubscriptionSource } from './source.ts';

const Widget = defineResource<KubernetesObject>({
  kind: 'Widget',
  group: 'example.org',
  version: 'v1',
  plural: 'widgets',
  namespaced: true,
});

const isRed = (object: KubernetesObject) => (object as WidgetObject).spec.color === 'red';
const at = (name: string, version: number, color?: string) =>
  widgetObject(name, { resourceVersion: `${version}` }, color);

/** Longer than a turn of the event loop, so that each evaluation waits for another turn. */
const EVALUATION_MS = 8;

/** The machine may be busy. */
const WAIT = { timeout: 30_000 };

/** Turns are measured in CPU time, so that other processes of the machine do not count. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** A shared subscription to the matching widgets of a store, with functions that run before an object is evaluated. */
function subscribeTo(store: Store<KubernetesObject>, matches: (object: KubernetesObject) => boolean = () => true) {
  const objects = new ScopedLister({
    scope: { full: 'all', redacted: EMPTY_SCOPE },
    cached: { store, changesSince: async () => undefined },
  });
  const beforeEvaluation = new Map<string, () => void>();
  const execute: ExecuteEvent = async ({ type, object, cursor }) => {
    const name = object?.metadata.name ?? null;
    beforeEvaluation.get(name ?? '')?.();
    const end = cpuMs() + EVALUATION_MS;
    while (cpuMs() < end);
    return { data: { widgets: { type, cursor, name } } };
  };
  const candidates = () => objects.list().filter(matches);
  const subscription = new SharedSubscription({
    source: new SubscriptionSource({ objects, shape: 'events', selection: '', candidates, matches }),
    execute,
    viewer: 'ann',
    related: [],
    visibility: { objects: 'all', related: {} },
    publicError: (error) => new GraphQLError(String(error)),
    counters: new SubscriptionCounters(),
    onEmpty: () => undefined,
  });
  const sent: string[] = [];
  let lastCursor = '';
  const send = ({ text, cursor }: SerializedEvent) => {
    lastCursor = cursor;
    const { type, name } = (JSON.parse(text) as { data: { widgets: { type: string; name: string | null } } }).data
      .widgets;
    sent.push(name === null ? type : `${type} ${name}`);
  };
  return {
    beforeEvaluation,
    sent,
    lastCursor: () => lastCursor,
    join: (after?: string) =>
      subscription.join(
        { ready: true, send, end: () => undefined },
        after === undefined ? undefined : decodeStreamCursor('', 'the list', after),
      ),
  };
}

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

it.each(['watch', 'list'])(
  'resumes on another replica without a state that the result of a write hid from a %s',
  async (reporter) => {
    const apply = (store: Store<KubernetesObject>) => {
      store.set(at('a', 7));
      store.set(at('b', 8));
      store.delete(at('c', 9));
    };
    const [store, other] = [new Store(Widget), new Store(Widget)];
    for (const each of [store, other]) each.replace([at('a', 5, 'blue'), at('c', 4)], '5');
    const { sent, join, lastCursor } = subscribeTo(store, isRed);
    join();
    await vi.waitUntil(() => sent.includes('SYNCED'), WAIT);
    store.applyWriteResult(at('a', 10, 'blue'));
    if (reporter === 'watch') apply(store);
    else store.replace([at('a', 7), at('b', 8)], '9', '5');
    await vi.waitUntil(() => sent.includes('ADDED b') && sent.includes('DELETED c'), WAIT);
    apply(other);
    other.set(at('a', 10, 'blue'));
    const resumed = subscribeTo(other, isRed);
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
    const { sent, join, lastCursor } = subscribeTo(store, isRed);
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
    const resumed = subscribeTo(other, isRed);
    resumed.join(lastCursor());
    await vi.waitUntil(() => resumed.sent.includes('SYNCED'), WAIT);
    expect(resumed.sent.slice(0, 2)).toEqual(['RESET', 'ADDED b-1']);
    store.set(at('c', 101));
    await vi.waitUntil(() => sent.includes('ADDED c'), WAIT);
    other.set(at('c', 101));
    const later = subscribeTo(other, isRed);
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
  const { sent, join, lastCursor } = subscribeTo(store, isRed);
  join();
  await vi.waitUntil(() => sent.includes('SYNCED'), WAIT);
  const hidden = lastCursor();
  for (const each of [store, other]) {
    each.set(at('a', 10, 'blue'));
    each.set(at('b', 11));
  }
  await vi.waitUntil(() => sent.includes('ADDED b'), WAIT);
  const resumedAt = async (cursor: string) => {
    const resumed = subscribeTo(other, isRed);
    resumed.join(cursor);
    await vi.waitUntil(() => resumed.sent.includes('SYNCED'), WAIT);
    return resumed.sent;
  };
  expect(await resumedAt(hidden)).toEqual(['RESET', 'ADDED b', 'SYNCED']);
  expect(await resumedAt(lastCursor())).toEqual(['SYNCED']);
});
