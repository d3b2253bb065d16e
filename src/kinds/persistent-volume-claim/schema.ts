import { builder } from '../../graphql/builder.ts';
import { byNamespaceAndName, sortedByName } from '../../graphql/by-name.ts';
import { ConditionType } from '../../graphql/condition.ts';
import { implementConnection, paginate, pagingArgs, type Connection } from '../../graphql/connection.ts';
import { KubernetesObjectInterface, kubernetesType, NodeInterface } from '../../graphql/kubernetes-object.ts';
import { implementEvent, listSource, objectSource, type SubscriptionEvent } from '../../subscriptions/source.ts';
import { afterArg, namespaceArg, objectArgs } from '../../graphql/object-args.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import { keyOf } from '../../kubernetes/object.ts';
import { Namespace } from '../namespace/resource.ts';
import { namespaceNamed, NamespaceType } from '../namespace/schema.ts';
import { PersistentVolume } from '../persistent-volume/resource.ts';
import { PersistentVolumeType } from '../persistent-volume/schema.ts';
import { AccessModeEnum, accessModesOf, VolumeModeEnum, volumeModeOf } from '../persistent-volume/words.ts';
import { Pod } from '../pod/resource.ts';
import { PodType } from '../pod/schema.ts';
import { StorageClass } from '../storage-class/resource.ts';
import { StorageClassType } from '../storage-class/schema.ts';
import { Audit } from '../workspace/audit.ts';
import { canMount, canUpdate } from '../workspace/mountable.ts';
import { Workspace } from '../workspace/resource.ts';
import { WorkspaceType } from '../workspace/schema.ts';
import { ClaimFilterInput, claimMatcher, ClaimPhaseEnum, phaseOf } from './filter.ts';
import { claimSpecOf, claimStatusOf, PersistentVolumeClaim, type PersistentVolumeClaimObject } from './resource.ts';

export const PersistentVolumeClaimType = kubernetesType('PersistentVolumeClaim', PersistentVolumeClaim);
const PersistentVolumeClaimConnection = builder.objectRef<Connection<PersistentVolumeClaimObject>>(
  'PersistentVolumeClaimConnection',
);
const PersistentVolumeClaimEvent =
  builder.objectRef<SubscriptionEvent<PersistentVolumeClaimObject>>('PersistentVolumeClaimEvent');
implementConnection(PersistentVolumeClaimConnection, PersistentVolumeClaimType);
implementEvent(PersistentVolumeClaimEvent, PersistentVolumeClaimType);

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
    phase: t.field({ type: ClaimPhaseEnum, description: 'Whether it has storage.', resolve: phaseOf }),
    requestedSize: t.string({
      nullable: true,
      description:
        'How much is asked for, as a Kubernetes quantity, e.g. `10Gi`. Null where the cluster does not tell.',
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
  }),
});

const filterArg = builder.args((t) => ({
  filter: t.field({ type: ClaimFilterInput, description: 'Which claims. Null: all that you may see.' }),
}));

builder.queryFields((t) => ({
  persistentVolumeClaim: t.field({
    type: PersistentVolumeClaimType,
    nullable: true,
    description: 'One claim. Null when it does not exist.',
    args: objectArgs,
    resolve: async (_, at, { client }) => (await client.reader.get(PersistentVolumeClaim, at)) ?? null,
  }),
  persistentVolumeClaims: t.field({
    type: PersistentVolumeClaimConnection,
    description: 'The claims that match, sorted by namespace and name.',
    args: { ...namespaceArg, ...filterArg, ...pagingArgs },
    resolve: async (_, { namespace, filter, ...paging }, { client }) => {
      const claims = await client.reader.list(PersistentVolumeClaim, namespace);
      return paginate(claims.filter(claimMatcher(filter)), byNamespaceAndName, paging);
    },
  }),
}));

builder.subscriptionFields((t) => ({
  persistentVolumeClaim: t.field({
    type: PersistentVolumeClaimType,
    nullable: true,
    description:
      'One claim as it is now, and again whenever something that you select has changed; null while there is none.',
    args: objectArgs,
    subscribe: (_, at, { client }) => objectSource(client, PersistentVolumeClaim, at),
    resolve: ({ object }) => object,
  }),
  persistentVolumeClaims: t.field({
    type: PersistentVolumeClaimEvent,
    description: 'The claims that match, then SYNCED, then what happens to them. Leaving the filter is DELETED.',
    args: { ...namespaceArg, ...filterArg, ...afterArg },
    subscribe: (_, { namespace, filter, after }, { client }) =>
      listSource(client, PersistentVolumeClaim, { namespace, filter, matcher: claimMatcher, after }),
    resolve: (event) => event,
  }),
}));
