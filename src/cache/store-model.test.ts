import { expect, it } from 'vitest';
import type { ObjectMeta } from '../kubernetes/object.ts';
import { Widget, type WidgetObject } from '../../test/support/widget.ts';
import { differences, lineOf, NaiveStore, versionOf } from '../../test/support/naive-store.ts';
import { seededRandom, type SeededRandom } from '../../test/support/seeded-random.ts';
import type { Change } from './store-events.ts';
import { Store } from './store.ts';
import { widgetObject } from '../../test/support/widget-object.ts';

const seeds = Array.from({ length: 30 }, (_, seed) => seed);

it.each(seeds)('Store equals a naive store in content and events after any steps, with seed %i', (seed) => {
  const { store, changes, resets } = emptyStore();
  const naive = new NaiveStore(1);
  const chance = seededRandom(seed);
  for (let step = 0; step < 200; step += 1) {
    const [before, sent, reset] = [naive.objects, changes.length, naive.resets];
    anyStep(chance)(store, naive);
    expectEqual(store, naive);
    expect(resets()).toBe(naive.resets);
    const expected = naive.resets > reset ? [] : differences(before, naive.objects);
    expect(changes.slice(sent).map(lineOf).toSorted()).toEqual(expected);
  }
});

it.each(seeds)(
  'Store and its event handlers converge to the cluster when events are late or repeated, with seed %i',
  (seed) => {
    const { store, changes, resets } = emptyStore();
    const delivery = new Delivery(store);
    const chance = seededRandom(seed);
    for (let version = 2; version < 200; version += 1) {
      delivery.append(anyEvent(chance, delivery.cluster, version));
      delivery.deliverSome(chance);
    }
    delivery.deliverAll();
    expectEqual(store, delivery.cluster);
    expect([sorted(reconstruct(changes)), resets()]).toEqual([sorted(delivery.cluster.objects), 0]);
  },
);

it.each(seeds)(
  'the changes that Store returns lead from the state at any version to its state, with seed %i',
  (seed) => {
    const { store } = emptyStore();
    const delivery = new Delivery(store);
    const chance = seededRandom(seed);
    let known = 0;
    for (let version = 2; version < 60; version += 1) {
      delivery.append(anyEvent(chance, delivery.cluster, version));
      delivery.deliverSome(chance);
      for (let since = 1; since <= version; since += 1) known += Number(expectChangesSince(store, delivery, since));
    }
    expect(known).toBeGreaterThan(500); // of 1,829
  },
);

type ClusterEvent = readonly [method: 'set' | 'delete', object: WidgetObject];

/** Delivers the events of a cluster to a store late, repeatedly, or after a list or a write result that includes them. */
class Delivery {
  readonly cluster = new NaiveStore(1);
  /** The objects of the cluster at each version. */
  readonly #history: (readonly WidgetObject[])[] = [[], []];
  readonly #store: Store<WidgetObject>;
  readonly #events: ClusterEvent[] = [];
  #delivered = 0;

  constructor(store: Store<WidgetObject>) {
    this.#store = store;
  }

  append(event: ClusterEvent): void {
    this.cluster[event[0]](event[1]);
    this.#events.push(event);
    this.#history.push(this.cluster.objects);
  }

  /** Returns the differences between the cluster at a version and the store. */
  netChanges(since: number, store: Store<WidgetObject>): readonly string[] {
    const [before = [], after] = [this.#history[since], [...store.list()]];
    const uids = new Set([...before, ...after].map(({ metadata }) => metadata.uid));
    return [...uids].flatMap((uid) => difference(withUid(before, uid), withUid(after, uid))).toSorted();
  }

  /** Returns the uids of the objects that changed after a version, as far as the store has received it. */
  changedUids(since: number, store: Store<WidgetObject>): readonly string[] {
    const changed = this.#events.filter(
      ([, object]) => versionOf(object) > since && versionOf(object) <= Number(store.version),
    );
    return changed.map(([, { metadata }]) => metadata.uid);
  }

  deliverSome(chance: SeededRandom): void {
    const choice = chance.below(12);
    const last = this.#events.at(-1);
    if (choice < 6) this.deliverAll();
    if (choice === 6) this.#deliver(chance.below(this.#delivered + 1), this.#delivered);
    if (choice === 7 && last?.[0] === 'set') this.#store.applyWriteResult(last[1]);
    if (choice === 8) this.#listAt(this.#delivered + 1 + chance.below(this.#events.length - this.#delivered + 1));
  }

  deliverAll(): void {
    this.#deliver(this.#delivered, this.#events.length);
    this.#delivered = this.#events.length;
  }

  #deliver(from: number, to: number): void {
    for (const [method, object] of this.#events.slice(from, to)) this.#store[method](object);
  }

  /** Lists the objects at a version that is not older than the delivered events. */
  #listAt(version: number): void {
    this.#store.replace(this.#history[version] ?? [], String(version));
    this.#delivered = version - 1;
  }
}

type Step = (store: Store<WidgetObject>, naive: NaiveStore) => void;

/** Returns any step, with random versions and uids, however unlikely. */
function anyStep(chance: SeededRandom): Step {
  const object = anyObject(chance);
  const version = chance.below(30) + 1;
  switch (chance.below(6)) {
    case 0:
      return (...both) => both.forEach((store) => store.delete(object));
    case 1:
      return (...both) => both.forEach((store) => store.applyWriteResult(object));
    case 2:
      return (store, naive) => (store.advance(String(version)), naive.advance(version));
    case 3: {
      const named = new Map(Array.from({ length: 4 }, () => anyObject(chance)).map((one) => [one.metadata.name, one]));
      const listed = [...named.values()].filter((one) => versionOf(one) <= version);
      return (store, naive) => (store.replace(listed, String(version)), naive.replace(listed, version));
    }
    default:
      return (...both) => both.forEach((store) => store.set(object));
  }
}

function anyObject(chance: SeededRandom): WidgetObject {
  const name = chance.pick('abcd');
  const version = chance.below(30) + 1;
  return at(name, version, { uid: `${name}${chance.below(2)}`, color: version % 2 ? 'red' : 'blue' });
}

/** Returns an event that a consistent cluster may send at a version. */
function anyEvent(chance: SeededRandom, cluster: NaiveStore, version: number): ClusterEvent {
  const name = chance.pick('abcdef');
  const held = cluster.objects.find(({ metadata }) => metadata.name === name);
  const uid = held?.metadata.uid ?? `${name}-${version}`;
  return [held && chance.below(3) === 0 ? 'delete' : 'set', at(name, version, { uid })] as const;
}

/** Returns the objects that an event handler reconstructs; fails if events contradict each other. */
function reconstruct(changes: readonly Change<WidgetObject>[]): readonly WidgetObject[] {
  const held = new Map<string, WidgetObject>();
  for (const change of changes) {
    const { uid } = change.object.metadata;
    expect(held.get(uid)).toBe(change.type === 'added' ? undefined : change.previous);
    if (change.type === 'deleted') held.delete(uid);
    else held.set(uid, change.object);
  }
  return [...held.values()];
}

/** Compares the changes since a version with those of the cluster, unless the store does not know them. Returns whether it does. */
function expectChangesSince(store: Store<WidgetObject>, cluster: Delivery, since: number): boolean {
  const net = store.changesSince(`${since}`)?.flatMap(({ before, after }) => difference(before, after));
  const each = store.changesSince(`${since}`, 'each')?.map(({ last }) => last.metadata.uid);
  const [netChanges, changedUids] = [cluster.netChanges(since, store), cluster.changedUids(since, store)];
  expect(net?.toSorted() ?? netChanges).toEqual(netChanges);
  expect(new Set(each ?? changedUids)).toEqual(new Set([...(each ?? []), ...changedUids]));
  return net !== undefined;
}

function withUid(objects: readonly WidgetObject[], uid: string): WidgetObject | undefined {
  return objects.find(({ metadata }) => metadata.uid === uid);
}

/** Returns how an object differs between two states, as a line of text; no line if it does not. */
function difference(before: WidgetObject | undefined, after: WidgetObject | undefined): readonly string[] {
  const [from, to] = [before, after].map((object) => (object ? versionOf(object) : 'nothing'));
  return from === to ? [] : [`${(before ?? after)?.metadata.uid} from ${from} to ${to}`];
}

function expectEqual(store: Store<WidgetObject>, { objects, version }: NaiveStore): void {
  expect([sorted(store.list()), store.size, store.version]).toEqual([sorted(objects), objects.length, String(version)]);
  expect(sorted(store.list('default'))).toEqual(sorted(objects));
  for (const color of ['red', 'blue'])
    expect(sorted(store.byIndex('color', color))).toEqual(sorted(objects.filter(({ spec }) => spec.color === color)));
  for (const object of objects) expect(store.withUid(object.metadata.uid)).toEqual(object);
}

function sorted(objects: Iterable<WidgetObject>): readonly WidgetObject[] {
  return [...objects].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

function at(name: string, version: number, { color, ...metadata }: Partial<ObjectMeta> & { color?: string } = {}) {
  return widgetObject(name, { resourceVersion: String(version), ...metadata }, color);
}

/** Returns a store after an empty first list, and the events that it sends from then on. */
function emptyStore() {
  const store = new Store(Widget);
  store.replace([], '1');
  const changes: Change<WidgetObject>[] = [];
  let resets = 0;
  store.addEventHandler({
    changed: (change) => void changes.push(change),
    reset: () => void (resets += 1),
    failed: () => {},
  });
  return { store, changes, resets: () => resets };
}
