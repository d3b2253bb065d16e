import { expect, it } from 'vitest';
import { seededRandom, type SeededRandom } from '../../../test/support/seeded-random.ts';
import { Widget, type WidgetObject } from '../../../test/support/widget.ts';
import { widgetObject } from '../../../test/support/widget-object.ts';
import { parseLabelSelector } from '../../kubernetes/label-selector.ts';
import { nameField, namespaceField, ObjectField } from '../../kubernetes/object-field.ts';
import { forEachPair, labelTerms, type ObjectTerms, type TermClause } from '../../kubernetes/object-terms.ts';
import { comparePositions, orderingByFields, type IndexedOrdering } from '../../kubernetes/ordering.ts';
import { FieldCounts } from './field-counts.ts';
import type { BuildCharges, IndexSelection } from './store-indexes.ts';
import { Store } from '../store.ts';

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
];

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
    const labels = Object.fromEntries(
      ['a', 'b', 'c'].filter(() => random.below(2) === 0).map((key) => [key, String(random.below(4))]),
    );
    const metadata = { namespace, labels, resourceVersion: version, uid: uid ?? `${namespace}-${name}-${version}` };
    const object = widgetObject(name, metadata, chosen);
    const spec = random.below(4) === 0 ? { color: chosen } : { color: chosen, size: random.below(5) };
    return { ...object, spec };
  }

  #next(): string {
    return String((this.#version += 1));
  }
}

function inOrder(objects: Iterable<WidgetObject>, ordering: IndexedOrdering<WidgetObject>): readonly WidgetObject[] {
  return [...objects].sort((a, b) => comparePositions(ordering, ordering.positionOf(a), ordering.positionOf(b)));
}

function expectSorted(store: Store<WidgetObject>, ordering: IndexedOrdering<WidgetObject>, namespace?: string): void {
  const expected = inOrder(store.list(namespace), ordering);
  const sorted = store.indexes.sorted(ordering, namespace, free);
  const listed = namespace === undefined ? sorted : sorted.in(namespace);
  const objects = listed.entries.map(({ object }) => object);
  expect(objects.every((object, index) => object === expected[index])).toBe(true);
  expect(objects).toHaveLength(expected.length);
  const misplaced = sorted.entries.filter(({ object }, index) => {
    const position = ordering.positionOf(object);
    return sorted.notBefore(position) !== index || sorted.after(position) !== index + 1;
  });
  expect(misplaced).toEqual([]);
}

/** Sets of namespaces, which indexes distinguish by identity. */
const namespaceSets: readonly ReadonlySet<string>[] = [
  new Set(['team-c', 'team-a']),
  new Set(NAMESPACES),
  new Set(['team-b', 'nowhere']),
  new Set(),
];

function expectSortedAmong(
  store: Store<WidgetObject>,
  ordering: IndexedOrdering<WidgetObject>,
  namespaces: ReadonlySet<string>,
): void {
  const all = [...store.list()].filter(({ metadata: { namespace = '' } }) => namespaces.has(namespace));
  const objects = store.indexes
    .sorted(ordering, undefined, free)
    .among(namespaces)
    .entries.map(({ object }) => object);
  const expected = inOrder(all, ordering);
  expect(objects.every((object, index) => object === expected[index])).toBe(true);
  expect(objects).toHaveLength(expected.length);
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
const textTerms: ObjectTerms<WidgetObject> = {
  fields: [text],
  forEach: (values, add) => forEachPair(values.read(text), add),
  areSame: (before, after) => text.of(before) === text.of(after),
};

function expectFound(store: Store<WidgetObject>, wanted: string): void {
  const clauses: TermClause[] = [];
  forEachPair(wanted, (term) => clauses.push({ terms: [term], isExcluded: false }));
  const found = store.indexes.find([{ of: textTerms, clauses }], free);
  const objects = [...found.where((entry) => entry.read(text).includes(wanted), true)].map(({ object }) => object);
  const expected = [...store.list()].filter((object) => text.of(object).includes(wanted));
  expect(new Set(objects)).toEqual(new Set(expected));
  expect(objects).toHaveLength(expected.length);
  expect(found.candidates).toBeGreaterThanOrEqual(expected.length);
}

function expectLabelled(store: Store<WidgetObject>, selector: string): void {
  const matches = parseLabelSelector(selector);
  const found = store.indexes.find([{ of: labelTerms, clauses: matches.clauses }], free);
  const examined: WidgetObject[] = [];
  const objects = found.where(({ object }) => {
    examined.push(object);
    return matches(object.metadata.labels);
  }, true);
  expect(examined).toHaveLength(/[<>]/u.test(selector) ? found.candidates : 0);
  expect(new Set([...objects].map(({ object }) => object))).toEqual(
    new Set([...store.list()].filter(({ metadata }) => matches(metadata.labels))),
  );
}

const selectors = ['a', '!a', 'a=1', 'a!=1', 'a in (1,2),b', 'b notin (1,3)', 'a!=1,!b', 'a>1', 'a<2,b!=2', ''];

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
      expectSortedAmong(store, random.pick(orderings), random.pick(namespaceSets));
      if (random.below(3) === 0) expectCounts(store);
      if (random.below(3) === 0) expectFound(store, random.pick(['w-1', 'blue', '2 r', 'none', 'red\nw', '']));
      if (random.below(3) === 0) expectLabelled(store, random.pick(selectors));
      expect(store.count(namespace || undefined)).toBe([...store.list(namespace || undefined)].length);
    }
    for (const ordering of orderings)
      for (const namespace of [undefined, ...NAMESPACES]) expectSorted(changing.store, ordering, namespace);
    for (const ordering of orderings)
      for (const namespaces of namespaceSets) expectSortedAmong(changing.store, ordering, namespaces);
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
  read(byName);
  read(byColor);
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

/** More objects than one step of a build reads, sorts or adds. */
const MANY = 5_000;

function manyWidgets(random: SeededRandom): Store<WidgetObject> {
  const store = new Store(Widget);
  const objects = Array.from({ length: MANY }, (_, index) => widgetAt(index, '1', random));
  store.replace(objects, '1');
  return store;
}

function widgetAt(index: number, resourceVersion: string, random: SeededRandom): WidgetObject {
  const at = { namespace: NAMESPACES[index % 3] ?? '', resourceVersion, uid: `uid-${index}` };
  const object = widgetObject(`w-${index}`, at, random.pick(COLORS));
  return { ...object, spec: { ...object.spec, size: random.below(5) } };
}

const countsDefinition = { key: 'colors', fields: [color], create: () => new FieldCounts<WidgetObject, string>(color) };
const largeSelections: readonly IndexSelection<WidgetObject>[] = [
  ...orderings.map((ordering) => ({ ordering })),
  ...orderings.map((ordering) => ({ ordering, namespace: 'team-b' })),
  { queries: [{ of: textTerms, clauses: [] }], definitions: [countsDefinition] },
];

function expectPrepared(store: Store<WidgetObject>, { ordering, namespace }: IndexSelection<WidgetObject>): void {
  if (ordering) return expectSorted(store, ordering, namespace);
  expect(store.indexes.defined(countsDefinition, free).all).toEqual(store.indexes.counts(color, free).all);
  expectCounts(store);
  for (const wanted of ['w-12', 'blue']) expectFound(store, wanted);
}

it.each(largeSelections.map((selection, index) => ({ index, selection })))(
  'applies all changes that happen between the steps of a build, which several readers take together (selection $index)',
  ({ index, selection }) => {
    const random = seededRandom(index);
    const store = manyWidgets(random);
    let charged = 0;
    const charges: BuildCharges = { onRead: () => (charged += 1), onSort: () => (charged += 1) };
    const builds = [store.indexes.prepare(selection, charges), store.indexes.prepare(selection, charges)].map((steps) =>
      Iterator.from(steps),
    );
    let version = 1;
    while (builds.some((build) => build.next().done !== true)) {
      const changed = widgetAt(random.below(MANY + 10), String((version += 1)), random);
      if (random.below(4) === 0) store.delete(changed);
      else store.set(changed);
    }
    expect(version).toBeGreaterThan(3);
    expect(charged).toBe(selection.ordering ? 1 : 2);
    expectPrepared(store, selection);
    store.set(widgetAt(1, String(version + 1), random));
    expectPrepared(store, selection);
    expect(store.indexes.prepare(selection, charges)).toSatisfy((steps: Iterable<void>) => [...steps].length === 0);
    expect(charged).toBe(selection.ordering ? 1 : 2);
  },
);

it('builds an index in steps again when the store was replaced or forgot changes between two of them', () => {
  const random = seededRandom(1);
  const store = manyWidgets(random);
  for (const ordering of orderings) {
    const build = Iterator.from(store.indexes.prepare({ ordering }, free));
    for (let step = 0; step < 160; step += 1) build.next(); // it is sorting
    if (ordering.fields.length % 2 === 0) {
      store.discard();
      store.replace([widgetAt(1, '2', random)], '2');
    } else {
      for (let index = 0; index < 2 * MANY; index += 1)
        store.set(widgetAt(index % 100, String(100_000 + index), random));
    }
    while (build.next().done !== true);
    expectSorted(store, ordering);
    store.discard();
    store.replace(
      Array.from({ length: MANY }, (_, index) => widgetAt(index, '1', random)),
      '1',
    );
  }
});
