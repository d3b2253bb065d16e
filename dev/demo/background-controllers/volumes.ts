import type { KubernetesObject } from '../../../src/kubernetes/object.ts';
import type { Manifest } from '../../simulator/api-object.ts';
import { listAt, memberAt, objectAt, stringAt } from '../../simulator/json.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { sha256 } from '../metadata.ts';

interface ClaimSpec {
  readonly accessModes: readonly string[];
  readonly resources: { readonly requests: { readonly storage: string } };
  readonly storageClassName?: string;
  readonly volumeMode?: string;
  readonly volumeName?: string;
}

/** The fields of a PersistentVolumeClaim that are needed to provision a volume. */
export interface Claim extends Manifest {
  readonly metadata: Manifest['metadata'] & { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly spec: ClaimSpec;
}

/** Returns a volume for a claim, and the claim bound to it. */
export function volumeOf(claim: Claim): { readonly claim: Manifest; readonly volume: Manifest } {
  const { metadata, spec } = claim;
  const { accessModes, storageClassName = 'standard-rwx', volumeMode = 'Filesystem' } = spec;
  const { name, namespace, uid } = metadata;
  const capacity = { storage: spec.resources.requests.storage };
  const volumeName = `pvc-${uid}`;
  const volume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: volumeName, annotations: { 'pv.kubernetes.io/provisioned-by': 'csi.demo.example.com' } },
    spec: {
      accessModes,
      capacity,
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid },
      csi: {
        driver: 'csi.demo.example.com',
        volumeHandle: sha256(uid).slice(0, 16),
      },
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName,
      volumeMode,
    },
    status: { phase: 'Bound' },
  };
  const annotations = { ...metadata.annotations, 'pv.kubernetes.io/bind-completed': 'yes' };
  const bound = {
    ...claim,
    metadata: { ...metadata, annotations, finalizers: [CLAIM_PROTECTION] },
    spec: { ...spec, storageClassName, volumeName },
    status: { phase: 'Bound', accessModes, capacity },
  };
  return { claim: bound, volume };
}

/** Finalizer that keeps a deleted claim until no pod mounts it. */
const CLAIM_PROTECTION = 'kubernetes.io/pvc-protection';

/**
 * Provisions volumes for unbound claims, removes the finalizer of deleted claims that no pod mounts, and deletes
 * volumes whose claim no longer exists.
 */
export function reconcileVolumes(simulator: Simulator): void {
  const claims = simulator.list('v1', 'PersistentVolumeClaim').filter(isClaim);
  for (const claim of claims) {
    if (claim.metadata.deletionTimestamp !== undefined) release(simulator, claim);
    else if (claim.spec.volumeName === undefined) bind(simulator, claim);
  }
  const uids = new Set(simulator.list('v1', 'PersistentVolumeClaim').map(({ metadata }) => `pvc-${metadata.uid}`));
  for (const { metadata } of simulator.list('v1', 'PersistentVolume'))
    if (metadata.name.startsWith('pvc-') && !uids.has(metadata.name))
      simulator.delete('v1', 'PersistentVolume', metadata.name);
}

function bind(simulator: Simulator, unbound: Claim): void {
  const { claim, volume } = volumeOf(unbound);
  simulator.apply(volume);
  simulator.apply(claim);
}

function release(simulator: Simulator, claim: Claim): void {
  const { namespace, name, finalizers = [] } = claim.metadata;
  const isMounted = simulator
    .list('v1', 'Pod', namespace)
    .some((pod) => listAt(memberAt(pod, 'spec'), 'volumes').some((volume) => claimIn(volume) === name));
  if (isMounted || !finalizers.includes(CLAIM_PROTECTION)) return;
  const left = finalizers.filter((finalizer) => finalizer !== CLAIM_PROTECTION);
  simulator.apply({ ...claim, metadata: { ...claim.metadata, finalizers: left } });
}

function claimIn(volume: unknown): string | undefined {
  return stringAt(objectAt(volume, 'persistentVolumeClaim'), 'claimName');
}

/** The API server has validated the required fields of {@link Claim}. */
function isClaim(object: KubernetesObject): object is Claim & KubernetesObject {
  return object.kind === 'PersistentVolumeClaim';
}
