import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { widget } from '../../dev/simulator/test-simulator.ts';
import { TrackedObjects } from '../../test/support/heap.ts';
import { startLazyCache } from '../../test/support/lazy-cache.ts';
import { Widget, type WidgetObject } from '../../test/support/widget.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { ChangeLog } from './change-log.ts';

function changedWidget(version: number): WidgetObject {
  const metadata = { name: `w-${version}`, namespace: 'default', uid: `${version}`, resourceVersion: `${version}` };
  return {
    apiVersion: 'example.org/v1',
    kind: 'Widget',
    metadata: { ...metadata, creationTimestamp: '' },
    spec: { color: 'red' },
  };
}

it('keeps the changes since recent versions when clients resume from very many versions', () => {
  const log = new ChangeLog<WidgetObject>(1_000);
  log.startAt('1');
  for (let version = 2; version <= 1_001; version += 1)
    log.record({ type: 'added', object: changedWidget(version), version: `${version}` });
  const first = log.changesSince('1');
  expect(log.changesSince('1')).toBe(first);
  for (let version = 2; version <= 400; version += 1) log.changesSince(`${version}`);
  expect(log.changesSince('400')).toBe(log.changesSince('400'));
  expect(log.changesSince('1')).not.toBe(first);
  expect(log.changesSince('1')).toEqual(first);
});

const OBJECTS = 200;

/** Part of every decoded object. The decoder keeps instances of classes as they are. */
class Marker {
  readonly isDecoded = true;
}

it('shares unchanged objects between historical snapshots when clients resume from several old versions', async () => {
  const decoded = new TrackedObjects();
  const resource: Resource<WidgetObject> = {
    ...Widget,
    cache: {
      ...Widget.cache,
      watched: 'on-demand',
      trim: (object) => ({ ...object, marker: decoded.track(new Marker()) }),
    },
  };
  const objects = Array.from({ length: OBJECTS }, (_, index) => widget(`w-${index}`));
  await using lazy = await startLazyCache({ objects, resource });
  await lazy.ensureSynced();
  const versions = [lazy.store.version];
  for (const name of ['a', 'b', 'c']) {
    lazy.simulator.apply(widget(name));
    versions.push(
      lazy.simulator
        .list('example.org/v1', 'Widget')
        .map(({ metadata }) => metadata.resourceVersion)
        .toSorted((a, b) => Number(b) - Number(a))[0] ?? '',
    );
  }
  const readers = await Promise.all(
    versions.slice(0, 2).map((version) => lazy.cache.cached(resource).changesSince(version)),
  );
  const more = await Promise.all(versions.slice(2).map((version) => lazy.cache.cached(resource).changesSince(version)));
  expect([...readers, ...more].filter(Boolean)).toHaveLength(4);
  await nextTurn(); // what this turn has decoded counts as reachable
  const reachable = decoded.countReachable();
  expect(reachable).toBeGreaterThanOrEqual(OBJECTS);
  expect(reachable).toBeLessThan(2 * OBJECTS);
});
