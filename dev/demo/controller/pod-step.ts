import { faultOf, GRACE_SECONDS, TEMPLATE_HASH } from '../annotations.ts';
import type { Pod } from '../kubernetes-resources.ts';
import type { Workspace } from '../workspace.ts';
import type { Delays } from './controller-context.ts';
import { outcomeOf, type PodOutcome } from './pod-outcome.ts';

/** Next action on the pod of a workspace, due after `afterMs`. */
export type PodStep =
  | { readonly do: 'create' | 'delete' | 'end'; readonly afterMs: number }
  | { readonly do: 'start'; readonly outcome: PodOutcome; readonly afterMs: number };

interface PodSituation {
  readonly workspace: Workspace;
  readonly pod: Pod | undefined;
  /** Hash of the desired pod template. Undefined if there is none. */
  readonly templateHash: string | undefined;
}

/** Decides the next action on the pod. Undefined while the pod is in its desired state. */
export function podStep({ workspace, pod, templateHash }: PodSituation, delays: Delays): PodStep | undefined {
  const paused = workspace.spec.paused ?? false;
  if (!pod) return paused ? undefined : { do: 'create', afterMs: delays.createPodMs };
  if (pod.metadata.deletionTimestamp) return { do: 'end', afterMs: graceMsOf(workspace) ?? delays.endPodMs };
  const isOutdated = pod.metadata.annotations?.[TEMPLATE_HASH] !== templateHash;
  if (paused || isOutdated) return { do: 'delete', afterMs: delays.deletePodMs };
  const outcome = faultOf(workspace) ?? 'Ready';
  if (outcomeOf(pod) === outcome) return undefined;
  return {
    do: 'start',
    outcome,
    afterMs: delays.startPodMs + fractionOf(workspace.metadata.name) * delays.startPodSpreadMs,
  };
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
