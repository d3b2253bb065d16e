import { builder } from '../../graphql/builder.ts';
import { amountOf, ResourceAmountType } from '../../graphql/resource-amount.ts';
import { sortedByName } from '../../kubernetes/ordering.ts';
import { ConditionType } from '../../graphql/condition.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import { addObjectFields, KubernetesObjectInterface, NodeInterface } from '../../graphql/node.ts';
import { keyOf } from '../../kubernetes/object.ts';
import { defineKind } from '../define-kind.ts';
import { addNamespaceFields } from '../namespace/refs.ts';
import { PersistentVolumeType } from '../persistent-volume/refs.ts';
import { PersistentVolume } from '../persistent-volume/resource.ts';
import { AccessModeEnum, accessModesOf, VolumeModeEnum, volumeModeOf } from '../persistent-volume/enums.ts';
import { PodType } from '../pod/refs.ts';
import { MountingPod } from '../pod/resource.ts';
import { StorageClassType } from '../storage-class/refs.ts';
import { StorageClass } from '../storage-class/resource.ts';
import { Audit } from '../../mutations/audit-annotations.ts';
import { canMount, canUpdate } from '../../mutations/permission-labels.ts';
import { VolumeMount } from '../workspace/volumes.ts';
import { WorkspaceType } from '../workspace/refs.ts';
import { Workspace } from '../workspace/resource.ts';
import { ClaimFilterInput, claimMatcher, ClaimPhaseEnum, phaseOf } from './filter.ts';
import { PersistentVolumeClaimConnection, PersistentVolumeClaimEvent, PersistentVolumeClaimType } from './refs.ts';
import { claimSpecOf, claimStatusOf, PersistentVolumeClaim, storageClassNameOf } from './resource.ts';

addNamespaceFields(PersistentVolumeClaimType);
addObjectFields(PersistentVolumeClaimType);

PersistentVolumeClaimType.implement({
  description: 'Persistent volume claim, which workspaces mount by its name.',
  interfaces: [NodeInterface, KubernetesObjectInterface],
  fields: (t) => ({
    canMount: t.boolean({
      description: 'True if workspaces may mount the claim: its label `notebooks.kubeflow.org/can-mount` is `true`.',
      resolve: canMount,
    }),
    canUpdate: t.boolean({
      description:
        'True if deletePersistentVolumeClaim may delete the claim: its label `notebooks.kubeflow.org/can-update` is `true`.',
      resolve: canUpdate,
    }),
  }),
});

builder.objectFields(PersistentVolumeClaimType, (t) => ({
  phase: t.field({ type: ClaimPhaseEnum, description: 'Phase.', resolve: phaseOf }),
  requestedSize: t.field({
    type: ResourceAmountType,
    nullable: true,
    description: 'Requested capacity, in bytes. Null if it is not reported.',
    resolve: (claim) => amountOf('storage', claimSpecOf(claim).resources?.requests?.['storage']),
  }),
  capacity: t.field({
    type: ResourceAmountType,
    nullable: true,
    description: 'Actual capacity, in bytes. Null until the claim is BOUND.',
    resolve: (claim) => amountOf('storage', claimStatusOf(claim).capacity?.['storage']),
  }),
  accessModes: t.field({
    type: [AccessModeEnum],
    description: 'Requested access modes.',
    resolve: (claim) => accessModesOf(claimSpecOf(claim).accessModes),
  }),
  volumeMode: t.field({
    type: VolumeModeEnum,
    description: 'Volume mode.',
    resolve: (claim) => volumeModeOf(claimSpecOf(claim).volumeMode),
  }),
}));

builder.objectFields(PersistentVolumeClaimType, (t) => ({
  storageClassName: t.string({
    nullable: true,
    description: 'Name of the storage class. Null if the claim has none.',
    resolve: (claim) => storageClassNameOf(claim, claimSpecOf(claim)) || null,
  }),
  storageClass: t.field({
    type: StorageClassType,
    nullable: true,
    description: 'Storage class. Null if the claim has none, if it does not exist, or if you may not read it.',
    extensions: dependsOn(StorageClass),
    resolve: (claim, _, { client }) =>
      client.reader.prefetched(StorageClass).get({ name: storageClassNameOf(claim, claimSpecOf(claim)) }) ?? null,
  }),
  volumeName: t.string({
    nullable: true,
    description:
      'Name of the bound volume or, while the claim is PENDING, of the one that it asks for. Null if it asks for none.',
    resolve: (claim) => claimSpecOf(claim).volumeName || null,
  }),
  volume: t.field({
    type: PersistentVolumeType,
    nullable: true,
    description:
      'Volume with the name `volumeName`. Null if there is none, if it does not exist, or if you may not read volumes.',
    extensions: dependsOn(PersistentVolume),
    resolve: (claim, _, { client }) =>
      client.reader.prefetched(PersistentVolume).get({ name: claimSpecOf(claim).volumeName ?? '' }) ?? null,
  }),
  conditions: t.field({
    type: [ConditionType],
    description: 'Conditions, e.g. `Resizing`. Usually empty.',
    resolve: (claim) => [...(claimStatusOf(claim).conditions ?? [])],
  }),
}));

builder.objectFields(PersistentVolumeClaimType, (t) => ({
  workspaces: t.field({
    type: [WorkspaceType],
    description: 'Workspaces that mount the claim as home or data volume, running or not, as far as you may read them.',
    extensions: dependsOn(Workspace),
    resolve: ({ metadata }, _, { client }) =>
      sortedByName(client.reader.prefetched(Workspace).byIndex('claim', keyOf(metadata))),
  }),
  pods: t.field({
    type: [PodType],
    description:
      'Pods that mount the claim, of workspaces and others, sorted by name. Pods that have ended are included. Empty for viewers who may not list pods.',
    extensions: dependsOn(MountingPod),
    resolve: ({ metadata }, _, { client }) =>
      client.reader.prefetchedIn(MountingPod, metadata.namespace ?? '', (pods) =>
        sortedByName(pods.byIndex('claim', keyOf(metadata))),
      ),
  }),
  audit: t.field({ type: Audit, description: 'Creation and last change, with the users.', resolve: (claim) => claim }),
}));

builder.objectField(VolumeMount, 'claim', (t) =>
  t.field({
    type: PersistentVolumeClaimType,
    nullable: true,
    description: 'Mounted claim. Null if it does not exist, or if you may not read it.',
    extensions: dependsOn(PersistentVolumeClaim),
    resolve: ({ namespace, claimName: name }, _, { client }) =>
      client.reader.prefetched(PersistentVolumeClaim).get({ namespace, name }) ?? null,
  }),
);

defineKind({
  resource: PersistentVolumeClaim,
  type: PersistentVolumeClaimType,
  connection: PersistentVolumeClaimConnection,
  event: PersistentVolumeClaimEvent,
  filter: { type: ClaimFilterInput, description: 'Filter for claims. Null for all claims that you may list.' },
  matcher: claimMatcher,
  get: { name: 'persistentVolumeClaim', description: 'Persistent volume claim by name. Null if it does not exist.' },
  list: {
    name: 'persistentVolumeClaims',
    description: 'Matching persistent volume claims, sorted by namespace and name.',
  },
  subscribeOne: {
    name: 'persistentVolumeClaim',
    description:
      'Sends the persistent volume claim, and again whenever a selected field has changed. Null while it does not exist.',
  },
  subscribe: {
    name: 'persistentVolumeClaims',
    description:
      'Sends RESET, the matching persistent volume claims as ADDED, SYNCED, then their changes. A claim that starts to match is ADDED, one that stops is DELETED.',
  },
});
