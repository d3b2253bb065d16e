import { readPodLog, type LogLine, type PodLogOptions } from '../kubernetes/pod-log.ts';
import type { AccessQuestion } from '../access/authorizer.ts';
import type { Client } from '../kubernetes/client.ts';
import { StatusError } from '../kubernetes/status-error.ts';

export type { LogLine, PodLogOptions } from '../kubernetes/pod-log.ts';

interface PodLogsOptions {
  readonly client: Client;
  readonly namespace: string;
  readonly can: (question: AccessQuestion) => Promise<boolean>;
}

/** The logs of the pods of one namespace, for a viewer who may get them. */
export class PodLogs {
  readonly #client: Client;
  readonly #namespace: string;

  private constructor({ client, namespace }: PodLogsOptions) {
    this.#client = client;
    this.#namespace = namespace;
  }

  /** @throws {StatusError} Forbidden where the viewer may not `get` `pods/log` in the namespace, whatever is in it */
  static async open(options: PodLogsOptions): Promise<PodLogs> {
    const { namespace, can } = options;
    const allowed = await can({ verb: 'get', group: '', resource: 'pods', subresource: 'log', namespace, name: null });
    if (allowed) return new PodLogs(options);
    throw new StatusError({
      code: 403,
      reason: 'Forbidden',
      message: `You may not get the logs of pods in the namespace ${JSON.stringify(namespace)}: that needs \`get\` of \`pods/log\`.`,
      kind: 'Pod',
      namespace,
    });
  }

  /** Batch by batch, read from the API server no faster than they are asked for. */
  read(pod: string, options: PodLogOptions): AsyncIterable<readonly LogLine[]> {
    return readPodLog(this.#client, { namespace: this.#namespace, name: pod }, options);
  }
}
