import type { RbacAuthorizer } from './access/rbac-authorizer.ts';
import type { AdmissionHook } from './admission.ts';
import type { ResourceRegistry } from './resource-registry.ts';
import type { SimulatedLogs } from './logs/pod-logs.ts';
import type { StreamingLists } from './request-options.ts';
import type { ServerVersion } from './server-version.ts';
import type { Storage } from './storage.ts';
import type { WatchBroadcaster } from './watch-broadcaster.ts';
import type { TokenAuthenticator } from './access/authentication.ts';

/** What answering a request needs. */
export interface SimulatedCluster {
  readonly storage: Storage;
  readonly registry: ResourceRegistry;
  readonly watches: WatchBroadcaster;
  readonly logs: SimulatedLogs;
  readonly authorizer: RbacAuthorizer;
  readonly tokens: TokenAuthenticator;
  readonly admission: readonly AdmissionHook[];
  readonly server: ServerVersion;
  /** How this server behaves where servers of one version differ, or misbehave. */
  readonly behaviour: Behaviour;
}

export interface Behaviour {
  readonly token: string;
  readonly streamingLists: StreamingLists;
  /** How a watch from a forgotten version is refused: in its stream, as the real server does, or before it opens. */
  readonly expiredWatch: 'event' | 'status';
  /** The groups that are served by servers which do not answer. */
  readonly unavailableGroups: ReadonlySet<string>;
}
