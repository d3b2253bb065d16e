import type { Authorizer } from './access/rbac-authorizer.ts';
import type { Tokens } from './access/tokens.ts';
import type { AdmissionHook } from './admission.ts';
import type { Catalog } from './resource-registry.ts';
import type { PodLogs } from './logs/pod-logs.ts';
import type { StreamingLists } from './request-options.ts';
import type { ServerVersion } from './server-version.ts';
import type { Storage } from './storage.ts';
import type { Watches } from './watch-broadcaster.ts';

/** What answering a request needs. */
export interface Cluster {
  readonly storage: Storage;
  readonly catalog: Catalog;
  readonly watches: Watches;
  readonly logs: PodLogs;
  readonly authorizer: Authorizer;
  readonly tokens: Tokens;
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
