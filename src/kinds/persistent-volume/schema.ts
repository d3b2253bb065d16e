import { builder } from '../../graphql/builder.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import { KubernetesObjectInterface, NodeInterface } from '../../graphql/node.ts';
import { labelSelector } from '../../graphql/label-selector.ts';
import { defineKind } from '../define-kind.ts';
import { PersistentVolumeClaimType } from '../persistent-volume-claim/refs.ts';
import { PersistentVolumeClaim } from '../persistent-volume-claim/resource.ts';
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
  description: 'Whether storage is taken.',
  values: {
    PENDING: { description: 'It is not there yet.' },
    AVAILABLE: { description: 'Nobody claims it.' },
    BOUND: { description: 'A claim has it.' },
    RELEASED: { description: 'Its claim is gone, and it is not looked after yet.' },
    FAILED: { description: 'Looking after it has failed.' },
    UNKNOWN: { description: 'Nothing is known, or something that this gateway does not know.' },
  } as const,
});

const phaseByName: ReadonlyMap<string | undefined, typeof VolumePhase.$inferType> = new Map([
  ['Pending', 'PENDING'],
  ['Available', 'AVAILABLE'],
  ['Bound', 'BOUND'],
  ['Released', 'RELEASED'],
  ['Failed', 'FAILED'],
]);

PersistentVolumeType.implement({
  description: 'A piece of storage of the cluster. Where and how it is stored is not told.',
  interfaces: [NodeInterface, KubernetesObjectInterface],
  fields: (t) => ({
    manifest: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'The object as far as it is kept: its metadata, and of spec and status what the fields of this type tell. Null where you may not get it.',
      resolve: (volume) => volume,
    }),
    phase: t.field({
      type: VolumePhase,
      description: 'Whether it is taken.',
      resolve: (volume) => phaseByName.get(volumeStatusOf(volume).phase) ?? 'UNKNOWN',
    }),
    reason: t.string({
      nullable: true,
      description: 'Why it FAILED, in one word. Null otherwise.',
      resolve: (volume) => volumeStatusOf(volume).reason || null,
    }),
    message: t.string({
      nullable: true,
      description: 'Why it is in this phase, for people. Null where there is no message.',
      resolve: (volume) => volumeStatusOf(volume).message || null,
    }),
    capacity: t.string({
      nullable: true,
      description: 'How large it is, as a Kubernetes quantity, e.g. `10Gi`. Null where the cluster does not tell.',
      resolve: (volume) => volumeSpecOf(volume).capacity?.['storage'] ?? null,
    }),
  }),
});

builder.objectFields(PersistentVolumeType, (t) => ({
  accessModes: t.field({
    type: [AccessModeEnum],
    description: 'How it can be mounted.',
    resolve: (volume) => accessModesOf(volumeSpecOf(volume).accessModes),
  }),
  volumeMode: t.field({
    type: VolumeModeEnum,
    description: 'As what it is mounted.',
    resolve: (volume) => volumeModeOf(volumeSpecOf(volume).volumeMode),
  }),
  reclaimPolicy: t.field({
    type: ReclaimPolicyEnum,
    description: 'What becomes of it when its claim is deleted.',
    resolve: (volume) => reclaimPolicyOf(volumeSpecOf(volume).persistentVolumeReclaimPolicy),
  }),
  storageClass: t.field({
    type: StorageClassType,
    nullable: true,
    description: 'Its class. Null for one without, and where you may not see classes.',
    extensions: dependsOn(StorageClass),
    resolve: (volume, _, { client }) =>
      client.reader.prefetched(StorageClass).get({ name: volumeSpecOf(volume).storageClassName ?? '' }) ?? null,
  }),
  claim: t.field({
    type: PersistentVolumeClaimType,
    nullable: true,
    description: 'The claim that has it. Null where none has, and where you may not see it.',
    extensions: dependsOn(PersistentVolumeClaim),
    resolve: (volume, _, { client }) => {
      const { namespace, name = '', uid } = volumeSpecOf(volume).claimRef ?? {};
      const claim = client.reader.prefetched(PersistentVolumeClaim).get({ namespace, name });
      return claim && (!uid || claim.metadata.uid === uid) ? claim : null;
    },
  }),
}));

const PersistentVolumeFilterInput = builder.inputType('PersistentVolumeFilter', {
  description: 'Which storage is meant: all conditions that are given must hold.',
  fields: (t) => ({
    search: t.string({ description: 'Part of the name, in any case.' }),
    phases: t.field({ type: [VolumePhase], description: 'In one of these phases.' }),
    storageClasses: t.stringList({ description: 'Of one of these classes, by name.' }),
    labelSelector: t.string({ description: 'By labels, in the Kubernetes grammar: `team=ml,!legacy`.' }),
  }),
});

function volumeMatcher(
  filter: typeof PersistentVolumeFilterInput.$inferInput | null | undefined,
): (volume: PersistentVolumeObject) => boolean {
  const { phases, storageClasses } = filter ?? {};
  const selected = labelSelector(filter?.labelSelector);
  const text = filter?.search?.toLowerCase() ?? '';
  return (volume) =>
    volume.metadata.name.toLowerCase().includes(text) &&
    (!phases || phases.includes(phaseByName.get(volumeStatusOf(volume).phase) ?? 'UNKNOWN')) &&
    (!storageClasses || storageClasses.includes(volumeSpecOf(volume).storageClassName ?? '')) &&
    (selected?.(volume) ?? true);
}

defineKind({
  resource: PersistentVolume,
  type: PersistentVolumeType,
  connection: PersistentVolumeConnection,
  event: PersistentVolumeEvent,
  filter: { type: PersistentVolumeFilterInput, description: 'Which storage. Null: all that you may see.' },
  matcher: volumeMatcher,
  get: { name: 'persistentVolume', description: 'One piece of storage. Null when it does not exist.' },
  list: { name: 'persistentVolumes', description: 'The storage that matches, sorted by name.' },
  subscribe: {
    name: 'persistentVolumes',
    description: 'The storage that matches, then SYNCED, then what happens to it.',
  },
});
