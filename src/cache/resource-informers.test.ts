import { expect, it } from 'vitest';
import { IDLE_MS, OnDemand, startLazyCache, type LazyCache } from '../../test/support/lazy-cache.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { widget } from '../../dev/simulator/test-simulator.ts';
import { namespace } from '../../test/support/manifests.ts';
import type { Resource } from '../kubernetes/resource.ts';
import type { WidgetObject } from '../../test/support/widget.ts';
import { MAX_NAMESPACE_INFORMERS } from './resource-informers.ts';

const PerNamespace: Resource<WidgetObject> = { ...OnDemand, cache: { ...OnDemand.cache, perNamespace: true } };
const noop = { changed: () => {}, reset: () => {}, failed: () => {} };
const names = Array.from({ length: MAX_NAMESPACE_INFORMERS + 1 }, (_, index) => `ns-${index}`);
const [first = '', second = ''] = names;
const last = names.at(-1) ?? '';
const objects = names.flatMap((name) => [namespace(name), widgetIn(name, 'old')]);

function widgetIn(at: string, name: string) {
  return { ...widget(name), metadata: { name, namespace: at } };
}

async function read({ cache }: LazyCache, name?: string) {
  const cached = cache.cached(PerNamespace, name);
  await cached.ensureSynced();
  return cached.store;
}

/** Starts a cache in which all namespaces but the last have an informer. */
async function startFull(): Promise<LazyCache> {
  const cached = await startLazyCache({ resource: PerNamespace, objects });
  for (const name of names.slice(0, -1)) await read(cached, name);
  return cached;
}

it('reads one namespace per informer, and all with that of the cluster', async () => {
  await using cached = await startLazyCache({ resource: PerNamespace, objects });
  const one = await read(cached, first);
  const all = await read(cached);
  expect([one.namespace, one.size, all.namespace, all.size]).toEqual([first, 1, undefined, names.length]);
  expect(await read(cached, first)).toBe(one);
  expect(cached.cache.versions.map(({ storeKey }) => storeKey)).toEqual([
    'widgets.example.org',
    `widgets.example.org@${first}`,
  ]);
});

it('replaces the informer that was not used for the longest time when another namespace is read', async () => {
  await using cached = await startFull();
  cached.clock.pass(10_000);
  await read(cached, first);
  cached.clock.pass(10_000);
  expect([...(await read(cached, last)).list()]).toMatchObject([{ metadata: { namespace: last } }]);
  const left = cached.cache.versions.map(({ namespace: name }) => name);
  expect([left.length, left.includes(first), left.includes(second)]).toEqual([MAX_NAMESPACE_INFORMERS, true, false]);
});

it('reads with the informer of the cluster while all others are in use', async () => {
  await using cached = await startFull();
  expect((await read(cached, last)).namespace).toBeUndefined(); // read a moment ago
  const removeHandlers = names
    .slice(0, -1)
    .map((name) => cached.cache.cached(PerNamespace, name).store.addEventHandler(noop));
  cached.clock.pass(10_000);
  expect((await read(cached, last)).namespace).toBeUndefined();
  removeHandlers[1]?.();
  cached.clock.pass(10_000);
  expect((await read(cached, last)).namespace).toBe(last);
  expect((await read(cached, first)).namespace).toBe(first);
});

it('stops each informer when its namespace is idle', async () => {
  await using cached = await startLazyCache({ resource: PerNamespace, objects });
  await read(cached, first);
  const removeHandler = (await read(cached, second)).addEventHandler(noop);
  await waitFor(() => cached.hasOpenWatches(2), 'both are watched');
  cached.clock.pass(IDLE_MS);
  await waitFor(() => cached.hasOpenWatches(1), 'one is watched');
  expect(cached.status()).toMatchObject({
    updates: 'watched',
    synced: true,
    objects: 1,
    watch: { lists: { start: 2 } },
  });
  removeHandler();
  cached.clock.pass(IDLE_MS);
  await cached.stopped();
  expect(cached.status()).toMatchObject({ updates: 'on-demand', synced: false, objects: 0 });
});

it('applies the result of a write to the stores that have its namespace', async () => {
  await using cached = await startLazyCache({ resource: PerNamespace, objects });
  const [one, other] = [await read(cached, first), await read(cached, second)];
  using _ = cached.simulator.faults.stall();
  const { client, signal, cache } = cached;
  const { object } = await client.create(PerNamespace, widgetIn(first, 'new'), {
    namespace: first,
    signal,
  });
  cache.applyWriteResult(PerNamespace, object);
  expect([one.size, other.size]).toEqual([2, 1]);
});
