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

/** A class of storage, read through {@link classFieldsOf}. */
export type StorageClassObject = KubernetesObject;

export const classFieldsOf: (storageClass: StorageClassObject) => Decoded<typeof fields> = memoizedDecode(fields, {});

/** Without the parameters of the provisioner. */
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
    // Who may claim storage anywhere may see what there is to choose from.
    redacted: { verbs: ['create'], on: PersistentVolumeClaim, where: 'any-namespace', redact: offerOf },
  },
});

/** What a form for claims shows of a class. */
function offerOf(storageClass: StorageClassObject): StorageClassObject {
  const { apiVersion, kind, metadata } = storageClass;
  const { name, uid, resourceVersion, labels = {}, annotations = {} } = metadata;
  const shown = { name, uid, resourceVersion, labels, annotations, creationTimestamp: '' };
  return { ...fields.prune(storageClass), apiVersion, kind, metadata: shown };
}

/** The label by which an administrator offers a class to the users of workspaces. */
export const CAN_USE_LABEL = 'notebooks.kubeflow.org/can-use';

export function isUsable({ metadata }: StorageClassObject): boolean {
  return metadata.labels?.[CAN_USE_LABEL] === 'true';
}
