import { listOf, mapOf, reader, record, text, type Formed } from '../../kubernetes/form.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';

const quantities = mapOf(text);
const condition = record({ type: text, status: text, reason: text, message: text, lastTransitionTime: text });

const spec = record({
  accessModes: listOf(text),
  resources: record({ requests: quantities, limits: quantities }),
  volumeMode: text,
  storageClassName: text,
  volumeName: text,
});

const status = record({
  phase: text,
  accessModes: listOf(text),
  capacity: quantities,
  conditions: listOf(condition),
});

/** A claim to storage, read through {@link claimSpecOf} and {@link claimStatusOf}. */
export interface PersistentVolumeClaimObject extends KubernetesObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

const readSpec = reader(spec, {});
const readStatus = reader(status, {});

export function claimSpecOf(claim: PersistentVolumeClaimObject): Formed<typeof spec> {
  return readSpec(claim.spec);
}

export function claimStatusOf(claim: PersistentVolumeClaimObject): Formed<typeof status> {
  return readStatus(claim.status);
}

export const PersistentVolumeClaim = defineResource<PersistentVolumeClaimObject>({
  kind: 'PersistentVolumeClaim',
  group: '',
  version: 'v1',
  plural: 'persistentvolumeclaims',
  namespaced: true,
  cache: {
    watched: 'on-demand',
  },
});
