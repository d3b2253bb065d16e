import { builder } from '../../graphql/builder.ts';
import { isRedacted, KubernetesObjectInterface, NodeInterface } from '../../graphql/node.ts';
import { defineKind } from '../define-kind.ts';
import { ReclaimPolicyEnum, reclaimPolicyOf } from '../persistent-volume/enums.ts';
import { StorageClassConnection, StorageClassEvent, StorageClassType } from './refs.ts';
import { classFieldsOf, isUsable, StorageClass, type StorageClassObject } from './resource.ts';

const VolumeBindingMode = builder.enumType('VolumeBindingMode', {
  description: 'When a claim gets its storage.',
  values: {
    IMMEDIATE: { description: 'At once.' },
    WAIT_FOR_FIRST_CONSUMER: { description: 'When the first pod mounts it: until then the claim is PENDING.' },
    UNKNOWN: { description: 'Something that this gateway does not know.' },
  } as const,
});

const bindingModeByName: ReadonlyMap<string | undefined, typeof VolumeBindingMode.$inferType> = new Map([
  [undefined, 'IMMEDIATE'],
  ['Immediate', 'IMMEDIATE'],
  ['WaitForFirstConsumer', 'WAIT_FOR_FIRST_CONSUMER'],
]);

const DISPLAY_NAME = 'notebooks.kubeflow.org/display-name';
const DESCRIPTION = 'notebooks.kubeflow.org/description';
const IS_DEFAULT = 'storageclass.kubernetes.io/is-default-class';

function displayNameOf({ metadata }: StorageClassObject): string {
  return metadata.annotations?.[DISPLAY_NAME] || metadata.name;
}

StorageClassType.implement({
  description: 'A kind of storage that can be claimed.',
  interfaces: [NodeInterface, KubernetesObjectInterface],
  fields: (t) => ({
    manifest: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'The object as far as it is kept: without the parameters of its provisioner. Null where you may not get it.',
      resolve: (storageClass) => (isRedacted(storageClass) ? null : storageClass),
    }),
    displayName: t.string({
      description: 'Its name for people: what an administrator has annotated, else its name.',
      resolve: displayNameOf,
    }),
    description: t.string({
      description: 'What it is good for, as an administrator has annotated. Possibly empty.',
      resolve: ({ metadata }) => metadata.annotations?.[DESCRIPTION] ?? '',
    }),
    canUse: t.boolean({
      description: 'Whether createPersistentVolumeClaim takes it: an administrator has labelled it so.',
      resolve: isUsable,
    }),
    isDefault: t.boolean({
      description: 'Whether a claim that names no class gets this one.',
      resolve: ({ metadata }) => metadata.annotations?.[IS_DEFAULT] === 'true',
    }),
  }),
});

builder.objectFields(StorageClassType, (t) => ({
  provisioner: t.string({
    description: 'What makes the storage, e.g. `ebs.csi.aws.com`. Possibly empty.',
    resolve: (storageClass) => classFieldsOf(storageClass).provisioner ?? '',
  }),
  reclaimPolicy: t.field({
    type: ReclaimPolicyEnum,
    description: 'What becomes of its storage when the claim is deleted.',
    resolve: (storageClass) => reclaimPolicyOf(classFieldsOf(storageClass).reclaimPolicy ?? 'Delete'),
  }),
  volumeBindingMode: t.field({
    type: VolumeBindingMode,
    description: 'When a claim gets its storage.',
    resolve: (storageClass) => bindingModeByName.get(classFieldsOf(storageClass).volumeBindingMode) ?? 'UNKNOWN',
  }),
  allowVolumeExpansion: t.boolean({
    description: 'Whether a claim can be made larger later.',
    resolve: (storageClass) => classFieldsOf(storageClass).allowVolumeExpansion === true,
  }),
}));

const StorageClassFilterInput = builder.inputType('StorageClassFilter', {
  description: 'Which classes are meant: all conditions that are given must hold.',
  fields: (t) => ({
    search: t.string({ description: 'Part of the name or displayName, in any case.' }),
    canUse: t.boolean({ description: 'That createPersistentVolumeClaim takes, or not.' }),
  }),
});

function classMatcher(
  filter: typeof StorageClassFilterInput.$inferInput | null | undefined,
): (storageClass: StorageClassObject) => boolean {
  const { canUse } = filter ?? {};
  const text = filter?.search?.toLowerCase() ?? '';
  return (storageClass) =>
    [storageClass.metadata.name, displayNameOf(storageClass)].some((name) => name.toLowerCase().includes(text)) &&
    (typeof canUse !== 'boolean' || isUsable(storageClass) === canUse);
}

defineKind({
  resource: StorageClass,
  type: StorageClassType,
  connection: StorageClassConnection,
  event: StorageClassEvent,
  filter: { type: StorageClassFilterInput, description: 'Which classes. Null: all that you may see.' },
  matcher: classMatcher,
  get: { name: 'storageClass', description: 'One class of storage. Null when it does not exist.' },
  list: { name: 'storageClasses', description: 'The classes of storage that match, sorted by name.' },
  subscribe: {
    name: 'storageClasses',
    description: 'The classes of storage that match, then SYNCED, then what happens to them.',
  },
});
