import type { FieldValues } from '../../kubernetes/object-field.ts';
import type { GpuLoads } from '../../viewer-client/gpu-loads.ts';
import { workspaceFields } from './fields.ts';
import type { RelatedFields } from './related-fields.ts';
import type { WorkspaceObject } from './resource.ts';

/** Facts about a workspace from which it follows whether it is idle. */
interface IdleFacts {
  readonly namespace: string;
  /** Time of the last activity in milliseconds. Undefined unless the workspace is RUNNING and the time is known. */
  readonly activeAt: number | undefined;
  /** Name of its pod. Undefined if it has none. */
  readonly podName: string | undefined;
}

/** Returns the facts about a workspace, from the fields that indexes keep. */
export function idleFactsOf(
  values: FieldValues<WorkspaceObject>,
  { podName }: Pick<RelatedFields, 'podName'>,
): IdleFacts {
  const activeAt =
    values.read(workspaceFields.state) === 'RUNNING' ? values.read(workspaceFields.lastActivityAt) : null;
  return {
    namespace: values.object.metadata.namespace ?? '',
    activeAt: activeAt ?? undefined,
    podName: activeAt === null ? undefined : (values.read(podName) ?? undefined),
  };
}

/**
 * Returns whether a workspace has had neither activity nor a load of its GPUs after a time in milliseconds. Depends on the clock and
 * on the source of the loads, so the result must not be kept.
 */
export function isIdleSince(
  { namespace, activeAt, podName }: IdleFacts,
  time: number,
  gpuLoads: GpuLoads | undefined,
): boolean {
  if (activeAt === undefined || activeAt > time) return false;
  return podName === undefined || gpuLoads?.isActiveSince(namespace, podName, time) !== true;
}
