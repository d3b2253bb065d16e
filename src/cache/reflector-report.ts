import type { KubernetesObject } from '../kubernetes/object.ts';
import type { WatchEvent } from '../kubernetes/watch-stream.ts';
import type { RetryPolicy } from './retry-policy.ts';

/** Receives the progress and the failures of a reflector, for status, logs and metrics. None of the methods may throw. */
export interface ReflectorReport {
  /** @param writtenAt when the API server stored the object, in milliseconds since the epoch; undefined if unknown */
  readonly received: (type: WatchEvent<KubernetesObject>['type'], writtenAt: number | undefined) => void;
  /**
   * The store is complete. `cause` is the reason for the list: `start`, `poll`, `malformed`, `interruption`, `server-rollback` or that of a
   * failure.
   */
  readonly listed: (cause: string) => void;
  /** Whether the resource is polled from now on, because it cannot be watched, or watched. */
  readonly polling: (isPolling: boolean) => void;
  readonly failed: (error: unknown, policy: RetryPolicy, waitMs: number) => void;
  /** The API server has accepted a watch. */
  readonly opened: () => void;
  /** A watch without bookmarks was silent past its deadline; the next one continues from the same version. */
  readonly renewed: () => void;
  /** An object or a line of a watch was skipped because it could not be decoded. The resource is listed again soon. */
  readonly malformed: (error: Error) => void;
}
