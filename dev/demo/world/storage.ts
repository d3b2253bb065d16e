import { volumeOf, type Claim } from '../surroundings/volumes.ts';
import type { Manifest } from '../../simulator/api-object.ts';
import { CAN_MOUNT, CAN_UPDATE, CAN_USE } from '../marks.ts';
import type { Workspace } from '../workspace.ts';
import { uidOf } from './member.ts';

const USABLE = { [CAN_MOUNT]: 'true', [CAN_UPDATE]: 'true' };
const STANDARD = 'standard-rwx';
const FAST = 'fast-ssd';

interface ClaimOptions {
  readonly storageClassName?: string;
  readonly storage?: string;
  readonly accessMode?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Claims that differ from the usual one, by their names. */
const unusual: Readonly<Record<string, ClaimOptions>> = {
  transactions: { storage: '200Gi', labels: { [CAN_MOUNT]: 'true' } },
  'alice-home': { storageClassName: FAST, storage: '50Gi', accessMode: 'ReadWriteOnce' },
};

/** The storage classes, the claims and secrets that workspaces mount, and some that nobody mounts. */
export function storageOf(workspaces: readonly Workspace[]): Manifest[] {
  const claims = new Map<string, Claim>();
  const secrets = new Map<string, Manifest>();
  for (const { metadata, spec } of workspaces) {
    const { home, data = [], secrets: mounted = [] } = spec.podTemplate.volumes;
    const { namespace = '' } = metadata;
    for (const name of [home, ...data.map(({ pvcName }) => pvcName)]) {
      if (name !== undefined) claims.set(`${namespace}/${name}`, claim(name, namespace, unusual[name]));
    }
    for (const { secretName } of mounted) secrets.set(`${namespace}/${secretName}`, password(secretName, namespace));
  }
  claims.set('spare', claim('scratch', 'team-research', { storage: '5Gi' }));
  claims.set('backup', claim('nightly-backup', 'team-research', { storageClassName: 'archive', labels: {} }));
  return [...storageClasses(), ...[...claims.values()].flatMap(bound), ...secrets.values(), ...otherSecrets()];
}

function storageClasses(): Manifest[] {
  const provisioner = 'csi.demo.example.com';
  return [
    storageClass(STANDARD, {
      displayName: 'Shared disk',
      description: 'Can be mounted by several workspaces at once',
      canUse: true,
    }),
    storageClass(FAST, {
      displayName: 'Fast disk',
      description: 'Local solid state disks, for one workspace at a time',
      canUse: true,
    }),
    storageClass('archive', { displayName: 'Archive', description: 'For backups only', canUse: false }),
  ].map((manifest) => ({ ...manifest, provisioner, reclaimPolicy: 'Delete', allowVolumeExpansion: true }));
}

interface ClassOptions {
  readonly displayName: string;
  readonly description: string;
  readonly canUse: boolean;
}

function storageClass(name: string, { displayName, description, canUse }: ClassOptions): Manifest {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name,
      labels: canUse ? { [CAN_USE]: 'true' } : {},
      annotations: {
        'notebooks.kubeflow.org/display-name': displayName,
        'notebooks.kubeflow.org/description': description,
        ...(name === STANDARD ? { 'storageclass.kubernetes.io/is-default-class': 'true' } : {}),
      },
    },
  };
}

function claim(name: string, namespace: string, options: ClaimOptions = {}): Claim {
  const { storageClassName = STANDARD, storage = '10Gi', accessMode = 'ReadWriteMany', labels = USABLE } = options;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace, uid: uidOf(`claim ${namespace}/${name}`), labels },
    spec: {
      accessModes: [accessMode],
      resources: { requests: { storage } },
      storageClassName,
      volumeMode: 'Filesystem',
    },
  };
}

function bound(unbound: Claim): Manifest[] {
  const { claim: settled, volume } = volumeOf(unbound);
  return [volume, settled];
}

function password(name: string, namespace: string): Manifest {
  return secret(name, namespace, {
    labels: USABLE,
    type: 'Opaque',
    values: { user: 'reader', password: 'not a secret' },
  });
}

function otherSecrets(): Manifest[] {
  const registry = JSON.stringify({ auths: { 'registry.example.com': { auth: 'cHVsbDpub3QgYSBzZWNyZXQ=' } } });
  return [
    secret('git-credentials', 'team-research', {
      labels: USABLE,
      type: 'kubernetes.io/basic-auth',
      values: { username: 'alice', password: 'not a secret either' },
    }),
    secret('registry-pull', 'team-research', {
      labels: {},
      type: 'kubernetes.io/dockerconfigjson',
      values: { '.dockerconfigjson': registry },
    }),
    {
      ...secret('model-signing', 'team-vision', {
        labels: { [CAN_MOUNT]: 'true' },
        type: 'Opaque',
        values: { 'signing.key': 'nor is this' },
      }),
      immutable: true,
    },
  ];
}

interface SecretOptions {
  readonly labels: Readonly<Record<string, string>>;
  readonly type: string;
  readonly values: Readonly<Record<string, string>>;
}

function secret(name: string, namespace: string, { labels, type, values }: SecretOptions): Manifest {
  const data = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels },
    type,
    data: Object.fromEntries(data),
  };
}
