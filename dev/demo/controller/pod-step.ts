import { faultOf, GRACE_SECONDS, TEMPLATE_HASH } from '../annotations.ts';
import type { Pod } from '../kubernetes-resources.ts';
import type { Workspace } from '../workspace.ts';
import type { Delays } from './controller-context.ts';
import type { MissingVolume } from './missing-volumes.ts';
import { outcomeOf, type PodStart } from './pod-outcome.ts';

/** Next action on the pod of a workspace, due after `afterMs`. */
export type PodStep =
  | { readonly do: 'create' | 'refuse' | 'delete' | 'end'; readonly afterMs: number }
  | { readonly do: 'start'; readonly start: PodStart; readonly afterMs: number };

interface PodSituation {
  readonly workspace: Workspace;
  readonly pod: Pod | undefined;
  /** Hash of the desired pod template. */
  readonly templateHash: string;
  /** Result that a start of the pod has. */
  readonly start: PodStart;
  /** Whether an event reports that the pod may not be created. */
  readonly isRefused: boolean;
}

/** Decides the next action on the pod. Undefined while the pod is in its desired state. */
export function podStep(situation: PodSituation, delays: Delays): PodStep | undefined {
  const { workspace, pod, start } = situation;
  if (!pod) return stepWithoutPod(situation, delays);
  if (pod.metadata.deletionTimestamp) return { do: 'end', afterMs: graceMsOf(workspace) ?? delays.endPodMs };
  if (isObsolete(situation, pod)) return { do: 'delete', afterMs: delays.deletePodMs };
  if (outcomeOf(pod) === start.outcome) return undefined;
  const afterMs = delays.startPodMs + fractionOf(workspace.metadata.name) * delays.startPodSpreadMs;
  return { do: 'start', start, afterMs };
}

function stepWithoutPod({ workspace, start, isRefused }: PodSituation, { createPodMs }: Delays): PodStep | undefined {
  if (workspace.spec.paused) return undefined;
  if (start.outcome !== 'ExceededQuota') return { do: 'create', afterMs: createPodMs };
  return isRefused ? undefined : { do: 'refuse', afterMs: createPodMs };
}

/** Returns whether the pod has to be deleted. A pod gets its node when it is created, so it is replaced when it fits on one later. */
function isObsolete({ workspace, templateHash, start }: PodSituation, { metadata, spec }: Pod): boolean {
  const isOutdated = metadata.annotations?.[TEMPLATE_HASH] !== templateHash;
  const isBound = spec.nodeName !== undefined;
  const isMisplaced = isBound === (start.outcome === 'Unschedulable');
  return (workspace.spec.paused ?? false) || isOutdated || isMisplaced || start.outcome === 'ExceededQuota';
}

/** Outcomes of a pod whose containers have not been started: it waits for its volumes, too. */
const NOT_STARTED: ReadonlySet<unknown> = new Set([undefined, 'Unschedulable', 'FailedMount', 'ContainerCreating']);

/** Returns the result of starting the pod: a missing volume matters only until its containers have been started. */
export function podStartOf(workspace: Workspace, pod: Pod | undefined, missing: MissingVolume | undefined): PodStart {
  if (missing && (!pod || NOT_STARTED.has(outcomeOf(pod)))) {
    const isBound = pod?.spec.nodeName !== undefined;
    return { outcome: isBound ? 'FailedMount' : missing.outcome, message: missing.message };
  }
  return { outcome: faultOf(workspace) ?? 'Ready' };
}

function graceMsOf({ metadata }: Workspace): number | undefined {
  const seconds = Number(metadata.annotations?.[GRACE_SECONDS] ?? '');
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined;
}

/** Returns a number from 0 to 1 that depends on the text only. */
function fractionOf(text: string): number {
  let sum = 7;
  for (const character of text) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 997;
  return sum / 996;
}
