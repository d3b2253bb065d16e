import type { KubernetesObject } from '../kubernetes/object.ts';
import type { WatchEvent } from '../kubernetes/watch-stream.ts';
import type { RetryPolicy } from './retry-policy.ts';

/** What a reflector tells of its work; the cluster cache keeps it for readers, logs and metrics. */
export interface ReflectorReport {
  /** @param writtenAt when the API server stored the object, in milliseconds since the epoch, where the object tells */
  readonly received: (type: WatchEvent<KubernetesObject>['type'], writtenAt: number | undefined) => void;
  /** The store is complete; `cause` is what made us list. */
  readonly listed: (cause: string) => void;
  /** From now on it is listed from time to time, because it cannot be watched; or it is watched again. */
  readonly polling: (isPolling: boolean) => void;
  readonly failed: (error: unknown, policy: RetryPolicy, waitMs: number) => void;
  /** A watch without bookmarks was silent past its deadline; the next one goes on from the same version. */
  readonly renewed: () => void;
  readonly malformed: (error: Error) => void;
}
