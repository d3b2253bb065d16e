import type { Client } from './client.ts';
import { listOf, record, text } from './form.ts';
import { resourcePath } from './resource.ts';

/** What one container has used lately. */
export interface ContainerUsage {
  readonly name: string;
  /** Kubernetes quantities; undefined where it was not measured. */
  readonly cpu: string | undefined;
  readonly memory: string | undefined;
  /** When it was measured: RFC 3339. */
  readonly at: string | undefined;
}

/** The resource that the measurements are, of pods: of the metrics API, which not every cluster serves. */
export const podMetrics = {
  kind: 'PodMetrics',
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  plural: 'pods',
  namespaced: true,
} as const;

/** What is measured has neither uid nor version, so it is no object like others. */
const answer = record({
  items: listOf(
    record({
      metadata: record({ name: text }),
      timestamp: text,
      containers: listOf(record({ name: text, usage: record({ cpu: text, memory: text }) })),
    }),
  ),
});

/**
 * What the pods of a namespace use, by their names.
 * @throws {StatusError} 404 where the cluster has no metrics server, 503 where that does not answer
 */
export async function listPodMetrics(
  client: Client,
  namespace: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly ContainerUsage[]>> {
  const document = await client.document('GET', resourcePath(podMetrics, { namespace }), { signal });
  const { items = [] } = answer.read(document) ?? {};
  return new Map(
    items.map(({ metadata, timestamp: at, containers = [] }) => [
      metadata?.name ?? '',
      containers.map(({ name = '', usage }) => ({ name, cpu: usage?.cpu, memory: usage?.memory, at })),
    ]),
  );
}
