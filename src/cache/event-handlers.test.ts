import { expect, it } from 'vitest';
import { seededRandom } from '../../test/support/seeded-random.ts';
import { Widget, type WidgetObject } from '../../test/support/widget.ts';
import { widgetObject } from '../../test/support/widget-object.ts';
import type { HandledObjects } from './event-handlers.ts';
import type { Change } from './readonly-store.ts';
import { Store } from './store.ts';

const NAMESPACES = ['team-a', 'team-b', 'team-c'];
const NAMES = ['w-1', 'w-2'];

function anyHandled(chance: ReturnType<typeof seededRandom>): HandledObjects | undefined {
  const kind = chance.below(3);
  if (kind === 0) return undefined;
  if (kind === 1) return { name: { namespace: chance.pick(NAMESPACES), name: chance.pick(NAMES) } };
  return { namespaces: new Set(NAMESPACES.filter(() => chance.below(2) === 0)) };
}

function handles(objects: HandledObjects | undefined, { object: { metadata } }: Change<WidgetObject>): boolean {
  const { namespace = '', name } = metadata;
  if (!objects) return true;
  return 'name' in objects
    ? objects.name.namespace === namespace && objects.name.name === name
    : objects.namespaces.has(namespace);
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
