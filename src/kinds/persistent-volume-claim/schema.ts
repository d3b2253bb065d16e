import { builder } from '../../graphql/builder.ts';
import { sortedByName } from '../../graphql/ordering.ts';
import { ConditionType } from '../../graphql/condition.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import { KubernetesObjectInterface, NodeInterface } from '../../graphql/node.ts';
import { keyOf } from '../../kubernetes/object.ts';
import { defineKind } from '../define-kind.ts';
import { namespaceNamed, NamespaceType } from '../namespace/refs.ts';
import { Namespace } from '../namespace/resource.ts';
import { PersistentVolumeType } from '../persistent-volume/refs.ts';
import { PersistentVolume } from '../persistent-volume/resource.ts';
import { AccessModeEnum, accessModesOf, VolumeModeEnum, volumeModeOf } from '../persistent-volume/enums.ts';
import { PodType } from '../pod/refs.ts';
import { Pod } from '../pod/resource.ts';
import { StorageClassType } from '../storage-class/refs.ts';
import { StorageClass } from '../storage-class/resource.ts';
import { Audit } from '../../mutations/audit-annotations.ts';
import { canMount, canUpdate } from '../../mutations/permission-labels.ts';
import { VolumeMount } from '../workspace/volumes.ts';
import { WorkspaceType } from '../workspace/refs.ts';
import { Workspace } from '../workspace/resource.ts';
import { ClaimFilterInput, claimMatcher, ClaimPhaseEnum, phaseOf } from './filter.ts';
import { PersistentVolumeClaimConnection, PersistentVolumeClaimEvent, PersistentVolumeClaimType } from './refs.ts';
import { claimSpecOf, claimStatusOf, PersistentVolumeClaim } from './resource.ts';

PersistentVolumeClaimType.implement({
  description: 'A claim to storage, which workspaces mount by its name.',
  interfaces: [NodeInterface, KubernetesObjectInterface],
  fields: (t) => ({
    namespace: t.field({
      type: NamespaceType,
      description: 'The namespace it is in.',
      extensions: dependsOn(Namespace),
      resolve: ({ metadata }, _, { client }) => namespaceNamed(client, metadata.namespace ?? ''),
    }),
    canMount: t.boolean({
      description: 'Whether workspaces may mount it: it is labelled so.',
      resolve: canMount,
    }),
    canUpdate: t.boolean({
      description: 'Whether deletePersistentVolumeClaim may delete it: it is labelled so.',
      resolve: canUpdate,
    }),
  }),
});

builder.objectFields(PersistentVolumeClaimType, (t) => ({
  phase: t.field({ type: ClaimPhaseEnum, description: 'Whether it has storage.', resolve: phaseOf }),
  requestedSize: t.string({
    nullable: true,
    description: 'How much is asked for, as a Kubernetes quantity, e.g. `10Gi`. Null where the cluster does not tell.',
    resolve: (claim) => claimSpecOf(claim).resources?.requests?.['storage'] ?? null,
  }),
  capacity: t.string({
    nullable: true,
    description: 'How much it has, as a Kubernetes quantity. Null until it is BOUND.',
    resolve: (claim) => claimStatusOf(claim).capacity?.['storage'] ?? null,
  }),
  accessModes: t.field({
    type: [AccessModeEnum],
    description: 'How it is asked to be mounted.',
    resolve: (claim) => accessModesOf(claimSpecOf(claim).accessModes),
  }),
  volumeMode: t.field({
    type: VolumeModeEnum,
    description: 'As what it is mounted.',
    resolve: (claim) => volumeModeOf(claimSpecOf(claim).volumeMode),
  }),
}));

builder.objectFields(PersistentVolumeClaimType, (t) => ({
  storageClassName: t.string({
    nullable: true,
    description: 'Name of its class. Null for one without.',
    resolve: (claim) => claimSpecOf(claim).storageClassName || null,
  }),
  storageClass: t.field({
    type: StorageClassType,
    nullable: true,
    description: 'Its class. Null for one without, when the class is gone, and where you may not see classes.',
    extensions: dependsOn(StorageClass),
    resolve: (claim, _, { client }) =>
      client.reader.prefetched(StorageClass).get({ name: claimSpecOf(claim).storageClassName ?? '' }) ?? null,
  }),
  volumeName: t.string({
    nullable: true,
    description: 'Name of the storage that it has. Null until it is BOUND.',
    resolve: (claim) => claimSpecOf(claim).volumeName || null,
  }),
  volume: t.field({
    type: PersistentVolumeType,
    nullable: true,
    description: 'The storage that it has. Null until it is BOUND, and where you may not see volumes.',
    extensions: dependsOn(PersistentVolume),
    resolve: (claim, _, { client }) =>
      client.reader.prefetched(PersistentVolume).get({ name: claimSpecOf(claim).volumeName ?? '' }) ?? null,
  }),
  conditions: t.field({
    type: [ConditionType],
    description: 'What holds of it, e.g. `Resizing`. Mostly empty.',
    resolve: (claim) => [...(claimStatusOf(claim).conditions ?? [])],
  }),
}));

builder.objectFields(PersistentVolumeClaimType, (t) => ({
  workspaces: t.field({
    type: [WorkspaceType],
    description: 'The workspaces that mount it, as home or as data, running or not. Those that you may see.',
    extensions: dependsOn(Workspace),
    resolve: ({ metadata }, _, { client }) =>
      sortedByName(client.reader.prefetched(Workspace).byIndex('claim', keyOf(metadata))),
  }),
  pods: t.field({
    type: [PodType],
    description: 'The pods of workspaces that mount it now. Those that you may see.',
    extensions: dependsOn(Pod),
    resolve: ({ metadata }, _, { client }) =>
      sortedByName(client.reader.prefetched(Pod).byIndex('claim', keyOf(metadata))),
  }),
  audit: t.field({ type: Audit, description: 'Who did what when.', resolve: (claim) => claim }),
}));

builder.objectField(VolumeMount, 'claim', (t) =>
  t.field({
    type: PersistentVolumeClaimType,
    nullable: true,
    description: 'The claim itself. Null when it does not exist, and where you may not list claims.',
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
  filter: { type: ClaimFilterInput, description: 'Which claims. Null: all that you may see.' },
  matcher: claimMatcher,
  get: { name: 'persistentVolumeClaim', description: 'One claim. Null when it does not exist.' },
  list: { name: 'persistentVolumeClaims', description: 'The claims that match, sorted by namespace and name.' },
  subscribeOne: {
    name: 'persistentVolumeClaim',
    description:
      'One claim as it is now, and again whenever something that you select has changed; null while there is none.',
  },
  subscribe: {
    name: 'persistentVolumeClaims',
    description: 'The claims that match, then SYNCED, then what happens to them. Leaving the filter is DELETED.',
  },
});
