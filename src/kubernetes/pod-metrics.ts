import type { Client } from './client.ts';
import { decodeListItems } from './decode.ts';
import { listOf, object, string } from './decoder.ts';
import { resourcePath } from './resource.ts';
import { decodeBody } from './response.ts';

/** Usage of one container in the window of the last measurement. */
export interface ContainerUsage {
  readonly name: string;
  /** Kubernetes quantity. Undefined if it was not measured. */
  readonly cpu: string | undefined;
  readonly memory: string | undefined;
  /** Time of the measurement, RFC 3339. */
  readonly at: string | undefined;
}

/** `PodMetrics` of the resource metrics API, which not every cluster serves. */
export const podMetrics = {
  kind: 'PodMetrics',
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  plural: 'pods',
  namespaced: true,
} as const;

/** PodMetrics have neither uid nor resourceVersion, so they are not decoded as objects. */
const podMetricsItems = listOf(
  object({
    metadata: object({ name: string, namespace: string }),
    timestamp: string,
    containers: listOf(object({ name: string, usage: object({ cpu: string, memory: string }) })),
  }),
);

/**
 * Returns the usage of the containers of each pod in a namespace or, without one, in all, by the pod's namespace and name. See
 * https://kubernetes.io/docs/reference/external-api/metrics.v1beta1/.
 * @throws {StatusError} 404 if the cluster has no metrics server, 503 if it does not respond, `InvalidResponse` if it does
 * not return a list
 */
export async function listPodMetrics(
  client: Client,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ReadonlyMap<string, readonly ContainerUsage[]>>> {
  const document = await client.request('GET', resourcePath(podMetrics, { namespace }), { signal });
  const items = podMetricsItems.decode(decodeBody(document, (list) => decodeListItems(list, podMetrics))) ?? [];
  const usages = new Map<string, Map<string, readonly ContainerUsage[]>>();
  for (const { metadata, timestamp: at, containers = [] } of items) {
    const of = namespace ?? metadata?.namespace ?? '';
    const pods = usages.get(of) ?? new Map<string, readonly ContainerUsage[]>();
    usages.set(of, pods);
    const usage = containers.map(({ name = '', usage: amounts }) => ({
      name,
      cpu: amounts?.cpu,
      memory: amounts?.memory,
      at,
    }));
    pods.set(metadata?.name ?? '', usage);
  }
  return usages;
}
