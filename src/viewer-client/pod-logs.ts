import type { Client } from '../kubernetes/client.ts';
import { readPodLog, type LogLine, type PodLogOptions } from '../kubernetes/pod-log.ts';

export type { LogLine, PodLogOptions } from '../kubernetes/pod-log.ts';

/** The logs of the pods of one namespace, for a viewer who may get them. */
export class PodLogs {
  readonly #client: Client;
  readonly #namespace: string;

  constructor(client: Client, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
  }

  /** Batch by batch, read from the API server no faster than they are asked for. */
  read(pod: string, options: PodLogOptions): AsyncIterable<readonly LogLine[]> {
    return readPodLog(this.#client, { namespace: this.#namespace, name: pod }, options);
  }
}
