import type { Client } from '../kubernetes/client.ts';
import type { ResourceAttributes } from './resource-attributes.ts';

/** Decision of the cluster's authorizers. */
export interface AccessReview {
  readonly allowed: boolean;
  /** Explanation of the authorizer that decided; may be empty. RBAC names the binding. */
  readonly reason: string;
}

/** Authenticated user of a request. */
export interface Viewer {
  readonly name: string;
  readonly groups: readonly string[];
  /** Whether the API server did not return the groups, so that there may be more. */
  readonly hasUnknownGroups?: boolean;
  /** Equal only for viewers whose permissions are equal: they share decisions. Secret. */
  readonly key: string;
  /** Client for the viewer's writes and uncached reads. */
  readonly client: Client;
  /** Identity that `client` authenticates as. The gateway may have permissions that the viewer lacks. */
  readonly clientIdentity: 'viewer' | 'gateway';
  /** Requests an access review and returns its decision. Throws a `StatusError` if there is none. */
  readonly reviewAccess: (attributes: ResourceAttributes, signal: AbortSignal) => Promise<AccessReview>;
  /**
   * Authenticates again. Throws Unauthorized if the credentials have expired or were revoked. The viewer may have another
   * name, other groups and another key afterwards.
   */
  readonly reauthenticate: () => Promise<void>;
}
