import { builder } from '../../graphql/builder.ts';
import { podStatusOf, type PodObject } from './resource.ts';

export const PodPhaseEnum = builder.enumType('PodPhase', {
  description: 'Phase of a pod.',
  values: {
    PENDING: { description: 'The pod is being scheduled, or its images are being pulled.' },
    RUNNING: { description: 'The pod is bound to a node, and at least one container runs or is being restarted.' },
    SUCCEEDED: { description: 'All containers have terminated successfully.' },
    FAILED: { description: 'All containers have terminated, at least one of them with a failure.' },
    UNKNOWN: { description: 'The node does not respond, or the phase is one that this gateway does not know.' },
  } as const,
});

type PodPhase = typeof PodPhaseEnum.$inferType;

const phaseByName: ReadonlyMap<string | undefined, PodPhase> = new Map([
  ['Pending', 'PENDING'],
  ['Running', 'RUNNING'],
  ['Succeeded', 'SUCCEEDED'],
  ['Failed', 'FAILED'],
]);

export function phaseOf(pod: PodObject): PodPhase {
  return phaseByName.get(podStatusOf(pod).phase) ?? 'UNKNOWN';
}
