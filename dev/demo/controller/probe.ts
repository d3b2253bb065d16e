import { ACTIVITY } from '../annotations.ts';
import type { WorkspaceKind } from '../workspace-kind.ts';
import type { Workspace } from '../workspace.ts';
import type { ProbeResult } from './activity.ts';

/** What probing a workspace of the demo says: that it is used now, unless its annotation says `idle` or `unreachable`. */
export function probeResult({ metadata }: Workspace, kind: WorkspaceKind | undefined, now: number): ProbeResult {
  const type = kind?.spec.podTemplate.activityProbe?.podExec ? 'PodExec' : 'Jupyter';
  const times = { startTime: now, endTime: now };
  const mood = metadata.annotations?.[ACTIVITY];
  if (mood === 'unreachable') {
    const why = type === 'Jupyter' ? 'HTTP 404' : 'unexpected exit code 1';
    return { probe: { ...times, result: 'Failure', message: `${type} probe failed: ${why}` } };
  }
  const probe = { ...times, result: 'Success', message: `${type} probe succeeded` } as const;
  return mood === 'idle' ? { probe } : { probe, lastActivity: now };
}
