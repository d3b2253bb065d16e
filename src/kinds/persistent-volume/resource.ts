import { listOf, mapOf, reader, record, text, type Formed } from '../../kubernetes/form.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';

const spec = record({
  capacity: mapOf(text),
  accessModes: listOf(text),
  persistentVolumeReclaimPolicy: text,
  storageClassName: text,
  volumeMode: text,
  claimRef: record({ namespace: text, name: text, uid: text }),
});

const status = record({ phase: text, reason: text, message: text });

/** A piece of storage, read through {@link volumeSpecOf} and {@link volumeStatusOf}. */
export interface PersistentVolumeObject extends KubernetesObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

const readSpec = reader(spec, {});
const readStatus = reader(status, {});

export function volumeSpecOf(volume: PersistentVolumeObject): Formed<typeof spec> {
  return readSpec(volume.spec);
}

export function volumeStatusOf(volume: PersistentVolumeObject): Formed<typeof status> {
  return readStatus(volume.status);
}

/** Without where the storage is: that may hold addresses and credentials of the storage system. */
export const PersistentVolume = defineResource<PersistentVolumeObject>({
  kind: 'PersistentVolume',
  group: '',
  version: 'v1',
  plural: 'persistentvolumes',
  namespaced: false,
  cache: {
    watched: 'on-demand',
    trim: (volume) => ({ ...volume, spec: spec.only(volume.spec), status: status.only(volume.status) }),
  },
});
