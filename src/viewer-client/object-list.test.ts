import { expect, it } from 'vitest';
import { seededRandom, type SeededRandom } from '../../test/support/seeded-random.ts';
import { Widget, type WidgetObject } from '../../test/support/widget.ts';
import { widgetObject } from '../../test/support/widget-object.ts';
import { EMPTY_SCOPE, type VisibilityScope } from '../auth/visibility-scope.ts';
import { Store } from '../cache/store.ts';
import { labelCondition, searchCondition, searchedTexts } from '../graphql/filter.ts';
import { nameField, namespaceField, ObjectField } from '../kubernetes/object-field.ts';
import { filterOf, type FieldCondition } from '../kubernetes/object-filter.ts';
import { orderingByFields, type Ordering } from '../kubernetes/ordering.ts';
import { PlainList, type ObjectList, type PageRange } from './object-list.ts';
import { ScopedLister } from './scoped-lister.ts';

const NAMESPACES = ['team-a', 'team-b', 'team-c', 'team-d'];
const COLORS = ['red', 'blue', 'green'];
const color = new ObjectField(({ spec }: WidgetObject) => spec.color);
const size = new ObjectField(({ spec }: WidgetObject) => spec.size ?? null);

const texts = searchedTexts(({ metadata, spec }: WidgetObject) => [metadata.name, spec.color]);

const orderings: readonly Ordering<WidgetObject>[] = [
  orderingByFields('NAMESPACE ASC, NAME ASC', [namespaceField, nameField], [1, 1]),
  orderingByFields('NAMESPACE DESC, NAME ASC', [namespaceField, nameField], [-1, 1]),
  orderingByFields('COLOR DESC, …', [color, namespaceField, nameField], [-1, 1, 1]),
  orderingByFields('SIZE ASC, …', [size, namespaceField, nameField], [1, 1, 1]),
];
const possible: readonly (FieldCondition<WidgetObject> | undefined)[] = [
  (values) => values.read(color) === 'red',
  (values) => values.read(nameField) < 'w-5',
  ({ object }) => object.spec.size !== 2,
  () => false,
  ...['w-1', '1', 'w-11\nw'].map((search) => searchCondition<WidgetObject>(search, texts)),
  ...['a', '!a', 'a=1,b!=2', 'a notin (1,2)', 'a in (1,2),!b', 'a>1'].map((selector) => labelCondition(selector)),
];
const conditions = possible.filter((condition) => condition !== undefined);
const scopes: readonly VisibilityScope[] = [
  { full: 'all', redacted: EMPTY_SCOPE },
  { full: new Set(['team-a', 'team-c', 'team-x']), redacted: EMPTY_SCOPE },
  { full: new Set(['team-b']), redacted: EMPTY_SCOPE },
  { full: EMPTY_SCOPE, redacted: EMPTY_SCOPE },
  { full: new Set(['team-a']), redacted: new Set(['team-b']) },
];

function anyWidget(random: SeededRandom, version: number): WidgetObject {
  const namespace = random.pick(NAMESPACES);
  const chosen = random.pick(COLORS);
  const labels = random.pick([{}, { a: '1' }, { a: '2', b: '2' }, { b: '1' }]);
  const object = widgetObject(`w-${random.below(12)}`, { namespace, labels, resourceVersion: String(version) }, chosen);
  return random.below(3) === 0 ? object : { ...object, spec: { color: chosen, size: random.below(4) } };
}

/** Parts of a list, in a form that can be compared. */
const parts: Readonly<Record<string, (list: ObjectList<WidgetObject>, range: PageRange) => unknown>> = {
  all: (list) => new Set(list.all),
  count: (list) => list.count,
  colors: (list) => list.countBy(color),
  sizes: (list) => list.countBy(size),
  page: (list, range) => {
    const { items, hasNextPage, hasPreviousPage } = list.page(range);
    return {
      items: items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
      hasNextPage,
      hasPreviousPage,
    };
  },
};

/** Returns a lister and what it has charged. */
function lister(store: Store<WidgetObject>, scope: VisibilityScope) {
  const charges = { read: 0, sorted: 0 };
  const objects = new ScopedLister({
    scope,
    cached: { store, changesSince: () => Promise.resolve(undefined) },
    cost: {
      addListed: (count) => (charges.read += count),
      addSorted: (count) => (charges.sorted += count),
    },
  });
  return { objects, charges };
}

function anyRange(random: SeededRandom, ordering: Ordering<WidgetObject>): PageRange {
  const position = () => (random.below(3) === 0 ? ordering.positionOf(anyWidget(random, 1)) : undefined);
  const limit = random.pick([1, 3, 10, Infinity]);
  const [first, last] = random.below(2) === 0 ? [limit, Infinity] : [Infinity, limit];
  return { after: position(), before: position(), first, last };
}

it.each(Array.from({ length: 10 }, (_, index) => index + 1))(
  'returns the same parts, in any order, as a list that is filtered and sorted (seed %i)',
  (seed) => {
    const random = seededRandom(seed);
    const store = new Store(Widget);
    store.replace([], '1');
    for (let step = 2; step < 200; step += 1) {
      store.set(anyWidget(random, step));
      if (random.below(4) === 0) store.delete(random.pick(store.list()));
      const { objects } = lister(store, random.pick(scopes));
      const ordering = random.pick(orderings);
      const namespace = [...NAMESPACES, undefined, undefined, undefined][random.below(7)];
      const filter = filterOf(conditions.filter(() => random.below(4) === 0));
      const indexed = objects.select({ namespace, ordering, filter });
      const plain = new PlainList(
        () => objects.list(namespace).filter(filter),
        ordering,
        () => undefined,
      );
      const range = anyRange(random, ordering);
      for (let count = 0; count < 3; count += 1) {
        const [name, read] = random.pick(Object.entries(parts));
        expect([name, range, read(indexed, range)]).toEqual([name, range, read(plain, range)]);
      }
    }
  },
);

const first = (limit: number) => (list: ObjectList<WidgetObject>) => list.page({ first: limit, last: Infinity }).items;

it('charges for the objects that it reads, and for sorting once', () => {
  const store = new Store(Widget);
  const widgets = Array.from({ length: 1_000 }, (_, index) =>
    widgetObject(`w-${index}`, { namespace: 'team-a', uid: `${index}` }, COLORS[index % 3]),
  );
  store.replace(widgets, '1');
  const [ordering] = orderings;
  const [isRed] = conditions;
  if (!ordering || !isRed) throw new TypeError('Expected an ordering and a condition.');
  const chargesOf = (
    filter: readonly FieldCondition<WidgetObject>[],
    read: (list: ObjectList<WidgetObject>) => unknown,
  ) => {
    const { objects, charges } = lister(store, { full: 'all', redacted: EMPTY_SCOPE });
    read(objects.select({ ordering, filter: filterOf(filter) }));
    return charges;
  };
  expect(chargesOf([], first(10))).toEqual({ read: 10, sorted: 1_000 });
  expect(chargesOf([], first(10))).toEqual({ read: 10, sorted: 0 });
  expect(chargesOf([], (list) => list.count)).toEqual({ read: 0, sorted: 0 });
  expect(chargesOf([isRed], first(10))).toEqual({ read: 29, sorted: 0 });
  expect(chargesOf([isRed], (list) => list.count)).toEqual({ read: 1_000, sorted: 0 });
  expect(chargesOf([() => false], (list) => [first(10)(list), list.count])).toEqual({ read: 1_000, sorted: 0 });
});

const MANY_NAMESPACES = 100;
const MANY_WIDGETS = 6_000;

function someNamespaces(count: number, random: SeededRandom): ReadonlySet<string> {
  return new Set(Array.from({ length: count }, () => `team-${random.below(MANY_NAMESPACES + 10)}`));
}

function manyWidget(index: number, version: number, random: SeededRandom): WidgetObject {
  const at = { namespace: `team-${index % MANY_NAMESPACES}`, uid: `${index}`, resourceVersion: String(version) };
  const object = widgetObject(`w-${index}`, at, random.pick(COLORS));
  return { ...object, spec: { ...object.spec, size: random.below(3) } };
}

it.each([1, 2])(
  'returns the pages of a few of many namespaces, and reads no objects of the others (seed %i)',
  (seed) => {
    const random = seededRandom(seed);
    const store = new Store(Widget);
    store.replace(
      Array.from({ length: MANY_WIDGETS }, (_, index) => manyWidget(index, 1, random)),
      '1',
    );
    const kept = [2, 4, 12].map((count) => someNamespaces(count, random)); // as those of a viewer, whose objects are kept in order
    for (let step = 2; step < 60; step += 1) {
      for (let change = random.pick([0, 1, 1, 20, 200]); change > 0; change -= 1) {
        const changed = manyWidget(random.below(MANY_WIDGETS + 100), step, random);
        if (random.below(4) === 0) store.delete(changed);
        else store.set(changed);
      }
      const visible = random.pick([...kept, ...kept, someNamespaces(random.pick([2, 12]), random)]);
      const { objects, charges } = lister(store, { full: visible, redacted: EMPTY_SCOPE });
      const ordering = random.pick(orderings);
      const total = [...visible].reduce((sum, each) => sum + store.count(each), 0);
      const limit = random.pick(
        visible.size > 2 ? [1, 10] : [1, Math.max(total - 1, 1), Math.max(total, 1), total + 1],
      );
      const limits = random.below(2) === 0 ? { first: limit, last: Infinity } : { first: Infinity, last: limit };
      const position = () =>
        random.below(6) === 0 ? ordering.positionOf(manyWidget(random.below(MANY_WIDGETS), 1, random)) : undefined;
      const range = { after: position(), before: position(), ...limits };
      const paged = parts['page']?.(objects.select({ ordering }), range);
      expect(charges.read).toBeLessThanOrEqual(limit);
      const plain = new PlainList(
        () => objects.list(),
        ordering,
        () => undefined,
      );
      expect([range, paged]).toEqual([range, parts['page']?.(plain, range)]);
      expect(parts['colors']?.(objects.select({ ordering }), range)).toEqual(plain.countBy(color));
      expect(objects.select({ ordering }).count).toBe(plain.count);
    }
  },
);
