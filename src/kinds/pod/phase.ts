import { builder } from '../../graphql/builder.ts';
import { podStatusOf, type PodObject } from './resource.ts';

const descriptions = {
  PENDING: 'It is being scheduled, or its images are being pulled.',
  RUNNING: 'It is on a node, and a container of it runs or is being restarted.',
  SUCCEEDED: 'All its containers have ended well.',
  FAILED: 'All its containers have ended, one of them not well.',
  UNKNOWN: 'Its node does not answer, or says something that this gateway does not know.',
} as const;

export type PodPhase = keyof typeof descriptions;

export const PodPhaseEnum = builder.enumType('PodPhase', {
  description: 'Where a pod stands in its life.',
  values: {
    PENDING: { description: descriptions.PENDING },
    RUNNING: { description: descriptions.RUNNING },
    SUCCEEDED: { description: descriptions.SUCCEEDED },
    FAILED: { description: descriptions.FAILED },
    UNKNOWN: { description: descriptions.UNKNOWN },
  } as const satisfies Record<PodPhase, object>,
});

const phaseByName: ReadonlyMap<string | undefined, PodPhase> = new Map([
  ['Pending', 'PENDING'],
  ['Running', 'RUNNING'],
  ['Succeeded', 'SUCCEEDED'],
  ['Failed', 'FAILED'],
]);

export function phaseOf(pod: PodObject): PodPhase {
  return phaseByName.get(podStatusOf(pod).phase) ?? 'UNKNOWN';
}
