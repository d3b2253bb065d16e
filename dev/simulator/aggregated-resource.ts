import { nativeResource, type NativeResourceOptions } from './native-resource.ts';
import type { ServedResource } from './served-resource.ts';

/** A resource that another API server serves behind this one: it may lack verbs, and may come and go. */
export interface AggregatedResource extends Pick<
  NativeResourceOptions,
  'plural' | 'namespaced' | 'shortNames' | 'verbs' | 'hasGeneration' | 'hasStatus' | 'isComputed'
> {
  readonly apiVersion: string;
  readonly kind: string;
}

/** What the metrics server serves: how much the containers of a pod use. It cannot be watched, nor written by clients. */
export const POD_METRICS: AggregatedResource = {
  apiVersion: 'metrics.k8s.io/v1beta1',
  kind: 'PodMetrics',
  plural: 'pods',
  verbs: ['get', 'list'],
  isComputed: true,
};

export function aggregatedResource({ apiVersion, kind, ...options }: AggregatedResource): ServedResource {
  return nativeResource(apiVersion, kind, options);
}
