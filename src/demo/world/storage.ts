import type { Manifest } from '../../simulator/api-object.ts';
import type { Workspace } from '../workspace.ts';

const USABLE = { 'notebooks.kubeflow.org/can-mount': 'true', 'notebooks.kubeflow.org/can-update': 'true' };

/** The claims and secrets that workspaces mount. */
export function storageOf(workspaces: readonly Workspace[]): Manifest[] {
  const named = new Map<string, Manifest>();
  for (const { metadata, spec } of workspaces) {
    const { home, data = [], secrets = [] } = spec.podTemplate.volumes;
    const { namespace } = metadata;
    for (const name of [home, ...data.map(({ pvcName }) => pvcName)]) {
      if (name !== undefined) named.set(`claim ${namespace}/${name}`, claim(name, namespace));
    }
    for (const { secretName } of secrets) named.set(`secret ${namespace}/${secretName}`, secret(secretName, namespace));
  }
  return [...named.values()];
}

function claim(name: string, namespace: string | undefined): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace, labels: USABLE },
    spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '10Gi' } } },
  };
}

function secret(name: string, namespace: string | undefined): Manifest {
  const data = { password: Buffer.from('not a secret').toString('base64') };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace, labels: USABLE }, type: 'Opaque', data };
}
