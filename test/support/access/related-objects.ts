import type { Manifest } from '../../../dev/simulator/api-object.ts';
import { podOf } from '../pods.ts';

interface Mounting {
  readonly podTemplate: {
    readonly volumes: { readonly home: string; readonly secrets: readonly { readonly secretName: string }[] };
  };
}

/** Returns the pod of a workspace, its events, and mounted claims and secrets. Every string is a canary. */
export function relatedObjectsOf(workspace: Manifest, canary: () => string): readonly Manifest[] {
  const { name = '', namespace = '' } = workspace.metadata;
  const { home, secrets } = (workspace['spec'] as Mounting).podTemplate.volumes;
  const [volume, storageClass] = [canary(), canary()];
  const pod = podOf(name, {
    namespace,
    metadata: { labels: { 'notebooks.kubeflow.org/workspace-name': name, [canary()]: canary() } },
    spec: {
      nodeName: canary(),
      containers: [{ name: 'main', image: canary(), env: [{ name: 'TOKEN', value: canary() }] }],
      volumes: [{ name: 'home', persistentVolumeClaim: { claimName: home } }],
    },
  });
  const data = Object.fromEntries([[canary(), Buffer.from(`${canary()} ${canary()}`).toString('base64')]]);
  return [
    pod,
    eventAbout(pod, canary),
    claimFor({ home, volume, storageClass, namespace }, canary),
    ...secrets.map(({ secretName }) => ({
      ...head('v1', 'Secret', secretName, canary, namespace),
      type: 'Opaque',
      data,
    })),
    volumeFor({ home, volume, storageClass, namespace }, canary),
    { ...head('storage.k8s.io/v1', 'StorageClass', storageClass, canary), provisioner: canary() },
  ];
}

interface StorageNames {
  readonly home: string;
  readonly volume: string;
  readonly storageClass: string;
  readonly namespace: string;
}

function claimFor({ home, volume, storageClass, namespace }: StorageNames, canary: () => string): Manifest {
  return {
    ...head('v1', 'PersistentVolumeClaim', home, canary, namespace),
    spec: {
      accessModes: ['ReadWriteMany'],
      resources: { requests: { storage: '1Gi' } },
      storageClassName: storageClass,
      volumeName: volume,
    },
    status: { phase: 'Bound' },
  };
}

function volumeFor({ home, volume, storageClass, namespace }: StorageNames, canary: () => string): Manifest {
  return {
    ...head('v1', 'PersistentVolume', volume, canary),
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteMany'],
      storageClassName: storageClass,
      claimRef: { namespace, name: home },
      nfs: { server: canary(), path: '/' },
    },
    status: { phase: 'Bound' },
  };
}

/** Returns a quota and limits of a namespace, and a node. Every string is a canary. */
export function limitingObjectsOf(namespace: string, canary: () => string): readonly Manifest[] {
  return [nodeNamed(canary(), canary), quotaIn(namespace, canary), limitsIn(namespace, canary)];
}

function nodeNamed(name: string, canary: () => string): Manifest {
  const amounts = { cpu: '8', pods: '110', [canary()]: '1' };
  const conditions = [{ type: 'Ready', status: 'True', reason: canary() }];
  const taints = [{ key: canary(), value: canary(), effect: 'NoSchedule' }];
  const status = { capacity: amounts, allocatable: amounts, conditions, nodeInfo: { kubeletVersion: canary() } };
  return { ...head('v1', 'Node', name, canary), spec: { taints }, status };
}

/** Leaves nothing for another pod. */
function quotaIn(namespace: string, canary: () => string): Manifest {
  const [hard, scopes] = [{ pods: '1', [canary()]: '4' }, ['NotTerminating']];
  const quota = head('v1', 'ResourceQuota', canary(), canary, namespace);
  return { ...quota, spec: { hard, scopes }, status: { hard, used: { pods: '1' } } };
}

function limitsIn(namespace: string, canary: () => string): Manifest {
  const limits = [{ type: 'Container', max: { cpu: '4', [canary()]: '2' } }];
  return { ...head('v1', 'LimitRange', canary(), canary, namespace), spec: { limits } };
}

function eventAbout({ kind, metadata: { name = '', namespace = '' } }: Manifest, canary: () => string): Manifest {
  const time = '2026-11-25T10:00:00Z';
  return {
    ...head('v1', 'Event', canary(), canary, namespace),
    involvedObject: { kind, namespace, name },
    type: 'Warning',
    reason: 'Failed',
    message: canary(),
    count: 1,
    firstTimestamp: time,
    lastTimestamp: time,
    source: { component: canary() },
  };
}

function head(apiVersion: string, kind: string, name: string, canary: () => string, namespace?: string): Manifest {
  const labels = { 'notebooks.kubeflow.org/can-mount': 'true', [canary()]: canary() };
  return { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }), labels } };
}
