import { builder } from '../../graphql/builder.ts';
import { flagCondition, matchesAll, searchCondition, searchedTexts } from '../../graphql/filter.ts';
import type { ObjectFilter } from '../../kubernetes/object-filter.ts';
import { isRedacted, KubernetesObjectInterface, NodeInterface } from '../../graphql/node.ts';
import { defineKind } from '../define-kind.ts';
import { ReclaimPolicyEnum, reclaimPolicyOf } from '../persistent-volume/enums.ts';
import { StorageClassConnection, StorageClassEvent, StorageClassType } from './refs.ts';
import { classFieldsOf, isUsable, StorageClass, type StorageClassObject } from './resource.ts';

const VolumeBindingMode = builder.enumType('VolumeBindingMode', {
  description: 'Time at which a claim is bound to a volume.',
  values: {
    IMMEDIATE: { description: 'A claim is bound when it is created.' },
    WAIT_FOR_FIRST_CONSUMER: {
      description: 'A claim is bound when the first pod mounts it. Until then it is PENDING.',
    },
    UNKNOWN: { description: 'A binding mode that this gateway does not know.' },
  } as const,
});

const bindingModeByName: ReadonlyMap<string | undefined, typeof VolumeBindingMode.$inferType> = new Map([
  [undefined, 'IMMEDIATE'],
  ['Immediate', 'IMMEDIATE'],
  ['WaitForFirstConsumer', 'WAIT_FOR_FIRST_CONSUMER'],
]);

const DISPLAY_NAME = 'notebooks.kubeflow.org/display-name';
const DESCRIPTION = 'notebooks.kubeflow.org/description';
/** Kubernetes still reads the second one, too. */
const DEFAULT_ANNOTATIONS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
] as const;

function displayNameOf({ metadata }: StorageClassObject): string {
  return metadata.annotations?.[DISPLAY_NAME] || metadata.name;
}

StorageClassType.implement({
  description: 'Storage class: a kind of storage that can be claimed.',
  interfaces: [NodeInterface, KubernetesObjectInterface],
  fields: (t) => ({
    manifest: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'Cached part of the object, without the parameters of its provisioner. Null for viewers who may not get the object.',
      resolve: (storageClass) => (isRedacted(storageClass) ? null : storageClass),
    }),
    displayName: t.string({
      description: 'Display name, from the annotation `notebooks.kubeflow.org/display-name`, else the name.',
      resolve: displayNameOf,
    }),
    description: t.string({
      description: 'Description, from the annotation `notebooks.kubeflow.org/description`. May be empty.',
      resolve: ({ metadata }) => metadata.annotations?.[DESCRIPTION] ?? '',
    }),
    canUse: t.boolean({
      description:
        'True if createPersistentVolumeClaim accepts the class: its label `notebooks.kubeflow.org/can-use` is `true`.',
      resolve: isUsable,
    }),
    isDefault: t.boolean({
      description:
        'True if the class is marked as the default for claims that name no class. Of several, Kubernetes takes the newest.',
      resolve: ({ metadata }) => DEFAULT_ANNOTATIONS.some((each) => metadata.annotations?.[each] === 'true'),
    }),
  }),
});

builder.objectFields(StorageClassType, (t) => ({
  provisioner: t.string({
    description: 'Provisioner, e.g. `ebs.csi.aws.com`. May be empty.',
    resolve: (storageClass) => classFieldsOf(storageClass).provisioner ?? '',
  }),
  reclaimPolicy: t.field({
    type: ReclaimPolicyEnum,
    description: 'Handling of a volume after its claim is deleted.',
    resolve: (storageClass) => reclaimPolicyOf(classFieldsOf(storageClass).reclaimPolicy ?? 'Delete'),
  }),
  volumeBindingMode: t.field({
    type: VolumeBindingMode,
    description: 'Time at which a claim is bound to a volume.',
    resolve: (storageClass) => bindingModeByName.get(classFieldsOf(storageClass).volumeBindingMode) ?? 'UNKNOWN',
  }),
  allowVolumeExpansion: t.boolean({
    description: 'True if claims of this class can be expanded.',
    resolve: (storageClass) => classFieldsOf(storageClass).allowVolumeExpansion === true,
  }),
}));

const StorageClassFilterInput = builder.inputType('StorageClassFilter', {
  description: 'Filter for storage classes. A class matches if it meets every given condition.',
  fields: (t) => ({
    search: t.string({ description: 'Substring of the name or `displayName`, case-insensitive.' }),
    canUse: t.boolean({ description: 'Value of `canUse`.' }),
  }),
});

const storageClassTexts = searchedTexts((storageClass: StorageClassObject) => [
  storageClass.metadata.name,
  displayNameOf(storageClass),
]);

function classMatcher(
  filter: typeof StorageClassFilterInput.$inferInput | null | undefined,
): ObjectFilter<StorageClassObject> {
  return matchesAll<StorageClassObject>([
    searchCondition(filter?.search, storageClassTexts),
    flagCondition(filter?.canUse, isUsable),
  ]);
}

defineKind({
  resource: StorageClass,
  type: StorageClassType,
  connection: StorageClassConnection,
  event: StorageClassEvent,
  filter: {
    type: StorageClassFilterInput,
    description: 'Filter for storage classes. Null for all classes that you may list.',
  },
  matcher: classMatcher,
  get: { name: 'storageClass', description: 'Storage class by name. Null if it does not exist.' },
  list: { name: 'storageClasses', description: 'Matching storage classes, sorted by name.' },
  subscribe: {
    name: 'storageClasses',
    description:
      'Sends RESET, the matching storage classes as ADDED, SYNCED, then their changes. A class that starts to match is ADDED, one that stops is DELETED.',
  },
});
