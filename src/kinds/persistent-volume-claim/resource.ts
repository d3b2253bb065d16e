import { listOf, record, memoizedDecode, object, quantity, string, type Decoded } from '../../kubernetes/decoder.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';

const quantities = record(quantity);
const condition = object({ type: string, status: string, reason: string, message: string, lastTransitionTime: string });

const spec = object({
  accessModes: listOf(string),
  resources: object({ requests: quantities, limits: quantities }),
  volumeMode: string,
  storageClassName: string,
  volumeName: string,
});

const status = object({
  phase: string,
  accessModes: listOf(string),
  capacity: quantities,
  conditions: listOf(condition),
});

/** PersistentVolumeClaim. Read it with {@link claimSpecOf} and {@link claimStatusOf}. */
export interface PersistentVolumeClaimObject extends KubernetesObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

const readSpec = memoizedDecode(spec, {});
const readStatus = memoizedDecode(status, {});

export function claimSpecOf(claim: PersistentVolumeClaimObject): Decoded<typeof spec> {
  return readSpec(claim.spec);
}

export function claimStatusOf(claim: PersistentVolumeClaimObject): Decoded<typeof status> {
  return readStatus(claim.status);
}

export const PersistentVolumeClaim = defineResource<PersistentVolumeClaimObject>({
  kind: 'PersistentVolumeClaim',
  group: '',
  version: 'v1',
  plural: 'persistentvolumeclaims',
  namespaced: true,
  cache: {
    watched: 'on-demand',
  },
});
