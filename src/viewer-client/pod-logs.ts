import type { Viewer } from '../auth/viewer.ts';
import { readPodLog, type LogLine, type PodLogOptions } from '../kubernetes/pod-log.ts';
import type { FollowOptions, SharedLogs } from './shared-logs.ts';

export type { LogLine } from '../kubernetes/pod-log.ts';
export type { FollowOptions } from './shared-logs.ts';

export interface FollowedPod {
  readonly name: string;
  /** Undefined if the viewer may not read the pod. */
  readonly uid: string | undefined;
}

/** Logs of the pods of one namespace, read with the identity of the viewer. */
export class PodLogs {
  readonly #logs: SharedLogs;
  readonly #viewer: Viewer;
  readonly #namespace: string;

  /** @param namespace the viewer must have the permission to get logs in it */
  constructor(logs: SharedLogs, viewer: Viewer, namespace: string) {
    this.#logs = logs;
    this.#viewer = viewer;
    this.#namespace = namespace;
  }

  /** Yields lines in batches. Reads from the API server no faster than batches are consumed. */
  read(pod: string, options: PodLogOptions): AsyncIterable<readonly LogLine[]> {
    return readPodLog(this.#viewer.client, { namespace: this.#namespace, name: pod }, options);
  }

  /** Yields existing and new lines until the container ends. Viewers share the connection; see {@link SharedLogs}. */
  follow({ name, uid }: FollowedPod, options: FollowOptions, signal: AbortSignal): AsyncIterable<readonly LogLine[]> {
    const { client, clientIdentity, key } = this.#viewer;
    const identity = clientIdentity === 'gateway' ? 'gateway' : `viewer ${key}`;
    return this.#logs.follow(
      { client, identity, pod: { namespace: this.#namespace, name }, podUid: uid, options },
      signal,
    );
  }
}
