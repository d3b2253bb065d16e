import type { Manifest } from '../../dev/simulator/api-object.ts';

const usable = { 'notebooks.kubeflow.org/can-mount': 'true' };

/** A claim in `team-a` that workspaces may mount, unless told otherwise. */
export function claim(name: string, labels: Readonly<Record<string, string>> = usable): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'team-a', labels },
    spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '1Gi' } } },
  };
}

/** A secret in `team-a` that workspaces may mount, unless told otherwise. */
export function secret(name: string, labels: Readonly<Record<string, string>> = usable): Manifest {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'team-a', labels }, type: 'Opaque' };
}
