import { builder } from '../../graphql/builder.ts';
import { amountOf, ResourceAmountType } from '../../graphql/resource-amount.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import { addObjectFields, KubernetesObjectInterface, NodeInterface, PARTIAL_MANIFEST } from '../../graphql/node.ts';
import {
  labelCondition,
  labelSelectorField,
  matchesAll,
  nameTexts,
  oneOfCondition,
  searchCondition,
} from '../../graphql/filter.ts';
import type { ObjectFilter } from '../../kubernetes/object-filter.ts';
import { defineKind } from '../define-kind.ts';
import { PersistentVolumeClaimType } from '../persistent-volume-claim/refs.ts';
import { PersistentVolumeClaim, storageClassNameOf } from '../persistent-volume-claim/resource.ts';
import { StorageClassType } from '../storage-class/refs.ts';
import { StorageClass } from '../storage-class/resource.ts';
import { PersistentVolumeConnection, PersistentVolumeEvent, PersistentVolumeType } from './refs.ts';
import { PersistentVolume, type PersistentVolumeObject, volumeSpecOf, volumeStatusOf } from './resource.ts';
import {
  AccessModeEnum,
  accessModesOf,
  ReclaimPolicyEnum,
  reclaimPolicyOf,
  VolumeModeEnum,
  volumeModeOf,
} from './enums.ts';

const VolumePhase = builder.enumType('PersistentVolumePhase', {
  description: 'Phase of a persistent volume.',
  values: {
    PENDING: { description: 'The volume is not available yet.' },
    AVAILABLE: { description: 'The volume is not bound to a claim.' },
    BOUND: { description: 'The volume is bound to a claim.' },
    RELEASED: { description: 'The claim was deleted and the volume has not been reclaimed yet.' },
    FAILED: { description: 'Automatic reclamation failed.' },
    UNKNOWN: { description: 'No phase is reported, or one that this gateway does not know.' },
  } as const,
});

const phaseByName: ReadonlyMap<string | undefined, typeof VolumePhase.$inferType> = new Map([
  ['Pending', 'PENDING'],
  ['Available', 'AVAILABLE'],
  ['Bound', 'BOUND'],
  ['Released', 'RELEASED'],
  ['Failed', 'FAILED'],
]);

addObjectFields(PersistentVolumeType, PARTIAL_MANIFEST);

PersistentVolumeType.implement({
  description: 'Persistent volume. The volume source, which may contain addresses and credentials, is not returned.',
  interfaces: [NodeInterface, KubernetesObjectInterface],
  fields: (t) => ({
    phase: t.field({
      type: VolumePhase,
      description: 'Phase.',
      resolve: (volume) => phaseByName.get(volumeStatusOf(volume).phase) ?? 'UNKNOWN',
    }),
    reason: t.string({
      nullable: true,
      description: 'Machine-readable reason of a failure. Null if none is reported.',
      resolve: (volume) => volumeStatusOf(volume).reason || null,
    }),
    message: t.string({
      nullable: true,
      description: 'Human-readable details of the phase. Null if none are reported.',
      resolve: (volume) => volumeStatusOf(volume).message || null,
    }),
    capacity: t.field({
      type: ResourceAmountType,
      nullable: true,
      description: 'Capacity, in bytes. Null if it is not reported.',
      resolve: (volume) => amountOf('storage', volumeSpecOf(volume).capacity?.['storage']),
    }),
  }),
});

builder.objectFields(PersistentVolumeType, (t) => ({
  accessModes: t.field({
    type: [AccessModeEnum],
    description: 'Access modes that the volume supports.',
    resolve: (volume) => accessModesOf(volumeSpecOf(volume).accessModes),
  }),
  volumeMode: t.field({
    type: VolumeModeEnum,
    description: 'Volume mode.',
    resolve: (volume) => volumeModeOf(volumeSpecOf(volume).volumeMode),
  }),
  reclaimPolicy: t.field({
    type: ReclaimPolicyEnum,
    description: 'Handling of the volume after its claim is deleted.',
    resolve: (volume) => reclaimPolicyOf(volumeSpecOf(volume).persistentVolumeReclaimPolicy),
  }),
  storageClass: t.field({
    type: StorageClassType,
    nullable: true,
    description: 'Storage class. Null if the volume has none, or if you may not read it.',
    extensions: dependsOn(StorageClass),
    resolve: (volume, _, { client }) =>
      client.reader.prefetched(StorageClass).get({ name: storageClassNameOf(volume, volumeSpecOf(volume)) }) ?? null,
  }),
  claim: t.field({
    type: PersistentVolumeClaimType,
    nullable: true,
    description: 'Claim that the volume is bound to. Null if there is none, or if you may not read it.',
    extensions: dependsOn(PersistentVolumeClaim),
    resolve: (volume, _, { client }) => {
      const { namespace, name = '', uid } = volumeSpecOf(volume).claimRef ?? {};
      const claim = client.reader.prefetched(PersistentVolumeClaim).get({ namespace, name });
      return claim && (!uid || claim.metadata.uid === uid) ? claim : null;
    },
  }),
}));

const PersistentVolumeFilterInput = builder.inputType('PersistentVolumeFilter', {
  description: 'Filter for persistent volumes. A volume matches if it meets every given condition.',
  fields: (t) => ({
    search: t.string({ description: 'Substring of the name, case-insensitive.' }),
    phases: t.field({ type: [VolumePhase], description: 'Phases: the volume is in one of them.' }),
    storageClasses: t.stringList({ description: 'Names of storage classes: the volume has one of them.' }),
    labelSelector: labelSelectorField(t),
  }),
});

function volumeMatcher(
  filter: typeof PersistentVolumeFilterInput.$inferInput | null | undefined,
): ObjectFilter<PersistentVolumeObject> {
  return matchesAll<PersistentVolumeObject>([
    searchCondition(filter?.search, nameTexts),
    oneOfCondition(filter?.phases, (volume) => phaseByName.get(volumeStatusOf(volume).phase) ?? 'UNKNOWN'),
    oneOfCondition(filter?.storageClasses, (volume) => storageClassNameOf(volume, volumeSpecOf(volume))),
    labelCondition(filter?.labelSelector),
  ]);
}

defineKind({
  resource: PersistentVolume,
  type: PersistentVolumeType,
  connection: PersistentVolumeConnection,
  event: PersistentVolumeEvent,
  filter: {
    type: PersistentVolumeFilterInput,
    description: 'Filter for persistent volumes. Null for all volumes that you may list.',
  },
  matcher: volumeMatcher,
  get: { name: 'persistentVolume', description: 'Persistent volume by name. Null if it does not exist.' },
  list: { name: 'persistentVolumes', description: 'Matching persistent volumes, sorted by name.' },
  subscribe: {
    name: 'persistentVolumes',
    description:
      'Sends RESET, the matching persistent volumes as ADDED, SYNCED, then their changes. A volume that starts to match is ADDED, one that stops is DELETED.',
  },
});
