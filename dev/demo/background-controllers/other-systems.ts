import { type JsonObject, listAt, memberAt, objectAt, stringAt } from '../../simulator/json.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { timestamp } from '../metadata.ts';
import { listObjects, type StoredObject, updateObject } from './object-access.ts';

const JOB = 'batch.volcano.sh/v1alpha1';
const COMMAND = 'bus.volcano.sh/v1alpha1';

/** The phase that follows a transient phase. */
const NEXT_PHASE: Readonly<Record<string, string>> = {
  Aborting: 'Aborted',
  Restarting: 'Pending',
  Pending: 'Running',
  Terminating: 'Terminated',
  Completing: 'Completed',
};

/** The phase that a command leads to, and the phases in which the command has an effect. */
const TRANSITIONS: Readonly<Record<string, { readonly to: string; readonly from: RegExp }>> = {
  AbortJob: { to: 'Aborting', from: /^(?:Pending|Running|Inqueue)$/u },
  ResumeJob: { to: 'Restarting', from: /^Aborted$/u },
  RestartJob: { to: 'Restarting', from: /^(?:Pending|Running)$/u },
  TerminateJob: { to: 'Terminating', from: /^(?:Pending|Running|Inqueue)$/u },
  CompleteJob: { to: 'Completing', from: /^Running$/u },
};

/** Acts as Volcano: advances the phases of jobs, and executes and deletes commands. */
export function advanceVolcano(simulator: Simulator, now: Date): void {
  for (const job of listObjects(simulator, JOB, 'Job')) {
    const next = NEXT_PHASE[phaseOf(job)] ?? (phaseOf(job) === '' ? 'Pending' : undefined);
    if (next !== undefined) transition(simulator, job, { phase: next, now });
  }
  for (const command of listObjects(simulator, COMMAND, 'Command')) execute(simulator, command, now);
}

function execute(simulator: Simulator, command: StoredObject, now: Date): void {
  const { name: target, uid } = objectAt(command, 'target');
  const { namespace, name } = command.metadata;
  const rule = TRANSITIONS[stringAt(command, 'action') ?? ''];
  const job = listObjects(simulator, JOB, 'Job').find(
    ({ metadata }) => metadata.namespace === namespace && metadata.name === target && metadata.uid === uid,
  );
  if (job && rule?.from.test(phaseOf(job)))
    transition(simulator, job, {
      phase: rule.to,
      now,
      reason: stringAt(command, 'reason'),
      message: stringAt(command, 'message'),
    });
  simulator.delete(COMMAND, 'Command', name, namespace);
}

interface Transition {
  readonly phase: string;
  readonly now: Date;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}

function transition(simulator: Simulator, job: StoredObject, { phase, now, reason, message }: Transition): void {
  const before = objectAt(job, 'status');
  const lastTransitionTime = timestamp(now);
  const state = { phase, lastTransitionTime, ...(reason && { reason }), ...(message && { message }) };
  const conditions = [...listAt(before, 'conditions'), { status: phase, lastTransitionTime }].slice(-20);
  const { minAvailable } = objectAt(job, 'spec');
  updateObject(simulator, job, { status: { ...before, ...countsIn(job, phase), minAvailable, conditions, state } });
}

/** Returns the pod counters of a job's status in the given phase. */
function countsIn(job: StoredObject, phase: string): JsonObject {
  const tasks = listAt(job['spec'], 'tasks');
  const podPhase =
    phase === 'Running' ? 'Running' : phase === 'Pending' ? 'Pending' : phase.endsWith('ed') ? '' : 'Terminating';
  const sizes = tasks.map((task) => [stringAt(task, 'name') ?? '', Number(memberAt(task, 'replicas') ?? 1)] as const);
  const all = podPhase === '' ? 0 : sizes.reduce((sum, [, replicas]) => sum + replicas, 0);
  const count = (of: string) => (podPhase === of ? all : 0);
  return {
    pending: count('Pending'),
    running: count('Running'),
    terminating: count('Terminating'),
    taskStatusCount: Object.fromEntries(
      sizes.map(([name, replicas]) => [name, { phase: podPhase === '' ? {} : { [podPhase]: replicas } }]),
    ),
  };
}

function phaseOf(job: StoredObject): string {
  return stringAt(objectAt(job['status'], 'state'), 'phase') ?? '';
}

/** Acts as DevPod: new workspaces become pending, then ready. */
export function advanceDevPods(simulator: Simulator): void {
  for (const instance of listObjects(simulator, 'management.loft.sh/v1', 'DevPodWorkspaceInstance')) {
    const phase = stringAt(instance['status'], 'phase');
    if (phase === undefined) updateObject(simulator, instance, { status: { phase: 'Pending', reason: 'Scheduling' } });
    if (phase !== 'Pending') continue;
    const template = objectAt(instance['spec'], 'template');
    updateObject(simulator, instance, {
      status: { phase: 'Ready', lastWorkspaceStatus: 'Running', instance: template },
    });
  }
}
