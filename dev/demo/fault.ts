import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import { FAULT } from './annotations.ts';

const faults = ['ImagePullBackOff', 'CrashLoopBackOff', 'Unschedulable', 'NeverReady', 'ContainerCreating'] as const;

/** A way in which a pod fails to become ready; `ContainerCreating` is a pod that stays pending. */
export type Fault = (typeof faults)[number];

/** The fault that a workspace's annotation asks for; undefined if none, or none that we know. */
export function faultOf({ metadata }: Pick<KubernetesObject, 'metadata'>): Fault | undefined {
  return faults.find((fault) => fault === metadata.annotations?.[FAULT]);
}
