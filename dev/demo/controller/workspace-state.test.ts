import { expect, it } from 'vitest';
import type { ContainerStatus, Pod, PodStatus } from '../kubernetes-resources.ts';
import { stateOf, type StateInputs } from './workspace-state.ts';

const podScheduled = (reason: string) => ({ type: 'PodScheduled', status: 'False', reason, message: 'why' }) as const;
const ready = { type: 'Ready', status: 'True' } as const;
const creating = waiting('ContainerCreating');

const rows: readonly [string, Partial<StateInputs>, string, string][] = [
  ['1: no pod, paused', { paused: true, statefulSetWarning: 'w' }, 'Paused', 'Workspace is paused'],
  [
    '2: no pod, but a warning',
    { statefulSetWarning: 'no quota' },
    'Error',
    'Workspace StatefulSet has warning event: no quota',
  ],
  ['3: no pod', {}, 'Unknown', 'Workspace is in an unknown state'],
  [
    '4: a pod that is being deleted',
    { pod: pod({}, '2026-01-01T00:00:00Z'), podWarning: 'w' },
    'Terminating',
    'Workspace is terminating',
  ],
  [
    '4: a pod that is being deleted, paused',
    { paused: true, pod: pod({}, '2026-01-01T00:00:00Z') },
    'Terminating',
    'Workspace is terminating',
  ],
  [
    '5: unschedulable',
    { pod: pod({ conditions: [podScheduled('Unschedulable')] }) },
    'Error',
    'Workspace Pod is unschedulable: why',
  ],
  [
    '6: gated',
    { pod: pod({ conditions: [podScheduled('SchedulingGated')] }) },
    'Error',
    'Workspace Pod is waiting for scheduling gate: why',
  ],
  [
    '7: scheduler error',
    { pod: pod({ conditions: [podScheduled('SchedulerError')] }) },
    'Error',
    'Workspace Pod has scheduler error: why',
  ],
  [
    '8: running and ready, with a warning',
    { podWarning: 'w', pod: pod({ phase: 'Running', conditions: [ready] }) },
    'Running',
    'Workspace is running',
  ],
  [
    '8: running, pause requested',
    { paused: true, pod: pod({ phase: 'Running', conditions: [ready] }) },
    'Running',
    'Workspace is running',
  ],
  [
    '9: crash loop',
    { pod: pod({ phase: 'Running', containerStatuses: [waiting('CrashLoopBackOff')] }) },
    'Error',
    'Workspace Container is not running (CrashLoopBackOff)',
  ],
  [
    '9: image pull',
    { podWarning: 'w', pod: pod({ containerStatuses: [waiting('ImagePullBackOff')] }) },
    'Error',
    'Workspace Container is not running (ImagePullBackOff)',
  ],
  [
    '9: image pull of another container than main',
    { pod: pod({ containerStatuses: [{ ...waiting('ImagePullBackOff'), name: 'sidecar' }] }) },
    'Pending',
    'Workspace is pending',
  ],
  [
    '10: a warning about the pod',
    { podWarning: 'no such volume', pod: pod({ containerStatuses: [creating] }) },
    'Error',
    'Workspace Pod has warning event: no such volume',
  ],
  ['11: pending', { pod: pod({ phase: 'Pending', containerStatuses: [creating] }) }, 'Pending', 'Workspace is pending'],
  ['11: without a phase yet', { pod: pod({}) }, 'Pending', 'Workspace is pending'],
  ['12: running, not ready', { pod: pod({ phase: 'Running' }) }, 'Unknown', 'Workspace is in an unknown state'],
  ['12: succeeded', { pod: pod({ phase: 'Succeeded' }) }, 'Unknown', 'Workspace is in an unknown state'],
];

it.each(rows)('determines the state in row %s', (_, observed, state, stateMessage) => {
  expect(stateOf({ paused: false, pod: undefined, ...observed })).toEqual({ state, stateMessage });
});

function pod(status: PodStatus, deletionTimestamp?: string): Pod {
  const metadata = {
    name: 'p',
    namespace: 'n',
    uid: 'u',
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, ...(deletionTimestamp ? { deletionTimestamp } : {}) },
    spec: { containers: [{ name: 'main', image: 'i' }] },
    status,
  };
}

function waiting(reason: string): ContainerStatus {
  return { name: 'main', ready: false, restartCount: 0, image: 'i', imageID: '', state: { waiting: { reason } } };
}
