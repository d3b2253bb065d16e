import { listOf, record, memoizedDecode, object, quantity, string, type Decoded } from '../../kubernetes/decoder.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';

const spec = object({
  capacity: record(quantity),
  accessModes: listOf(string),
  persistentVolumeReclaimPolicy: string,
  storageClassName: string,
  volumeMode: string,
  claimRef: object({ namespace: string, name: string, uid: string }),
});

const status = object({ phase: string, reason: string, message: string });

/** PersistentVolume. Read it with {@link volumeSpecOf} and {@link volumeStatusOf}. */
export interface PersistentVolumeObject extends KubernetesObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

const readSpec = memoizedDecode(spec, {});
const readStatus = memoizedDecode(status, {});

export function volumeSpecOf(volume: PersistentVolumeObject): Decoded<typeof spec> {
  return readSpec(volume.spec);
}

export function volumeStatusOf(volume: PersistentVolumeObject): Decoded<typeof status> {
  return readStatus(volume.status);
}

/** The cache drops the volume source, which may contain addresses and credentials of the storage system. */
export const PersistentVolume = defineResource<PersistentVolumeObject>({
  kind: 'PersistentVolume',
  group: '',
  version: 'v1',
  plural: 'persistentvolumes',
  namespaced: false,
  cache: {
    watched: 'on-demand',
    trim: (volume) => ({ ...volume, spec: spec.prune(volume.spec), status: status.prune(volume.status) }),
  },
});
