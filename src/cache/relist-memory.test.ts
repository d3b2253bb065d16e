import { expect, it } from 'vitest';
import { widget } from '../../dev/simulator/test-simulator.ts';
import { TrackedObjects } from '../../test/support/heap.ts';
import { startReflection, watching } from '../../test/support/reflection.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { Widget, type WidgetObject } from '../../test/support/widget.ts';
import type { Resource } from '../kubernetes/resource.ts';

const OBJECTS = 1_001;
/** Objects of a page, or of the chunks of a stream that arrive in one turn: all of them count as reachable. */
const AT_ONCE = 500;
/** Objects that are being decoded or compared. */
const IN_HAND = 5;

/** Part of every decoded object. The decoder keeps instances of classes as they are. */
class Marker {
  readonly isDecoded = true;
}

it.each([
  ['streams', false],
  ['pages', true],
])('keeps unchanged objects once while it lists again in %s', async (_, rejectsStreams) => {
  const markers = new TrackedObjects();
  let decoded = 0;
  let liveAtLast = 0;
  const resource: Resource<WidgetObject> = {
    ...Widget,
    cache: {
      ...Widget.cache,
      trim(object) {
        decoded += 1;
        if (decoded === 2 * OBJECTS) liveAtLast = markers.countReachable();
        return { ...object, marker: markers.track(new Marker()) };
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
  reflection.simulator.faults.expireWatches();
  await waitFor(() => reflection.listed.length === 2, 'it has listed again');
  expect(liveAtLast).toBeGreaterThanOrEqual(OBJECTS);
  expect(liveAtLast).toBeLessThanOrEqual(OBJECTS + AT_ONCE + IN_HAND);
  expect([reflection.listed, reflection.store.size]).toEqual([['start', 'expired'], OBJECTS]);
});
