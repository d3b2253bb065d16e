import type { Simulator } from '../../simulator/simulator.ts';
import { secondsOf } from '../controller/pod-outcome.ts';
import type { Pod } from '../pod.ts';
import { objectAt, textAt } from '../../simulator/json.ts';
import { updateObject, listObjects } from './object-access.ts';

const PAUSE_MS = 40_000;

/** Gives containers that crash another chance now and then, in which they crash again. */
export function restartCrashed(simulator: Simulator, pods: readonly Pod[], now: Date): void {
  for (const pod of pods) {
    const main = pod.status?.containerStatuses?.find(({ name }) => name === 'main');
    const terminated = main?.lastState?.terminated;
    if (!main?.state.waiting || !terminated || now.getTime() - Date.parse(terminated.finishedAt) < PAUSE_MS) continue;
    const startedAt = secondsOf(new Date(now.getTime() - 2_000));
    const again = {
      ...main,
      restartCount: main.restartCount + 1,
      lastState: { terminated: { ...terminated, startedAt, finishedAt: secondsOf(now) } },
    };
    const containerStatuses = pod.status?.containerStatuses?.map((status) => (status === main ? again : status));
    updateObject(simulator, { ...pod }, { status: { ...pod.status, containerStatuses } });
    countBackOff(simulator, pod, now);
  }
}

/** The same thing again is the same event, counted. */
function countBackOff(simulator: Simulator, { metadata: { uid } }: Pod, now: Date): void {
  const event = listObjects(simulator, 'v1', 'Event').find(
    (candidate) => textAt(candidate, 'reason') === 'BackOff' && objectAt(candidate, 'involvedObject')['uid'] === uid,
  );
  if (!event) return;
  updateObject(simulator, event, { count: Number(event['count'] ?? 1) + 1, lastTimestamp: secondsOf(now) });
}
