import type { Client } from './client.ts';
import { listOf, object, string } from './decoder.ts';
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
const answer = object({
  items: listOf(
    object({
      metadata: object({ name: string }),
      timestamp: string,
      containers: listOf(object({ name: string, usage: object({ cpu: string, memory: string }) })),
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
  const document = await client.request('GET', resourcePath(podMetrics, { namespace }), { signal });
  const { items = [] } = answer.decode(document) ?? {};
  return new Map(
    items.map(({ metadata, timestamp: at, containers = [] }) => [
      metadata?.name ?? '',
      containers.map(({ name = '', usage }) => ({ name, cpu: usage?.cpu, memory: usage?.memory, at })),
    ]),
  );
}
