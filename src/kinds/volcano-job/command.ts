import { failure } from '../../graphql/errors.ts';
import { keyOf, type KubernetesObject } from '../../kubernetes/object.ts';
import { apiVersionOf, defineResource } from '../../kubernetes/resource.ts';
import { phaseOf, VolcanoJob, type VolcanoJobObject } from './resource.ts';

/** Action of a Command. Volcano deletes a Command after reading it. */
export type JobAction = 'AbortJob' | 'ResumeJob';

export const VolcanoCommand = defineResource<KubernetesObject>({
  kind: 'Command',
  group: 'bus.volcano.sh',
  version: 'v1alpha1',
  plural: 'commands',
  namespaced: true,
  cache: {
    watched: 'never',
  },
});

/** Returns the manifest of a Command, like `vcctl job suspend` and `vcctl job resume`. */
export function commandTo(action: JobAction, { metadata }: VolcanoJobObject): object {
  const { namespace, name, uid } = metadata;
  const target = {
    apiVersion: apiVersionOf(VolcanoJob),
    kind: VolcanoJob.kind,
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
  return {
    apiVersion: apiVersionOf(VolcanoCommand),
    kind: VolcanoCommand.kind,
    metadata: { generateName: `${name}-${action.toLowerCase()}-`, namespace, ownerReferences: [target] },
    action,
    target,
  };
}

/** Phases in which Volcano deletes the command without an effect. Commands in unknown phases are sent. */
const IGNORED_IN_PHASES: Readonly<Record<JobAction, ReadonlySet<string>>> = {
  AbortJob: new Set([
    'Aborting',
    'Aborted',
    'Restarting',
    'Completing',
    'Completed',
    'Terminating',
    'Terminated',
    'Failed',
  ]),
  ResumeJob: new Set([
    'Pending',
    'Running',
    'Restarting',
    'Completing',
    'Completed',
    'Terminating',
    'Terminated',
    'Failed',
  ]),
};

/** @throws {GraphQLError} CONFLICT with the phase, if Volcano would ignore the command in this phase, or because of a deletion */
export function assertEffective(action: JobAction, job: VolcanoJobObject): void {
  const { namespace, name, deletionTimestamp } = job.metadata;
  const phase = phaseOf(job) ?? '';
  if (deletionTimestamp === undefined && !IGNORED_IN_PHASES[action].has(phase)) return;
  const reason = deletionTimestamp === undefined ? `its phase is ${phase}` : 'it is being deleted';
  const what = action === 'AbortJob' ? 'suspended' : 'resumed';
  const message = `Volcano job ${keyOf(job.metadata)} cannot be ${what}: ${reason}.`;
  throw failure('CONFLICT', message, { kind: VolcanoJob.kind, namespace, name, phase });
}
