import type { ClusterCache } from '../../../src/cache/cluster-cache.ts';
import type { Client } from '../../../src/kubernetes/client.ts';
import { ConfigMaps, Namespaces, Pods, StatefulSets } from '../kubernetes-resources.ts';
import { WorkspaceKinds } from '../workspace-kind.ts';
import { Workspaces } from '../workspace.ts';

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

/** What every part of the controller works with. */
export interface ControllerContext {
  readonly client: Client;
  /** Holds {@link watchedResources}. */
  readonly cache: ClusterCache;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly delays: Delays;
  readonly signal: AbortSignal;
}

/** The resources that the controller keeps copies of. */
export const watchedResources = [Workspaces, WorkspaceKinds, Pods, StatefulSets, Namespaces, ConfigMaps] as const;
