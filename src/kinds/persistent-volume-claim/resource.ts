import {
  condition,
  listOf,
  record,
  memoizedDecode,
  object,
  quantity,
  string,
  type Decoded,
} from '../../kubernetes/decoder.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';

const quantities = record(quantity);

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

/** Annotation with the name of the storage class. Kubernetes prefers it to the field. */
export const STORAGE_CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

/**
 * Returns the name of the storage class of a claim or a volume, from its annotation or else from its spec. Empty if it has none.
 */
export function storageClassNameOf(
  { metadata }: KubernetesObject,
  { storageClassName = '' }: { readonly storageClassName?: string },
): string {
  return metadata.annotations?.[STORAGE_CLASS_ANNOTATION] ?? storageClassName;
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
