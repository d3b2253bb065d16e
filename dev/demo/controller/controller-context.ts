import type { ClusterCache } from '../../../src/cache/cluster-cache.ts';
import type { Client } from '../../../src/kubernetes/client.ts';
import {
  Claims,
  ConfigMaps,
  Events,
  Namespaces,
  Pods,
  RoleBindings,
  Secrets,
  ServiceAccounts,
  Services,
  StatefulSets,
} from '../kubernetes-resources.ts';
import { WorkspaceKinds } from '../workspace-kind.ts';
import { Workspaces } from '../workspace.ts';

/**
 * Durations of the simulated work. A workspace's name determines its share of the spread, so that workspaces do not
 * change at the same moment.
 */
export interface Delays {
  readonly createPodMs: number;
  readonly startPodMs: number;
  readonly startPodSpreadMs: number;
  readonly deletePodMs: number;
  /** Time for a pod to terminate if the workspace has no grace-seconds annotation. */
  readonly endPodMs: number;
  /** Delay between a change of a workspace and the update of its kind's counters. */
  readonly countMs: number;
  /** Delay before a failed reconciliation is retried. */
  readonly retryMs: number;
}

/** Starting a workspace takes 3 to 6 seconds, pausing it 2 to 3. */
export const demoDelays: Delays = {
  createPodMs: 700,
  startPodMs: 2_500,
  startPodSpreadMs: 2_500,
  deletePodMs: 400,
  endPodMs: 2_000,
  countMs: 300,
  retryMs: 1_000,
};

/** Dependencies that all reconcilers share. */
export interface ControllerContext {
  readonly client: Client;
  /** Cache of {@link watchedResources}. */
  readonly cache: ClusterCache;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly delays: Delays;
  readonly signal: AbortSignal;
}

/** The resources that the controller watches. */
export const watchedResources = [
  Workspaces,
  WorkspaceKinds,
  Pods,
  StatefulSets,
  Services,
  ServiceAccounts,
  RoleBindings,
  Claims,
  Secrets,
  ConfigMaps,
  Namespaces,
  Events,
] as const;
