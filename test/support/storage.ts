import type { Manifest } from '../../dev/simulator/api-object.ts';

type Fields = Readonly<Record<string, unknown>>;

export const MOUNTABLE = {
  'notebooks.kubeflow.org/can-mount': 'true',
  'notebooks.kubeflow.org/can-update': 'true',
} as const;

/** Returns a claim in `team-a`, bound to the volume `pv-<name>` of the class `fast`. */
export function claim(name: string, { metadata, spec, status }: Readonly<Record<string, Fields>> = {}): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'team-a', labels: MOUNTABLE, ...metadata },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'fast',
      volumeName: `pv-${name}`,
      resources: { requests: { storage: '10Gi' } },
      ...spec,
    },
    status: { phase: 'Bound', capacity: { storage: '12Gi' }, accessModes: ['ReadWriteOnce'], ...status },
  };
}

/** Returns the volume of a claim in `team-a`. */
export function volumeOf(claimName: string, spec: Fields = {}): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `pv-${claimName}` },
    spec: {
      capacity: { storage: '12Gi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: 'fast',
      claimRef: { namespace: 'team-a', name: claimName },
      csi: { driver: 'ebs.csi.aws.com', volumeHandle: 'hidden-handle' },
      ...spec,
    },
    status: { phase: 'Bound' },
  };
}

/** Returns a storage class that may be used. */
export function storageClass(name: string, { metadata, ...fields }: Readonly<Record<string, unknown>> = {}): Manifest {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name, labels: { 'notebooks.kubeflow.org/can-use': 'true' }, ...(metadata as object) },
    provisioner: 'ebs.csi.aws.com',
    parameters: { secretName: 'hidden-parameter' },
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'WaitForFirstConsumer',
    ...fields,
  };
}

/** Returns a secret in `team-a` with the values `hidden-a` and `hidden-b`. */
export function secret(name: string, { metadata, ...fields }: Readonly<Record<string, unknown>> = {}): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'team-a', labels: MOUNTABLE, ...(metadata as object) },
    type: 'Opaque',
    data: { b: base64('hidden-b'), a: base64('hidden-a') },
    ...fields,
  };
}

export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
