import { podEvents } from '../controller/pod-events.ts';
import { faultOf } from '../fault.ts';
import type { Pod } from '../pod.ts';
import type { Workspace } from '../workspace.ts';
import type { Manifest } from '../../simulator/api-object.ts';

const START_MS = 4_000;

/** What has been recorded of a pod since it was created. */
export function pastEvents(workspace: Workspace, pod: Pod, now: number): Manifest[] {
  const createdAt = Date.parse(pod.metadata.creationTimestamp);
  const startedAt = Math.min(createdAt + START_MS, now);
  return [
    ...podEvents(pod, 'Created', { at: createdAt, now }),
    ...podEvents(pod, faultOf(workspace) ?? 'Ready', { at: startedAt, now }),
    ...(pod.metadata.deletionTimestamp ? podEvents(pod, 'Ending', { at: now, now }) : []),
  ].map((event) => ({ ...event, metadata: { ...event.metadata, creationTimestamp: event.firstTimestamp } }));
}
