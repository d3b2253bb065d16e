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
import { decodeStreamCursor, encodeStreamCursor, INITIAL_POSITION } from './cursor.ts';
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

const Theme = defineResource<KubernetesObject>({ ...Widget, kind: 'Theme', plural: 'themes' });

const colorOf = (object: KubernetesObject) => (object as WidgetObject).spec.color;
const isRed = (object: KubernetesObject) => colorOf(object) === 'red';
const at = (name: string, version: number, color?: string) =>
  widgetObject(name, { resourceVersion: `${version}` }, color);

/** Longer than a turn of the event loop, so that each evaluation waits for another turn. */
const EVALUATION_MS = 8;

const VISIBILITY = { objects: 'all', related: {} };

/** The machine may be busy. */
const WAIT = { timeout: 30_000 };

/** Turns are measured in CPU time, so that other processes of the machine do not count. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

interface SubscriptionOptions {
  readonly shape?: 'events' | 'object';
  readonly matches?: (object: KubernetesObject) => boolean;
  /** Objects that `matches` reads. A change of one concerns all widgets. */
  readonly related?: ScopedLister<KubernetesObject>;
}

/** Options of a subscription to the red widgets. */
const RED: SubscriptionOptions = { matches: isRed };

/** A lister of all objects of a store. */
function listerOf(store: Store<KubernetesObject>) {
  return new ScopedLister({
    scope: { full: 'all', redacted: EMPTY_SCOPE },
    cached: { store, changesSince: async () => undefined },
  });
}

/**
 * A shared subscription to the matching widgets of a store, with functions that run before an object, or null (by the name ''), is
 * evaluated.
 */
function subscribeTo(
  store: Store<KubernetesObject>,
  { shape = 'events', matches = () => true, related }: SubscriptionOptions = {},
) {
  const objects = listerOf(store);
  const counters = new SubscriptionCounters();
  const beforeEvaluation = new Map<string, () => void>();
  const execute: ExecuteEvent = async ({ type, object, cursor }) => {
    const name = object?.metadata.name ?? null;
    beforeEvaluation.get(name ?? '')?.();
    const end = cpuMs() + EVALUATION_MS;
    while (cpuMs() < end);
    return { data: { widgets: { type, cursor, name } } };
  };
  const candidates = () => objects.list();
  const subscription = new SharedSubscription({
    source: new SubscriptionSource({
      objects,
      shape,
      selection: 'widgets',
      candidates,
      matches,
      related: related ? [{ objects: related, dependentsOf: candidates }] : [],
    }),
    execute,
    viewer: 'ann',
    related: [],
    visibility: VISIBILITY,
    publicError: (error) => new GraphQLError(String(error)),
    counters,
    maxCharacters: Infinity,
    addBytes: () => undefined,
    onEmpty: () => undefined,
  });
  const sent: string[] = [];
  const cursors: string[] = [];
  const send = ({ text, cursor }: SerializedEvent) => {
    cursors.push(cursor);
    const { type, name } = (JSON.parse(text) as { data: { widgets: { type: string; name: string | null } } }).data
      .widgets;
    if (shape === 'object') sent.push(`${name}`);
    else sent.push(name === null ? type : `${type} ${name}`);
  };
  return {
    subscription,
    beforeEvaluation,
    counters,
    sent,
    cursors,
    lastCursor: () => cursors.at(-1) ?? '',
    join: (after?: string, sink: { ready: boolean } = { ready: true }) =>
      subscription.join(
        Object.assign(sink, { send, end: () => undefined }),
        after === undefined ? undefined : decodeStreamCursor('widgets', 'lists', after),
        () => undefined,
      ),
  };
}

/** The liveCursor of a list at a version. */
const listCursor = (version: string) =>
  encodeStreamCursor('lists', { ...INITIAL_POSITION, version, changedVersion: version, visibility: VISIBILITY });

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
    const { sent, join, lastCursor } = subscribeTo(store, RED);
    join();
    await vi.waitUntil(() => sent.includes('SYNCED'), WAIT);
    store.applyWriteResult(at('a', 10, 'blue'));
    if (reporter === 'watch') apply(store);
    else store.replace([at('a', 7), at('b', 8)], '9', '5');
    await vi.waitUntil(() => sent.includes('ADDED b') && sent.includes('DELETED c'), WAIT);
    apply(other);
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
