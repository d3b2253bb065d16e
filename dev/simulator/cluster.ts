import type { RbacAuthorizer } from './access/rbac-authorizer.ts';
import type { AdmissionHook } from './admission.ts';
import type { ResourceRegistry } from './resource-registry.ts';
import type { SimulatedLogs } from './logs/pod-logs.ts';
import type { StreamingLists } from './request-options.ts';
import type { ServerVersion } from './server-version.ts';
import type { Storage } from './storage.ts';
import type { WatchBroadcaster } from './watch-broadcaster.ts';
import type { TokenAuthenticator } from './access/authentication.ts';

/** State and configuration of the simulated server that request handlers use. */
export interface SimulatedCluster {
  readonly storage: Storage;
  readonly registry: ResourceRegistry;
  readonly watches: WatchBroadcaster;
  readonly logs: SimulatedLogs;
  readonly authorizer: RbacAuthorizer;
  readonly tokens: TokenAuthenticator;
  readonly admission: readonly AdmissionHook[];
  readonly server: ServerVersion;
  /** Behaviour in which servers of the same version differ, or that a fault changes. */
  readonly behaviour: Behaviour;
}

/** Settings that faults change at run time. */
export interface Behaviour {
  readonly token: string;
  readonly streamingLists: StreamingLists;
  /** Failure of a watch from a compacted version: an ERROR event, like that of kube-apiserver, or HTTP 410. */
  readonly expiredWatch: 'event' | 'status';
  /** API groups whose aggregated server is unavailable. */
  readonly unavailableGroups: ReadonlySet<string>;
}
