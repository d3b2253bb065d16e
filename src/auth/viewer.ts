import type { Client } from '../kubernetes/client.ts';
import type { ResourceAttributes } from './resource-attributes.ts';

/** Who asks. */
export interface Viewer {
  readonly name: string;
  readonly groups: readonly string[];
  /** Equal where the cluster decides alike: what was decided for one viewer holds for every other with this key. Secret. */
  readonly key: string;
  /** The API server, as it is used on the viewer's behalf for what concerns the viewer alone: writes, and reads of now. */
  readonly client: Client;
  /** The identity behind `client`: the viewer's own, or the gateway's, which may have rights that the viewer has not. */
  readonly clientIdentity: 'viewer' | 'gateway';
  /**
   * Asks the cluster's authorizer.
   * @throws {StatusError} when no answer could be had: that is neither yes nor no
   */
  readonly reviewAccess: (question: ResourceAttributes, signal: AbortSignal) => Promise<boolean>;
  /**
   * Whether the viewer is still who they were, for who listens for long.
   * @throws {StatusError} Unauthorized when they are not: their token has expired, or was revoked
   */
  readonly reauthenticate: () => Promise<void>;
}
