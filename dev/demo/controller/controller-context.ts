import type { ClusterCache } from '../../../src/cache/cluster-cache.ts';
import type { Client } from '../../../src/kubernetes/client.ts';
import { ConfigMaps } from '../config-map.ts';
import { Namespaces } from '../namespace.ts';
import { Pods } from '../pod.ts';
import { StatefulSets } from '../stateful-set.ts';
import { WorkspaceKinds } from '../workspace-kind.ts';
import { Workspaces } from '../workspace.ts';
import type { Delays } from './pod-step.ts';

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
