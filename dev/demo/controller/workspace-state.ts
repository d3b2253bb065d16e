import type { Pod, PodCondition } from '../kubernetes-resources.ts';
import type { WorkspaceState } from '../workspace.ts';

/** Inputs of the state of a workspace whose kind and options are known. */
export interface StateInputs {
  readonly paused: boolean;
  readonly pod: Pod | undefined;
  /** Latest Warning event of the StatefulSet. */
  readonly statefulSetWarning?: string | undefined;
  /** Latest Warning event of the pod. */
  readonly podWarning?: string | undefined;
}

export interface StateReport {
  readonly state: WorkspaceState;
  readonly stateMessage: string;
}

const unschedulable = new Map([
  ['Unschedulable', 'Workspace Pod is unschedulable'],
  ['SchedulingGated', 'Workspace Pod is waiting for scheduling gate'],
  ['SchedulerError', 'Workspace Pod has scheduler error'],
]);
const backingOff: ReadonlySet<string> = new Set(['CrashLoopBackOff', 'ImagePullBackOff']);

/** Determines the state of a workspace. The first matching condition decides. `paused` matters only without a pod. */
export function stateOf({ paused, pod, statefulSetWarning, podWarning }: StateInputs): StateReport {
  if (!pod) return withoutPod(paused, statefulSetWarning);
  if (pod.metadata.deletionTimestamp) return report('Terminating', 'Workspace is terminating');
  return (
    notScheduled(pod) ?? running(pod) ?? notStarting(pod) ?? warned('Pod', podWarning) ?? pending(pod) ?? unknown()
  );
}

function withoutPod(paused: boolean, warning: string | undefined): StateReport {
  if (paused) return report('Paused', 'Workspace is paused');
  return warned('StatefulSet', warning) ?? unknown();
}

function notScheduled(pod: Pod): StateReport | undefined {
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (!scheduled || scheduled.status === 'True') return undefined;
  const problem = unschedulable.get(scheduled.reason ?? '');
  return problem === undefined ? undefined : report('Error', `${problem}: ${scheduled.message ?? ''}`);
}

function running(pod: Pod): StateReport | undefined {
  const isRunning = pod.status?.phase === 'Running' && conditionOf(pod, 'Ready')?.status === 'True';
  return isRunning ? report('Running', 'Workspace is running') : undefined;
}

function notStarting(pod: Pod): StateReport | undefined {
  const main = pod.status?.containerStatuses?.find(({ name }) => name === 'main');
  const reason = main?.state.waiting?.reason ?? '';
  return backingOff.has(reason) ? report('Error', `Workspace Container is not running (${reason})`) : undefined;
}

function warned(object: 'Pod' | 'StatefulSet', warning: string | undefined): StateReport | undefined {
  return warning === undefined ? undefined : report('Error', `Workspace ${object} has warning event: ${warning}`);
}

function pending(pod: Pod): StateReport | undefined {
  return (pod.status?.phase ?? 'Pending') === 'Pending' ? report('Pending', 'Workspace is pending') : undefined;
}

function unknown(): StateReport {
  return report('Unknown', 'Workspace is in an unknown state');
}

function conditionOf(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

function report(state: WorkspaceState, stateMessage: string): StateReport {
  return { state, stateMessage };
}
