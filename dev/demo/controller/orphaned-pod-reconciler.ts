import type { ObjectName } from '../../../src/kubernetes/object.ts';
import { Pods, StatefulSets } from '../kubernetes-resources.ts';
import type { ControllerContext } from './controller-context.ts';

/** Terminates pods whose StatefulSet no longer exists, in place of the garbage collector and the kubelet. */
export class OrphanedPodReconciler {
  readonly #context: ControllerContext;
  /**
   * End of the grace period, in `performance.now()` time, by the UID of the terminating pod. Removed with the pod's
   * finalizer.
   */
  readonly #ending = new Map<string, number>();

  constructor(context: ControllerContext) {
    this.#context = context;
  }

  /** @returns milliseconds after which to reconcile again, or undefined to wait for a change */
  async reconcile(name: ObjectName): Promise<number | undefined> {
    const { client, cache, delays, signal } = this.#context;
    const pod = cache.store(Pods).get(name);
    const owner = pod?.metadata.ownerReferences?.find(({ kind }) => kind === 'StatefulSet');
    if (!pod || !owner || cache.store(StatefulSets).withUid(owner.uid)) return undefined;
    const { uid, deletionTimestamp } = pod.metadata;
    if (!deletionTimestamp) {
      await client.delete(Pods, name, { signal });
      return undefined;
    }
    const endsAt = this.#ending.get(uid) ?? performance.now() + delays.endPodMs;
    this.#ending.set(uid, endsAt);
    const remainingMs = endsAt - performance.now();
    if (remainingMs > 0) return remainingMs;
    this.#ending.delete(uid);
    await client.patch(Pods, name, { type: 'MERGE', body: { metadata: { finalizers: null } } }, { signal });
    return undefined;
  }
}
