import { expect, it } from 'vitest';
import { seededRandom, type SeededRandom } from '../../test/support/seeded-random.ts';
import { Widget, type WidgetObject } from '../../test/support/widget.ts';
import { widgetObject } from '../../test/support/widget-object.ts';
import { nameField, namespaceField, ObjectField } from '../kubernetes/object-field.ts';
import { comparePositions, orderingByFields } from '../kubernetes/ordering.ts';
import type { BuildCharges } from './entry-indexes.ts';
import type { IndexedOrdering } from './sorted-index.ts';
import { Store } from './store.ts';

const NAMESPACES = ['team-a', 'team-b', 'team-c'];
const NAMES = Array.from({ length: 30 }, (_, index) => `w-${index}`);
const COLORS = ['red', 'blue', 'green'];

const color = new ObjectField(({ spec }: WidgetObject) => spec.color);
const size = new ObjectField(({ spec }: WidgetObject) => spec.size ?? null);
const free: BuildCharges = { onRead: () => undefined, onSort: () => undefined };

const orderings = [
  orderingByFields<WidgetObject>('NAMESPACE ASC, NAME ASC', [namespaceField, nameField], [1, 1]),
  orderingByFields<WidgetObject>('NAMESPACE DESC, NAME ASC', [namespaceField, nameField], [-1, 1]),
  orderingByFields<WidgetObject>('COLOR DESC', [color, namespaceField, nameField], [-1, 1, 1]),
  orderingByFields<WidgetObject>('SIZE ASC', [size, namespaceField, nameField], [1, 1, 1]),
  orderingByFields<WidgetObject>('SIZE DESC, COLOR ASC', [size, color, namespaceField, nameField], [-1, 1, 1, 1]),
].map((ordering) => ({ ...ordering, fields: ordering.fields ?? [] })) satisfies IndexedOrdering<WidgetObject>[];

/** A store with random changes, as a reflector and mutations make them. */
class ChangingStore {
  readonly store = new Store(Widget);
  readonly #random: SeededRandom;
  #version = 100;

  constructor(random: SeededRandom) {
    this.#random = random;
    this.store.replace(this.#objects(), this.#next());
  }

  change(): void {
    const kind = this.#random.below(60);
    if (kind === 0) return this.store.replace(this.#objects(), this.#next());
    if (kind === 1) return this.#restoreBackup();
    if (kind === 2) {
      this.store.discard();
      return this.store.replace(this.#objects(), this.#next());
    }
    if (kind === 3) {
      this.store.fail(new Error('not served'), 'discard');
      return this.store.replace(this.#objects(), this.#next());
    }
    const held = this.#random.pick([...this.store.list(), this.#object()]);
    const version = this.#next();
    if (kind < 15) return this.store.delete(this.#version % 2 ? held : this.#object(held.metadata, version));
    if (kind < 20) this.store.delete(held); // and created again with the same name
    if (kind < 25) return this.store.applyWriteResult(this.#object(held.metadata, version));
    this.store.set(kind < 40 ? this.#object(undefined, version) : this.#object(held.metadata, version));
  }

  /** Lists objects of earlier versions, which begins a new epoch. */
  #restoreBackup(): void {
    this.#version -= 50;
    this.store.replace(this.#objects(), this.#next());
  }

  #objects(): readonly WidgetObject[] {
    const all = NAMESPACES.flatMap((namespace) => NAMES.map((name) => ({ namespace, name })));
    return all.filter(() => this.#random.below(3) > 0).map((at) => this.#object(at));
  }

  #object(
    at?: { readonly namespace?: string | undefined; readonly name: string; readonly uid?: string },
    version = String(this.#version),
  ) {
    const random = this.#random;
    const { namespace = 'team-a', name, uid } = at ?? { namespace: random.pick(NAMESPACES), name: random.pick(NAMES) };
    const chosen = random.pick(COLORS);
    const metadata = { namespace, resourceVersion: version, uid: uid ?? `${namespace}-${name}-${version}` };
    const object = widgetObject(name, metadata, chosen);
    const spec = random.below(4) === 0 ? { color: chosen } : { color: chosen, size: random.below(5) };
    return { ...object, spec };
  }

  #next(): string {
    return String((this.#version += 1));
  }
}

function expectSorted(store: Store<WidgetObject>, ordering: IndexedOrdering<WidgetObject>, namespace?: string): void {
  const expected = [...store.list(namespace)].sort((a, b) =>
    comparePositions(ordering, ordering.positionOf(a), ordering.positionOf(b)),
  );
  const sorted = store.indexes.sorted(ordering, namespace, free);
  const range = namespace === undefined ? { from: 0, to: sorted.entries.length } : sorted.rangeOf(namespace);
  const objects = sorted.entries.slice(range?.from, range?.to).map(({ object }) => object);
  expect(objects.map((object, index) => object === expected[index])).toEqual(expected.map(() => true));
  for (const [index, { object }] of sorted.entries.entries()) {
    expect(sorted.notBefore(ordering.positionOf(object))).toBe(index);
    expect(sorted.after(ordering.positionOf(object))).toBe(index + 1);
  }
}

function expectCounts(store: Store<WidgetObject>): void {
  const countsOf = (namespace?: string) => {
    const counts = new Map<string, number>();
    for (const { spec } of store.list(namespace)) counts.set(spec.color, (counts.get(spec.color) ?? 0) + 1);
    return counts;
  };
  const counts = store.indexes.counts(color, free);
  expect(counts.all).toEqual(countsOf());
  for (const namespace of [...NAMESPACES, 'nowhere']) expect(counts.in(namespace)).toEqual(countsOf(namespace));
}

const text = new ObjectField(({ metadata, spec }: WidgetObject) => `${metadata.name} ${spec.color}`);

function expectFound(store: Store<WidgetObject>, wanted: string): void {
  const candidates = [...store.indexes.texts(text, free).candidates(wanted)].map(({ object }) => object);
  const found = candidates.filter((object) => text.of(object).includes(wanted));
  expect(new Set(found)).toEqual(new Set([...store.list()].filter((object) => text.of(object).includes(wanted))));
  expect(new Set(candidates).size).toBe(candidates.length);
}

it.each(Array.from({ length: 8 }, (_, index) => index + 1))(
  'equals the sorted and counted objects of the store after random changes (seed %i)',
  (seed) => {
    const random = seededRandom(seed);
    const changing = new ChangingStore(random);
    for (let step = 0; step < 60; step += 1) {
      const changes = random.pick([1, 1, 1, 3, 20]);
      for (let count = 0; count < changes; count += 1) changing.change();
      const { store } = changing;
      const namespace = random.pick([...NAMESPACES, '']);
      expectSorted(store, random.pick(orderings), namespace || undefined);
      if (random.below(3) === 0) expectCounts(store);
      if (random.below(3) === 0) expectFound(store, random.pick(['w-1', 'blue', '2 r', 'none', 'red\nw', '']));
      expect(store.count(namespace || undefined)).toBe([...store.list(namespace || undefined)].length);
    }
    for (const ordering of orderings)
      for (const namespace of [undefined, ...NAMESPACES]) expectSorted(changing.store, ordering, namespace);
    expectCounts(changing.store);
  },
);

it('builds an index again that has not been read during many changes, and keeps one that has', () => {
  const random = seededRandom(1);
  const changing = new ChangingStore(random);
  const [byName, , byColor] = orderings;
  if (!byName || !byColor) throw new TypeError('Expected two orderings.');
  const { store } = changing;
  let sorts = 0;
  const charges = { ...free, onSort: () => (sorts += 1) };
  const read = (ordering: IndexedOrdering<WidgetObject>) => store.indexes.sorted(ordering, undefined, charges);
  read(byColor);
  read(byName);
  for (let version = 1_000; version < 3_500; version += 1) {
    store.set(
      widgetObject('w-1', { namespace: 'team-a', resourceVersion: String(version), uid: 'a' }, COLORS[version % 3]),
    );
    if (version % 100 === 0) read(byName);
  }
  expect(sorts).toBe(2);
  expectSorted(store, byName);
  read(byColor);
  expect(sorts).toBe(3);
  expectSorted(store, byColor);
});

function refuse(): never {
  throw new RangeError('too expensive');
}

it('refuses to build an index when the charge is refused, and builds it later', () => {
  const { store } = new ChangingStore(seededRandom(1));
  const [ordering] = orderings;
  if (!ordering) throw new TypeError('Expected an ordering.');
  expect(() => store.indexes.sorted(ordering, undefined, { onRead: refuse, onSort: refuse })).toThrow(RangeError);
  expect(() => store.indexes.counts(color, { onRead: refuse, onSort: refuse })).toThrow(RangeError);
  expectSorted(store, ordering);
  expectCounts(store);
});
