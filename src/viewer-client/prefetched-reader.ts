import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import type { GpuLoads } from './gpu-loads.ts';
import type { ScopedLister } from './scoped-lister.ts';

/** Synchronous reads of resources that were prefetched. */
export interface PrefetchedReader {
  /**
   * Returns a lister of the visible objects of a resource that the field declares with `dependsOn`. It is empty if the
   * resource is not cached. Throws NotSynced if a lazy informer has not synced in time, and a `TypeError` if the resource
   * is not declared.
   */
  prefetched<T extends KubernetesObject>(resource: Resource<T>): ScopedLister<T>;
  /** Loads of the GPUs of all pods, without a permission check. Undefined if the gateway has no source of them. */
  readonly gpuLoads?: GpuLoads | undefined;
}
