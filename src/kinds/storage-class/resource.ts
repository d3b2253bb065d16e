import { boolean, memoizedDecode, object, string, type Decoded } from '../../kubernetes/decoder.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';
import { PersistentVolumeClaim } from '../persistent-volume-claim/resource.ts';

const fields = object({
  provisioner: string,
  reclaimPolicy: string,
  volumeBindingMode: string,
  allowVolumeExpansion: boolean,
});

/** StorageClass. Read it with {@link classFieldsOf}. */
export type StorageClassObject = KubernetesObject;

export const classFieldsOf: (storageClass: StorageClassObject) => Decoded<typeof fields> = memoizedDecode(fields, {});

/** The cache drops the parameters of the provisioner. */
export const StorageClass = defineResource<StorageClassObject>({
  kind: 'StorageClass',
  group: 'storage.k8s.io',
  version: 'v1',
  plural: 'storageclasses',
  namespaced: false,
  cache: {
    watched: 'on-demand',
    trim: (storageClass) => {
      const { apiVersion, kind, metadata } = storageClass;
      return { ...fields.prune(storageClass), apiVersion, kind, metadata };
    },
  },
  access: {
    // Viewers who may create claims in any namespace see the fields that a form for claims needs.
    redacted: { verbs: ['create'], on: PersistentVolumeClaim, where: 'any-namespace', redact },
  },
});

/** Returns the class with the fields that a form for claims needs. */
function redact(storageClass: StorageClassObject): StorageClassObject {
  const { apiVersion, kind, metadata } = storageClass;
  const { name, uid, resourceVersion, labels = {}, annotations = {} } = metadata;
  const shown = { name, uid, resourceVersion, labels, annotations, creationTimestamp: '' };
  return { ...fields.prune(storageClass), apiVersion, kind, metadata: shown };
}

/** Label with which an administrator offers a class to users of workspaces. */
export const CAN_USE_LABEL = 'notebooks.kubeflow.org/can-use';

export function isUsable({ metadata }: StorageClassObject): boolean {
  return metadata.labels?.[CAN_USE_LABEL] === 'true';
}
