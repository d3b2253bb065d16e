import { queryObjects } from 'node:v8';
import { expect, it } from 'vitest';
import { widget } from '../../dev/simulator/test-simulator.ts';
import { startReflection, watching } from '../../test/support/reflection.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { Widget, type WidgetObject } from '../../test/support/widget.ts';
import type { Resource } from '../kubernetes/resource.ts';

const OBJECTS = 1_001;
/** Objects that are being decoded or compared. */
const IN_HAND = 5;
const PAGE_SIZE = 500;

/** Part of every decoded object, so that the heap can be asked how many there are. */
class Marker {
  readonly isDecoded = true;
}

it.each([
  ['streams', OBJECTS + IN_HAND, false],
  ['pages', OBJECTS + PAGE_SIZE + IN_HAND, true],
])('keeps unchanged objects once while it lists again in %s', async (_, bound, rejectsStreams) => {
  let decoded = 0;
  let liveAtLast = 0;
  const resource: Resource<WidgetObject> = {
    ...Widget,
    cache: {
      ...Widget.cache,
      trim(object) {
        decoded += 1;
        if (decoded === 2 * OBJECTS) liveAtLast = queryObjects(Marker, { format: 'count' });
        return { ...object, marker: new Marker() };
      },
    },
  };
  const objects = Array.from({ length: OBJECTS }, (__, index) => widget(`w-${index}`));
  await using reflection = await startReflection({
    objects,
    resource,
    before: ({ faults }) => faults.rejectStreamingLists(rejectsStreams),
  });
  await watching(reflection);
  expect(queryObjects(Marker, { format: 'count' })).toBeGreaterThanOrEqual(OBJECTS);
  reflection.simulator.faults.expireWatches();
  await waitFor(() => reflection.listed.length === 2, 'it has listed again');
  expect(liveAtLast).toBeGreaterThanOrEqual(OBJECTS);
  expect(liveAtLast).toBeLessThanOrEqual(bound);
  expect([reflection.listed, reflection.store.size]).toEqual([['start', 'expired'], OBJECTS]);
});
