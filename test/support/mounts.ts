import type { Manifest } from '../../dev/simulator/api-object.ts';

const usable = { 'notebooks.kubeflow.org/can-mount': 'true' };

/** Returns a claim in `team-a`, by default with the label that allows mounting. */
export function claim(name: string, labels: Readonly<Record<string, string>> = usable): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'team-a', labels },
    spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '1Gi' } } },
  };
}

/** Returns a secret in `team-a`, by default with the label that allows mounting. */
export function secret(name: string, labels: Readonly<Record<string, string>> = usable): Manifest {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'team-a', labels }, type: 'Opaque' };
}
