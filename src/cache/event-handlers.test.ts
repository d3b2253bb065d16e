import { expect, it } from 'vitest';
import { seededRandom } from '../../test/support/seeded-random.ts';
import { Widget, type WidgetObject } from '../../test/support/widget.ts';
import { widgetObject } from '../../test/support/widget-object.ts';
import {
  labelCondition,
  nameTexts,
  oneOfCondition,
  searchCondition,
  searchedTexts,
  valueCondition,
} from '../graphql/filter.ts';
import { ObjectField } from '../kubernetes/object-field.ts';
import { filterOf, type FieldCondition } from '../kubernetes/object-filter.ts';
import type { HandledObjects } from './event-handlers.ts';
import type { Change } from './store-events.ts';
import { Store } from './store.ts';

const NAMESPACES = ['team-a', 'team-b', 'team-c'];
const NAMES = ['w-1', 'w-2'];

function anyHandled(chance: ReturnType<typeof seededRandom>): HandledObjects<WidgetObject> | undefined {
  const kind = chance.below(3);
  if (kind === 0) return undefined;
  if (kind === 1) return { name: { namespace: chance.pick(NAMESPACES), name: chance.pick(NAMES) } };
  return { namespaces: new Set(NAMESPACES.filter(() => chance.below(2) === 0)) };
}

function handles(
  objects: HandledObjects<WidgetObject> | undefined,
  { object: { metadata } }: Change<WidgetObject>,
): boolean {
  const { namespace = '', name } = metadata;
  if (!objects) return true;
  return 'name' in objects
    ? objects.name.namespace === namespace && objects.name.name === name
    : objects.namespaces?.has(namespace) !== false;
}

it.each([1, 2, 3, 4, 5])('sends each change to the handlers of its object until they are removed (seed %i)', (seed) => {
  const chance = seededRandom(seed);
  const store = new Store(Widget);
  store.replace([], '1');
  const all: Change<WidgetObject>[] = [];
  store.addEventHandler({ changed: (change) => void all.push(change), reset: () => {}, failed: () => {} });
  const handlers = Array.from({ length: 12 }, () => {
    const objects = anyHandled(chance);
    const received: Change<WidgetObject>[] = [];
    const counts = { resets: 0, failures: 0 };
    const remove = store.addEventHandler(
      {
        changed: (change) => void received.push(change),
        reset: () => (counts.resets += 1),
        failed: () => (counts.failures += 1),
      },
      objects,
    );
    return { objects, received, counts, remove, until: 2 + chance.below(300) };
  });
  for (let version = 2; version < 200; version += 1) {
    for (const { until, remove } of handlers) if (until === version) remove();
    const object = widgetObject(chance.pick(NAMES), {
      namespace: chance.pick(NAMESPACES),
      resourceVersion: String(version),
    });
    if (chance.below(3) === 0) store.delete(object);
    else store.set(object);
  }
  for (const { objects, received, until } of handlers)
    expect(received).toEqual(all.filter((change) => Number(change.version) < until && handles(objects, change)));
  store.replace([], '1');
  store.fail(new Error('gone'), 'discard');
  for (const { counts, until } of handlers) {
    const times = until < 200 ? 0 : 1;
    expect(counts).toEqual({ resets: times, failures: times });
  }
});

const color = new ObjectField(({ spec }: WidgetObject) => spec.color);
const COLORS = ['red', 'green', 'blue'];
const TEAMS = ['a', 'b', 'c'];
const colorTexts = searchedTexts(({ spec }: WidgetObject) => [spec.color]);
/** Objects may have the same labels, as two states of an object do if a change has left them. */
const LABELS = TEAMS.flatMap((team) => [{}, { tier: 'x' }, { team }, { team, tier: 'x' }]);

/** Conditions of each kind, alone or together. Some are met by no object, and some by all. */
function anyConditions(chance: ReturnType<typeof seededRandom>): readonly FieldCondition<WidgetObject>[] {
  const team = chance.pick(TEAMS);
  const selectors = [`team=${team}`, `team!=${team}`, `team in (a,${team})`, 'team', '!team', `tier=x,team=${team}`];
  const conditions = [
    labelCondition(chance.pick(selectors)),
    oneOfCondition(chance.pick([[], [chance.pick(COLORS)], COLORS.slice(1)]), color),
    searchCondition(chance.pick(['W-1', '-', 'w', 'nothing', 'w-']), nameTexts),
    searchCondition(chance.pick(['RE', 'e', 'blue']), colorTexts),
    valueCondition(color, (value) => value !== 'red'),
  ];
  return conditions.filter((condition) => condition !== undefined).filter(() => chance.below(3) > 0);
}

function anyWidget(chance: ReturnType<typeof seededRandom>, version: number): WidgetObject {
  const labels = chance.pick(LABELS);
  const metadata = { namespace: chance.pick(NAMESPACES), labels, resourceVersion: String(version) };
  return widgetObject(chance.pick(NAMES), metadata, chance.pick(COLORS));
}

it.each([1, 2, 3, 4, 5])(
  'sends each change of an object that meets the conditions, before or after it (seed %i)',
  (seed) => {
    const chance = seededRandom(seed);
    const store = new Store(Widget);
    store.replace([], '1');
    const all: Change<WidgetObject>[] = [];
    store.addEventHandler({ changed: (change) => void all.push(change), reset: () => {}, failed: () => {} });
    const handlers = Array.from({ length: 60 }, () => {
      const conditions = anyConditions(chance);
      const namespaces = chance.below(2) === 0 ? undefined : new Set([chance.pick(NAMESPACES)]);
      const received: Change<WidgetObject>[] = [];
      const handler = {
        changed: (change: Change<WidgetObject>) => void received.push(change),
        reset() {},
        failed() {},
      };
      const remove = store.addEventHandler(handler, { namespaces, conditions });
      return { matches: filterOf(conditions), namespaces, received, remove, until: 2 + chance.below(300) };
    });
    for (let version = 2; version < 200; version += 1) {
      for (const { until, remove } of handlers) if (until === version) remove();
      if (chance.below(3) === 0) store.delete(anyWidget(chance, version));
      else store.set(anyWidget(chance, version));
    }
    for (const { matches, namespaces, received, until } of handlers) {
      const isDue = (change: Change<WidgetObject>) => {
        const before = change.type === 'added' ? undefined : change.previous;
        const after = change.type === 'deleted' ? undefined : change.object;
        const isMet = [before, after].some((object) => object && matches(object));
        return isMet && namespaces?.has(change.object.metadata.namespace ?? '') !== false;
      };
      const due = all.filter((change) => Number(change.version) < until && isDue(change));
      expect(received.filter(isDue)).toEqual(due);
      expect(received).toEqual(all.filter((change) => received.includes(change))); // in order, and none twice
    }
  },
);

function numbered(resourceVersion: string): WidgetObject {
  return widgetObject('widget-0417', { labels: { number: '0417' }, resourceVersion }, 'color-0417');
}

/** Returns the number of handlers that a change calls among 1,000, each of which selects another widget. */
function handlersCalled(conditionOf: (index: number) => FieldCondition<WidgetObject> | undefined): number {
  const store = new Store(Widget);
  store.replace([], '1');
  let calls = 0;
  for (let index = 0; index < 1_000; index += 1) {
    const conditions = [conditionOf(index)].filter((condition) => condition !== undefined);
    store.addEventHandler({ changed: () => void (calls += 1), reset: () => {}, failed: () => {} }, { conditions });
  }
  store.set(numbered('2'));
  calls = 0;
  store.set(numbered('3'));
  return calls;
}

function digits(index: number): string {
  return String(index).padStart(4, '0');
}

it('calls one of 1,000 handlers for a change when each has another condition', () => {
  expect(handlersCalled((index) => labelCondition(`number=${digits(index)}`))).toBe(1);
  expect(handlersCalled((index) => oneOfCondition([`color-${digits(index)}`], color))).toBe(1);
  expect(handlersCalled((index) => searchCondition(`widget-${digits(index)}`, nameTexts))).toBe(1);
});
