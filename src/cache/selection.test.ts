import { expect, it } from 'vitest';
import { OnDemand, startDemandedCache, type DemandedCache } from '../../test/support/lazy-cache.ts';
import { until } from '../../test/support/until.ts';
import type { WidgetObject } from '../../test/support/widget.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { widget } from '../../dev/simulator/fixture.ts';
import type { Simulator } from '../../dev/simulator/simulator.ts';

const Ours: Resource<WidgetObject> = {
  ...OnDemand,
  cache: { ...OnDemand.cache, labelSelector: 'team=ours' },
};
const Trimmed: Resource<WidgetObject> = {
  ...OnDemand,
  cache: { ...OnDemand.cache, trim: ({ spec: { color }, ...object }) => ({ ...object, spec: { color } }) },
};
const ours = (name: string, spec = {}) => widget(name, spec, { labels: { team: 'ours' } });
const objects = [ours('a'), ours('b'), widget('c', {}, { labels: { team: 'theirs' } })];

const ways = [
  ['a streaming list', () => {}],
  ['a list and a watch', ({ faults }: Simulator) => faults.rejectStreamingLists(true)],
] as const;

it.each(ways)('keeps only the objects that are of interest, by %s', async (_, before) => {
  await using demanded = await startDemandedCache({ resource: Ours, objects, before });
  await demanded.ensureSynced();
  await demanded.watching();
  expect(demanded.names()).toEqual(['a', 'b']);
  demanded.simulator.apply(widget('a', {}, { labels: { team: 'theirs' } }));
  demanded.simulator.apply(widget('c', {}, { labels: { team: 'ours' } }));
  demanded.simulator.apply(widget('d'));
  demanded.simulator.apply(ours('e'));
  await until(() => demanded.names().join() === 'b,c,e', 'what stopped being of interest is gone');
});

it('keeps of a write only what is of interest', async () => {
  await using demanded = await startDemandedCache({ resource: Ours, objects });
  await demanded.ensureSynced();
  using _ = demanded.simulator.faults.stall();
  for (const manifest of [ours('d'), widget('e')]) await create(demanded, manifest);
  expect(demanded.names()).toEqual(['a', 'b', 'd']);
});

it.each(ways)('keeps of each object what its resource keeps, frozen, by %s', async (_, before) => {
  await using demanded = await startDemandedCache({ resource: Trimmed, objects: [widget('a', { note: 'x' })], before });
  await demanded.ensureSynced();
  demanded.simulator.apply(widget('b', { note: 'x' }));
  await until(() => demanded.names().join() === 'a,b', 'it follows');
  using _stalled = demanded.simulator.faults.stall();
  await create(demanded, widget('c', { note: 'x' }));
  expect([...demanded.store.list()].map(({ spec }) => spec)).toEqual([
    { color: 'red' },
    { color: 'red' },
    { color: 'red' },
  ]);
  expect([...demanded.store.list()].every(({ spec }) => Object.isFrozen(spec))).toBe(true);
});

it('has a deletion wait until the watch has told it, but not for ever', async () => {
  await using demanded = await startDemandedCache({ objects });
  await demanded.ensureSynced();
  const speak = demanded.simulator.faults.stall();
  const isGone = [remove(demanded, 'a'), remove(demanded, 'b')];
  speak();
  await Promise.all(isGone);
  expect(demanded.names()).toEqual(['c']);
  using _ = demanded.simulator.faults.stall();
  const tooLate = remove(demanded, 'c');
  demanded.clock.pass(2_000);
  await tooLate;
  expect(demanded.names()).toEqual(['c']);
});

it('does not lose what is created anew under the name of what was deleted', async () => {
  await using demanded = await startDemandedCache({ objects });
  await demanded.ensureSynced();
  const speak = demanded.simulator.faults.stall();
  const isGone = remove(demanded, 'a');
  const anew = await create(demanded, widget('a', { color: 'blue' }));
  speak();
  await isGone;
  await until(() => demanded.store.withUid(anew.metadata.uid) !== undefined, 'it is there');
  expect(demanded.names()).toEqual(['a', 'b', 'c']);
});

/** Writes as a gateway does, and lets its readers have the answer. */
async function create({ client, cache, resource, signal }: DemandedCache, manifest: object): Promise<WidgetObject> {
  const { object } = await client.create(resource, manifest, { namespace: 'default', signal });
  cache.applyWriteResult(resource, object);
  return object;
}

/** Deletes at once; resolves when its author reads it. */
function remove({ simulator, store, cache, resource }: DemandedCache, name: string): Promise<void> {
  const uid = store.get({ namespace: 'default', name })?.metadata.uid ?? '';
  simulator.delete('example.org/v1', 'Widget', name, 'default');
  return cache.waitForDeletion(resource, uid);
}
