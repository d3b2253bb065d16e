import { expect, it } from 'vitest';
import { OnDemand, startLazyCache, type LazyCache } from '../../test/support/lazy-cache.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import type { WidgetObject } from '../../test/support/widget.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { widget } from '../../dev/simulator/test-simulator.ts';
import type { Simulator } from '../../dev/simulator/simulator.ts';

const Selected: Resource<WidgetObject> = {
  ...OnDemand,
  cache: { ...OnDemand.cache, labelSelector: 'team=ours' },
};
const Trimmed: Resource<WidgetObject> = {
  ...OnDemand,
  cache: { ...OnDemand.cache, trim: ({ spec: { color }, ...object }) => ({ ...object, spec: { color } }) },
};
const ours = (name: string, spec = {}) => widget(name, spec, { labels: { team: 'ours' } });
const objects = [ours('a'), ours('b'), widget('c', {}, { labels: { team: 'theirs' } })];

const requests = [
  ['a streaming list', () => {}],
  ['a list and a watch', ({ faults }: Simulator) => faults.rejectStreamingLists(true)],
] as const;

it.each(requests)('stores only selected objects, read by %s', async (_, before) => {
  await using cached = await startLazyCache({ resource: Selected, objects, before });
  await cached.ensureSynced();
  await cached.watching();
  expect(cached.names()).toEqual(['a', 'b']);
  cached.simulator.apply(widget('a', {}, { labels: { team: 'theirs' } }));
  cached.simulator.apply(widget('c', {}, { labels: { team: 'ours' } }));
  cached.simulator.apply(widget('d'));
  cached.simulator.apply(ours('e'));
  await waitFor(() => cached.names().join() === 'b,c,e', 'objects that left the selection are gone');
});

it('stores the result of a write only when it is selected', async () => {
  await using cached = await startLazyCache({ resource: Selected, objects });
  await cached.ensureSynced();
  using _ = cached.simulator.faults.stall();
  for (const manifest of [ours('d'), widget('e')]) await create(cached, manifest);
  expect(cached.names()).toEqual(['a', 'b', 'd']);
});

it.each(requests)('stores objects trimmed and frozen, read by %s', async (_, before) => {
  await using cached = await startLazyCache({ resource: Trimmed, objects: [widget('a', { note: 'x' })], before });
  await cached.ensureSynced();
  cached.simulator.apply(widget('b', { note: 'x' }));
  await waitFor(() => cached.names().join() === 'a,b', 'the change has arrived');
  using _stalled = cached.simulator.faults.stall();
  await create(cached, widget('c', { note: 'x' }));
  expect([...cached.store.list()].map(({ spec }) => spec)).toEqual([
    { color: 'red' },
    { color: 'red' },
    { color: 'red' },
  ]);
  expect([...cached.store.list()].every(({ spec }) => Object.isFrozen(spec))).toBe(true);
});

it('waits for the event of a deletion, for at most 2 s', async () => {
  await using cached = await startLazyCache({ objects });
  await cached.ensureSynced();
  const resume = cached.simulator.faults.stall();
  const deleted = [remove(cached, 'a'), remove(cached, 'b')];
  resume();
  await Promise.all(deleted);
  expect(cached.names()).toEqual(['c']);
  using _ = cached.simulator.faults.stall();
  const timedOut = remove(cached, 'c');
  cached.clock.pass(2_000);
  await timedOut;
  expect(cached.names()).toEqual(['c']);
});

it('stores an object that is created again under the name of a deleted one', async () => {
  await using cached = await startLazyCache({ objects });
  await cached.ensureSynced();
  const resume = cached.simulator.faults.stall();
  const deleted = remove(cached, 'a');
  const created = await create(cached, widget('a', { color: 'blue' }));
  resume();
  await deleted;
  await waitFor(() => cached.store.withUid(created.metadata.uid) !== undefined, 'it has arrived');
  expect(cached.names()).toEqual(['a', 'b', 'c']);
});

/** Creates an object and applies the result, as the gateway does. */
async function create({ client, cache, resource, signal }: LazyCache, manifest: object): Promise<WidgetObject> {
  const { object } = await client.create(resource, manifest, { namespace: 'default', signal });
  cache.applyWriteResult(resource, object);
  return object;
}

/** Deletes an object and waits for that, as the gateway does. */
function remove({ simulator, store, cache, resource }: LazyCache, name: string): Promise<void> {
  const uid = store.get({ namespace: 'default', name })?.metadata.uid ?? '';
  simulator.delete('example.org/v1', 'Widget', name, 'default');
  return cache.waitForDeletion(resource, uid);
}
