import { failure } from '../../graphql/errors.ts';
import { keyOf, type KubernetesObject } from '../../kubernetes/object.ts';
import { apiVersionOf, defineResource } from '../../kubernetes/resource.ts';
import { phaseOf, VolcanoJob, type VolcanoJobObject } from './resource.ts';

/** What a job is told to do. Volcano takes a command away as soon as it has read it. */
export type Action = 'AbortJob' | 'ResumeJob';

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

/** A command as `vcctl job suspend` and `vcctl job resume` give it. */
export function commandTo(action: Action, { metadata }: VolcanoJobObject): object {
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

/** In which phases Volcano would take the command away without a word. Phases that we do not know are left to it. */
const IGNORED_IN_PHASES: Readonly<Record<Action, ReadonlySet<string>>> = {
  AbortJob: new Set(['Aborting', 'Aborted', 'Completing', 'Completed', 'Terminating', 'Terminated', 'Failed']),
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

/** @throws {GraphQLError} CONFLICT naming the phase, where the command would come to nothing */
export function assertEffective(action: Action, job: VolcanoJobObject): void {
  const phase = phaseOf(job) ?? '';
  if (!IGNORED_IN_PHASES[action].has(phase)) return;
  const { namespace, name } = job.metadata;
  const what = action === 'AbortJob' ? 'suspended' : 'resumed';
  const message = `Volcano job ${keyOf(job.metadata)} cannot be ${what}: its phase is ${phase}.`;
  throw failure('CONFLICT', message, { kind: VolcanoJob.kind, namespace, name, phase });
}
