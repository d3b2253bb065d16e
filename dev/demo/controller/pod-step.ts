import { faultOf } from '../fault.ts';
import { GRACE_SECONDS, TEMPLATE_HASH } from '../annotations.ts';
import type { Pod } from '../pod.ts';
import type { Workspace } from '../workspace.ts';
import { outcomeOf, type PodOutcome } from './pod-outcome.ts';

/** How long things take. The spreads are added by lot of the workspace's name, so that not all do the same at once. */
export interface Delays {
  readonly createPodMs: number;
  readonly startPodMs: number;
  readonly startPodSpreadMs: number;
  readonly deletePodMs: number;
  /** How long a pod takes to end, unless its workspace says otherwise. */
  readonly endPodMs: number;
  readonly probeIntervalMs: number;
  /** How long after its workspaces a kind's counters move. */
  readonly countMs: number;
  /** How long to wait before trying again what has failed. */
  readonly retryMs: number;
}

/** A start takes 3 to 6 seconds, a pause 2 to 3. */
export const demoDelays: Delays = {
  createPodMs: 700,
  startPodMs: 2_500,
  startPodSpreadMs: 2_500,
  deletePodMs: 400,
  endPodMs: 2_000,
  probeIntervalMs: 5_000,
  countMs: 300,
  retryMs: 1_000,
};

/** What the pod of a workspace needs next, once `afterMs` have passed. */
export type PodStep =
  | { readonly do: 'create' | 'delete' | 'end'; readonly afterMs: number }
  | { readonly do: 'start'; readonly outcome: PodOutcome; readonly afterMs: number };

interface PodSituation {
  readonly workspace: Workspace;
  readonly pod: Pod | undefined;
  /** The hash of the pod that the workspace should have. */
  readonly templateHash: string | undefined;
}

/** Decides the pod's next step; undefined while it is as it should be. */
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
    afterMs: delays.startPodMs + spread(workspace.metadata.name) * delays.startPodSpreadMs,
  };
}

function graceMsOf({ metadata }: Workspace): number | undefined {
  const seconds = Number(metadata.annotations?.[GRACE_SECONDS] ?? '');
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined;
}

/** From 0 to 1, always the same for the same text. */
function spread(text: string): number {
  let sum = 7;
  for (const character of text) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 997;
  return sum / 996;
}
