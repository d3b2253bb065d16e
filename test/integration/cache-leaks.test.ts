import { expect, it } from 'vitest';
import type { AggregatedResource } from '../../dev/simulator/aggregated-resource.ts';
import { widget } from '../../dev/simulator/test-simulator.ts';
import { heapBytes } from '../support/heap.ts';
import { IDLE_MS, OnDemand, startLazyCache, type LazyCache } from '../support/lazy-cache.ts';

const CYCLES = 1_000;
const WARM_UP = 100;
const OBJECTS = 30;
/** Per cycle: the simulator records requests, and each request holds a timer for 30 s. One retained store is larger. */
const TOLERATED_BYTES = 8_000;
const NOISE_BYTES = 2_000_000;
const PATIENCE_MS = 300_000;

const unwatched: AggregatedResource = {
  apiVersion: 'management.example.org/v1',
  kind: 'Gizmo',
  verbs: ['list'],
};
const Gizmo = { ...OnDemand, kind: 'Gizmo', group: 'management.example.org', plural: 'gizmos' };
const names = Array.from({ length: OBJECTS }, (_, index) => `w-${index}`);
const widgets = names.map((name) => widget(name));
const gizmos = widgets.map((manifest) => ({ ...manifest, apiVersion: unwatched.apiVersion, kind: unwatched.kind }));

it.each([
  ['watched', { resource: OnDemand, objects: widgets }],
  ['polled', { resource: Gizmo, objects: gizmos, aggregated: [unwatched] }],
])(
  'LazyInformer retains no memory after a thousand starts and stops: %s',
  async (_, options) => {
    await using cached = await startLazyCache(options);
    for (let times = 0; times < WARM_UP; times += 1) await startAndStop(cached);
    const before = heapBytes();
    for (let times = 0; times < CYCLES; times += 1) await startAndStop(cached);
    expect(heapBytes() - before).toBeLessThan(NOISE_BYTES + CYCLES * TOLERATED_BYTES);
    expect(cached.status().watch.lists).toEqual({ start: WARM_UP + CYCLES });
  },
  PATIENCE_MS,
);

async function startAndStop(cached: LazyCache): Promise<void> {
  const { cache, clock, resource, store } = cached;
  const gone = new AbortController();
  await cache.ensureSynced(resource, gone);
  expect(store.size).toBe(OBJECTS);
  store.addEventHandler({ changed: () => {}, reset: () => {}, failed: () => {} })();
  await cache.cached(resource).changesSince('1');
  clock.pass(IDLE_MS);
  await cached.stopped();
  expect(store.size).toBe(0);
}
