/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Access mode of a volume. */
export type AccessMode =
  /** `ReadOnlyMany`: read-only by many nodes. */
  | 'READ_ONLY_MANY'
  /** `ReadWriteMany`: read-write by many nodes. */
  | 'READ_WRITE_MANY'
  /** `ReadWriteOnce`: read-write by the pods of one node. */
  | 'READ_WRITE_ONCE'
  /** `ReadWriteOncePod`: read-write by one pod. */
  | 'READ_WRITE_ONCE_POD'
  /** An access mode that this gateway does not know. Not valid as input. */
  | 'UNKNOWN';

/** Status of a condition. */
export type ConditionStatus =
  /** The condition is false. */
  | 'FALSE'
  /** The condition is true. */
  | 'TRUE'
  /** The condition cannot be determined. */
  | 'UNKNOWN';

/** State of a container. */
export type ContainerStateName =
  /** The container is running. */
  | 'RUNNING'
  /** The container has terminated. See `exitCode` and `reason`. */
  | 'TERMINATED'
  /** The kubelet has not reported a state, or has reported one that this gateway does not know. */
  | 'UNKNOWN'
  /** The container is not running yet, or waits for a restart. See `reason`. */
  | 'WAITING';

/** Input of createPersistentVolumeClaim. */
export type CreatePersistentVolumeClaimInput = {
  /** Access modes, at least one. */
  accessModes: Array<AccessMode>;
  /** Annotations, in addition to those that the gateway sets. INVALID if `volume.beta.kubernetes.io/storage-class` is among them. */
  annotations?: Array<KeyValueInput> | null | undefined;
  /** Whether to run the complete request, including admission, without storing the result. */
  dryRun?: boolean;
  /** Field manager recorded in `metadata.managedFields`, up to 128 characters. Null for `workspaces-gateway`. */
  fieldManager?: string | null | undefined;
  /** Labels, in addition to those that the gateway sets. */
  labels?: Array<KeyValueInput> | null | undefined;
  /** Name of the claim: lower-case letters, digits, `-` and `.`. */
  name: string;
  /** Namespace of the claim. */
  namespace: string;
  /** Requested capacity, as a Kubernetes quantity, e.g. `10Gi`. */
  requestedSize: string;
  /** Name of a storage class with `canUse`. INVALID if it does not exist or is not offered. */
  storageClassName: string;
  /** Volume mode. Workspaces can mount only FILESYSTEM. */
  volumeMode?: VolumeMode;
};

/** Fields of a new workspace. */
export type CreateWorkspaceInput = {
  /** Annotations of the Workspace. */
  annotations?: Array<KeyValueInput> | null | undefined;
  /** Whether the controller keeps redirected options while the workspace is paused, instead of replacing them. Supported only by the oldest version of the CRD; others reject it. */
  deferUpdates?: boolean | null | undefined;
  /** Display name. If null or empty, the name is used. */
  displayName?: string | null | undefined;
  /** Whether to run the complete request, including admission, without storing the result. */
  dryRun?: boolean;
  /** Field manager recorded in `metadata.managedFields`, up to 128 characters. Null for `workspaces-gateway`. */
  fieldManager?: string | null | undefined;
  /** Handling of fields that the schema of the object does not declare. */
  fieldValidation?: FieldValidation;
  /** Prefix of a name that the API server generates. */
  generateName?: string | null | undefined;
  /** ID of the imageConfig option. */
  imageConfig: string | number;
  /** Name of the WorkspaceKind. It cannot be changed later. */
  kind: string;
  /** Labels of the Workspace. */
  labels?: Array<KeyValueInput> | null | undefined;
  /** Name: up to 63 lower case letters, digits and "-". Either `name` or `generateName` is required. */
  name?: string | null | undefined;
  /** Namespace of the workspace. */
  namespace: string;
  /** Whether the workspace is created paused. */
  paused?: boolean;
  /** ID of the podConfig option. */
  podConfig: string | number;
  /** Labels and annotations to add to the pod. */
  podMetadata?: PodMetadataInput | null | undefined;
  /** Maximum waiting time in seconds, from 0 to 3600. */
  timeoutSeconds?: number;
  /** Volumes to mount. */
  volumes?: WorkspaceVolumesInput | null | undefined;
  /** State to wait for before the mutation returns, for up to `timeoutSeconds`. Only a state that the controller reports after this change counts, and not that of a pod of an earlier workspace of the same name. If null, the mutation returns at once. */
  waitFor?: WorkspaceState | null | undefined;
  /** Whether to keep waiting when the workspace reports the state ERROR, such as a pod that cannot be scheduled until a node is added. If false, ERROR ends the wait with `stateReached: false`; see `stateMessage` of the workspace. */
  waitThroughErrors?: boolean;
};

/** Type of an event of a list subscription. */
export type EventType =
  /** The object was created, or starts to match. `object` is its current state. */
  | 'ADDED'
  /** The object was deleted, stops matching, or is no longer visible to you. `object` is its last known state. */
  | 'DELETED'
  /** A selected field of the object has changed. `object` is its current state. */
  | 'MODIFIED'
  /** A snapshot follows: the subscription has started without a cursor, or the events since the cursor are no longer available. Discard all objects. */
  | 'RESET'
  /** The snapshot, or the catch-up after a cursor, is complete. */
  | 'SYNCED';

/** Handling of fields that the schema of the object does not declare. */
export type FieldValidation =
  /** Unknown fields are dropped. */
  | 'IGNORE'
  /** Unknown fields are rejected with BAD_REQUEST. */
  | 'STRICT'
  /** Unknown fields are dropped and reported in `warnings`. */
  | 'WARN';

/** Entry of a map, such as a label. */
export type KeyValueInput = {
  /** Key, unique in its map. */
  key: string;
  /** Value. May be empty. */
  value: string;
};

/** Source of the changes of a kind. */
export type KindUpdates =
  /** The kind is never cached: each query reads it from the API server. It has no subscriptions. */
  | 'LIVE_READS'
  /** The kind has not been read recently and is not cached. The next query or subscription starts its watch and waits for the first list. */
  | 'ON_DEMAND'
  /** The cluster serves the kind without the verb `watch`: the gateway lists it every 10 seconds and sends the differences to subscribers. */
  | 'POLLED'
  /** The API server sends each change through a watch. */
  | 'WATCHED';

/** Type of a Kubernetes event. */
export type KubernetesEventType =
  /** The event reports normal operation. */
  | 'NORMAL'
  /** The event has a type that this gateway does not know. */
  | 'UNKNOWN'
  /** The event reports a problem. */
  | 'WARNING';

/** Type of the objects that a limit of a LimitRange is about. */
export type LimitType =
  /** Each container of a pod. */
  | 'CONTAINER'
  /** Each PersistentVolumeClaim. */
  | 'PERSISTENT_VOLUME_CLAIM'
  /** All containers of a pod together. */
  | 'POD'
  /** Another type, of a newer version of Kubernetes. */
  | 'UNKNOWN';

/** Phase of a namespace. */
export type NamespacePhase =
  /** Objects can be created in the namespace. */
  | 'ACTIVE'
  /** The namespace and its objects are being deleted. No object can be created in it. */
  | 'TERMINATING'
  /** No phase is reported, or one that this gateway does not know. */
  | 'UNKNOWN';

/** Workspaces to pause. Either `names` or `filter` is required. */
export type PauseWorkspacesInput = {
  /** Identifier that you choose, such as a UUID, to run the mutation as a bulk action: it returns when the workspaces are selected, with `action` and without results, and continues even if you disconnect. Subscribe to `bulkAction` with the same id. ALREADY_EXISTS if you have an action with this id, so a repeated request does not act twice. Null to wait for the results. */
  actionId?: string | number | null | undefined;
  /** Whether to run the complete request, including admission, without storing the result. */
  dryRun?: boolean;
  /** Filter for workspaces, at most 1000 of which may match. `{}` for all that you may see. */
  filter?: WorkspaceFilter | null | undefined;
  /** Names of up to 1000 workspaces of the namespace. */
  names?: Array<string> | null | undefined;
  /** Namespace of the workspaces. With a filter, null for every namespace in which you may see workspaces. */
  namespace?: string | null | undefined;
};

/** Phase of a persistent volume claim. */
export type PersistentVolumeClaimPhase =
  /** The claim is bound to a volume. */
  | 'BOUND'
  /** The volume of the claim no longer exists, and its data is lost. */
  | 'LOST'
  /** The claim is not bound yet. With `WAIT_FOR_FIRST_CONSUMER` it stays pending until a pod mounts it. */
  | 'PENDING'
  /** No phase is reported, or one that this gateway does not know. */
  | 'UNKNOWN';

/** Labels and annotations that a workspace or a WorkspaceKind adds to pods. */
export type PodMetadataInput = {
  /** All annotations. If absent, they are kept; null removes them. */
  annotations?: Array<KeyValueInput> | null | undefined;
  /** All labels. If absent, they are kept; null removes them. */
  labels?: Array<KeyValueInput> | null | undefined;
};

/** Phase of a pod. */
export type PodPhase =
  /** All containers have terminated, at least one of them with a failure. */
  | 'FAILED'
  /** The pod is being scheduled, or its images are being pulled. */
  | 'PENDING'
  /** The pod is bound to a node, and at least one container runs or is being restarted. */
  | 'RUNNING'
  /** All containers have terminated successfully. */
  | 'SUCCEEDED'
  /** The node does not respond, or the phase is one that this gateway does not know. */
  | 'UNKNOWN';

/** Result of an activity probe. */
export type ProbeResult =
  /** The probe failed. */
  | 'FAILURE'
  /** The workspace reported its last activity. */
  | 'SUCCESS'
  /** The workspace did not respond in time. */
  | 'TIMEOUT'
  /** A result that this gateway does not know. */
  | 'UNKNOWN';

/** Secret to mount, as files. */
export type SecretMountInput = {
  /** Permission bits of the files, in decimal, from 0 to 511. 420 is 0644. */
  defaultMode?: number;
  /** Absolute mount path of the files, without ":". No other volume of the workspace may have the same path. A volume of the WorkspaceKind at this path is replaced. */
  mountPath: string;
  /** Name of a Secret in the namespace of the workspace, labelled notebooks.kubeflow.org/can-mount=true. */
  secretName: string;
};

/** Workspaces to start. Either `names` or `filter` is required. */
export type StartWorkspacesInput = {
  /** Identifier that you choose, such as a UUID, to run the mutation as a bulk action: it returns when the workspaces are selected, with `action` and without results, and continues even if you disconnect. Subscribe to `bulkAction` with the same id. ALREADY_EXISTS if you have an action with this id, so a repeated request does not act twice. Null to wait for the results. */
  actionId?: string | number | null | undefined;
  /** Whether to run the complete request, including admission, without storing the result. */
  dryRun?: boolean;
  /** Filter for workspaces, at most 1000 of which may match. `{}` for all that you may see. */
  filter?: WorkspaceFilter | null | undefined;
  /** Names of up to 1000 workspaces of the namespace. */
  names?: Array<string> | null | undefined;
  /** Namespace of the workspaces. With a filter, null for every namespace in which you may see workspaces. */
  namespace?: string | null | undefined;
};

/** Changes of a workspace. Absent fields are kept, null clears a field. The WorkspaceKind cannot be changed. */
export type UpdateWorkspaceInput = {
  /** All annotations of the Workspace, except those with the prefix notebooks.kubeflow.org/, which are kept as they are. */
  annotations?: Array<KeyValueInput> | null | undefined;
  /** Whether to set imageConfig and podConfig to their `desiredOptionId` unless they are given here or it is null. Restarts a running workspace. */
  applyPendingRedirects?: boolean;
  /** Whether the controller keeps redirected options while the workspace is paused, instead of replacing them. Supported only by the oldest version of the CRD; others reject it. */
  deferUpdates?: boolean | null | undefined;
  /** Display name. If null or empty, the name is used. */
  displayName?: string | null | undefined;
  /** Whether to run the complete request, including admission, without storing the result. */
  dryRun?: boolean;
  /** Field manager recorded in `metadata.managedFields`, up to 128 characters. Null for `workspaces-gateway`. */
  fieldManager?: string | null | undefined;
  /** Handling of fields that the schema of the object does not declare. */
  fieldValidation?: FieldValidation;
  /** ID of the imageConfig option. Cannot be null. Restarts a running workspace. */
  imageConfig?: string | number | null | undefined;
  /** All labels of the Workspace. */
  labels?: Array<KeyValueInput> | null | undefined;
  /** Name of the workspace. */
  name: string;
  /** Namespace of the workspace. */
  namespace: string;
  /** Whether the workspace should be paused, regardless of its state. Cannot be null. */
  paused?: boolean | null | undefined;
  /** ID of the podConfig option. Cannot be null. Restarts a running workspace. */
  podConfig?: string | number | null | undefined;
  /** Labels and annotations to add to the pod. Restarts a running workspace. */
  podMetadata?: PodMetadataInput | null | undefined;
  /** `revision` that the changes are based on. CONFLICT if the spec has changed since. */
  revision: string;
  /** Volumes to mount. Restarts a running workspace. */
  volumes?: WorkspaceVolumesInput | null | undefined;
};

/** Reason why the usage of a workspace is not available. */
export type UsageUnavailableReason =
  /** The cluster does not serve `metrics.k8s.io`, or its metrics server does not respond. */
  | 'METRICS_API_NOT_AVAILABLE'
  /** The pod is running and has not been measured yet, which takes about a minute. */
  | 'NOT_MEASURED_YET'
  /** You or the gateway may not `list` `pods` of `metrics.k8s.io` in the namespace. */
  | 'NOT_PERMITTED'
  /** The workspace has no running pod. */
  | 'WORKSPACE_NOT_RUNNING';

/** Volume mode. */
export type VolumeMode =
  /** The volume is attached as a block device. */
  | 'BLOCK'
  /** The volume is mounted as a directory. */
  | 'FILESYSTEM'
  /** A volume mode that this gateway does not know. Not valid as input. */
  | 'UNKNOWN';

/** PersistentVolumeClaim to mount. */
export type VolumeMountInput = {
  /** Name of a PersistentVolumeClaim in the namespace of the workspace, labelled notebooks.kubeflow.org/can-mount=true. */
  claimName: string;
  /** Absolute mount path, without ":". No other volume of the workspace may have the same path. A volume of the WorkspaceKind at this path is replaced. */
  mountPath: string;
  /** Whether to mount the volume read-only. */
  readOnly?: boolean;
};

/** Filter for workspaces. A workspace matches if it meets every given condition. */
export type WorkspaceFilter = {
  /** Names of users, one of whom created the workspace (`audit.createdBy`). */
  createdBy?: Array<string> | null | undefined;
  /** Matches RUNNING workspaces without activity, and without a load of their GPUs, for this time, as `WorkspaceTotals.idle` counts them. BAD_REQUEST if it is negative, and in a subscription to workspaces, since they match later without a change. */
  idleForSeconds?: number | null | undefined;
  /** IDs or display names of imageConfig options, one of which is in the spec. */
  imageConfigs?: Array<string | number> | null | undefined;
  /** Matches workspaces whose last activity is before this time, whatever the load of their GPUs. Workspaces without known activity do not match. */
  inactiveSince?: string | null | undefined;
  /** Names of WorkspaceKinds, one of which the workspace has. */
  kinds?: Array<string> | null | undefined;
  /** Kubernetes label selector on the labels of the Workspace, e.g. `team=ml,tier in (dev,test),!legacy`. BAD_REQUEST if it is malformed. */
  labelSelector?: string | null | undefined;
  /** Namespaces, one of which the workspace is in. */
  namespaces?: Array<string> | null | undefined;
  /** Names of nodes, one of which the pod is on (`pod.nodeName`). */
  nodes?: Array<string> | null | undefined;
  /** Matches RUNNING workspaces that the controller may pause for inactivity before this time (`activity.pauseEligibleAt`). */
  pauseEligibleBefore?: string | null | undefined;
  /** Value of `paused`, the desired state. For the observed state see `states`. */
  paused?: boolean | null | undefined;
  /** Value of `pendingRestart`. */
  pendingRestart?: boolean | null | undefined;
  /** IDs or display names of podConfig options, one of which is in the spec. */
  podConfigs?: Array<string | number> | null | undefined;
  /** Resources, such as `nvidia.com/gpu`, of one of which the workspace requests at least one unit (`resources.requests`). */
  requests?: Array<string> | null | undefined;
  /** Substring of the name or `displayName`, case-insensitive. */
  search?: string | null | undefined;
  /** States, one of which the workspace is in. */
  states?: Array<WorkspaceState> | null | undefined;
};

/** Property by which totals of workspaces are grouped. */
export type WorkspaceGroupKey =
  /** Name of the user who created the workspace. Empty if it is not recorded. */
  | 'CREATED_BY'
  /** ID of the imageConfig option. Options of several WorkspaceKinds may have the same ID. */
  | 'IMAGE_CONFIG'
  /** Name of the WorkspaceKind. */
  | 'KIND'
  /** Value of a label of the Workspace, whose key is in `groupByLabels`. Empty without the label. */
  | 'LABEL'
  /** Namespace. */
  | 'NAMESPACE'
  /** Name of the node of the pod. Empty while there is none. */
  | 'NODE'
  /** ID of the podConfig option. Options of several WorkspaceKinds may have the same ID. */
  | 'POD_CONFIG'
  /** State. */
  | 'STATE';

/** Observed state of a workspace: TERMINATING while it is being deleted, else as last reported by the controller. */
export type WorkspaceState =
  /** The workspace cannot run. See `stateMessage` for the reason. */
  | 'ERROR'
  /** The workspace is paused and has no pod. */
  | 'PAUSED'
  /** The pod is being scheduled or started. */
  | 'PENDING'
  /** The pod is running and ready. */
  | 'RUNNING'
  /** The pod is being terminated, or the workspace is being deleted. */
  | 'TERMINATING'
  /** The controller has not reported a state, or reports one that this gateway does not know. */
  | 'UNKNOWN';

/** Volumes of a workspace. */
export type WorkspaceVolumesInput = {
  /** All additional PersistentVolumeClaims. If absent, they are kept; null removes them. */
  data?: Array<VolumeMountInput> | null | undefined;
  /** Name of the PersistentVolumeClaim of the home directory. If absent, it is kept; null removes it. */
  home?: string | null | undefined;
  /** All Secrets. If absent, they are kept; null removes them. */
  secrets?: Array<SecretMountInput> | null | undefined;
};

export type PauseMutationVariables = Exact<{
  namespace: string;
  name: string;
}>;


export type PauseMutation = { result: { stateReached: boolean | null, workspace: { id: string, state: WorkspaceState, stateMessage: string } } | null };

export type StartMutationVariables = Exact<{
  namespace: string;
  name: string;
}>;


export type StartMutation = { result: { stateReached: boolean | null, workspace: { id: string, state: WorkspaceState, stateMessage: string } } | null };

export type RestartMutationVariables = Exact<{
  namespace: string;
  name: string;
}>;


export type RestartMutation = { result: { stateReached: boolean, workspace: { id: string, state: WorkspaceState, stateMessage: string } } | null };

export type DeleteMutationVariables = Exact<{
  namespace: string;
  name: string;
  uid: string | number;
}>;


export type DeleteMutation = { result: { deletionPending: boolean } | null };

export type PauseManyMutationVariables = Exact<{
  input: PauseWorkspacesInput;
}>;


export type PauseManyMutation = { result: { action: { actionId: string } | null } | null };

export type StartManyMutationVariables = Exact<{
  input: StartWorkspacesInput;
}>;


export type StartManyMutation = { result: { action: { actionId: string } | null } | null };

export type FollowBulkActionSubscriptionVariables = Exact<{
  actionId: string | number;
}>;


export type FollowBulkActionSubscription = { bulkAction: { results: Array<{ name: string, ok: boolean, message: string | null }> } };

export type ObservedStateFragment = { id: string, state: WorkspaceState, stateMessage: string };

export type CreationRightsQueryVariables = Exact<{ [key: string]: never; }>;


export type CreationRightsQuery = { viewer: { canCreate: boolean }, namespaces: { nodes: Array<{ name: string }> } };

export type CreationRightQueryVariables = Exact<{
  namespace: string;
}>;


export type CreationRightQuery = { viewer: { canCreate: boolean } };

export type WorkspaceRowsSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type WorkspaceRowsSubscription = { workspaces: { type: EventType, cursor: string, object: { id: string, name: string, displayName: string, namespaceName: string, state: WorkspaceState, paused: boolean, stateMessage: string, stateHint: string | null, pendingRestart: boolean, kindName: string, imageConfig: { optionId: string }, podConfig: { optionId: string }, activity: { lastActivityAt: string | null }, audit: { deletedAt: string | null }, metadata: { uid: string }, services: Array<{ portId: string, displayName: string, httpPath: string, connectable: boolean }> } | null } };

export type FirstWorkspacesQueryVariables = Exact<{ [key: string]: never; }>;


export type FirstWorkspacesQuery = { workspaces: { nodes: Array<{ id: string, name: string, displayName: string, namespaceName: string, state: WorkspaceState, paused: boolean, stateMessage: string, stateHint: string | null, pendingRestart: boolean, kindName: string, imageConfig: { optionId: string }, podConfig: { optionId: string }, activity: { lastActivityAt: string | null }, audit: { deletedAt: string | null }, metadata: { uid: string }, services: Array<{ portId: string, displayName: string, httpPath: string, connectable: boolean }> }> } };

export type WorkspaceRowFragment = { id: string, name: string, displayName: string, namespaceName: string, state: WorkspaceState, paused: boolean, stateMessage: string, stateHint: string | null, pendingRestart: boolean, kindName: string, imageConfig: { optionId: string }, podConfig: { optionId: string }, activity: { lastActivityAt: string | null }, audit: { deletedAt: string | null }, metadata: { uid: string }, services: Array<{ portId: string, displayName: string, httpPath: string, connectable: boolean }> };

export type KindRowsSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type KindRowsSubscription = { workspaceKinds: { type: EventType, cursor: string, object: { id: string, name: string, displayName: string, imageConfigs: Array<{ optionId: string, displayName: string }>, podConfigs: Array<{ optionId: string, displayName: string, pod: { requests: Array<{ resource: string, quantity: string }>, limits: Array<{ resource: string, quantity: string }> } | null }>, icon: { url: string | null } } | null } };

export type KindNameFragment = { id: string, name: string, displayName: string, icon: { url: string | null } };

export type OptionResourcesFragment = { pod: { requests: Array<{ resource: string, quantity: string }>, limits: Array<{ resource: string, quantity: string }> } | null };

export type IdentityQueryVariables = Exact<{ [key: string]: never; }>;


export type IdentityQuery = { viewer: { name: string } };

export type PermissionsQueryVariables = Exact<{
  ids: Array<string | number> | string | number;
}>;


export type PermissionsQuery = { nodes: Array<
    | { id: string, canUpdate: boolean, canDelete: boolean }
    | Record<PropertyKey, never>
   | null> };

export type FleetTotalsSubscriptionVariables = Exact<{
  namespace?: string | null | undefined;
  by: WorkspaceGroupKey;
  idleSeconds: number;
}>;


export type FleetTotalsSubscription = { workspaceTotals: Array<{ count: number, group: Array<{ value: string }>, stateCounts: Array<{ state: WorkspaceState, count: number }>, requests: Array<{ resource: string, value: number }>, idle: { count: number, requests: Array<{ resource: string, value: number }> } }> };

export type FleetNodesQueryVariables = Exact<{
  first: number;
}>;


export type FleetNodesQuery = { clusterNodes: { totalCount: number, nodes: Array<{ id: string, name: string, ready: boolean, unschedulable: boolean, allocatable: Array<{ resource: string, value: number }>, requested: Array<{ resource: string, value: number }> | null, workspaces: { totalCount: number } }> } };

export type FindIdleMutationVariables = Exact<{
  namespace?: string | null | undefined;
  idleSeconds: number;
}>;


export type FindIdleMutation = { result: { results: Array<{ ok: boolean, message: string | null, name: string, namespace: string, workspace: { id: string, name: string, displayName: string, namespaceName: string, metadata: { uid: string } } | null }> } | null };

export type AmountFragment = { resource: string, value: number };

export type GatewayStatusQueryVariables = Exact<{ [key: string]: never; }>;


export type GatewayStatusQuery = { gateway: { version: string, kubernetesVersion: string | null, live: { subscribers: number, sharedSubscriptions: number, events: number, coalesced: number, slowCloses: number } | null, kinds: Array<{ group: string, version: string, kind: string, available: boolean, synced: boolean, updates: KindUpdates, objects: number, lastEventAt: string | null }> } };

export type ViewerPermissionsQueryVariables = Exact<{
  namespace?: string | null | undefined;
}>;


export type ViewerPermissionsQuery = { viewer: { name: string, groups: Array<string>, readWorkspaces: boolean, createWorkspaces: boolean, updateWorkspaces: boolean, deleteWorkspaces: boolean, readLogs: boolean, readClaims: boolean, createClaims: boolean, readSecrets: boolean, createSecrets: boolean, updateKinds: boolean } };

export type KindCardsSubscriptionVariables = Exact<{
  namespace: string;
  isChosen: boolean;
}>;


export type KindCardsSubscription = { workspaceKinds: { type: EventType, cursor: string, object: { hidden: boolean, description: string, deprecated: boolean, deprecationMessage: string | null, defaultImageConfig: string, defaultPodConfig: string, id: string, name: string, displayName: string, imageConfigs: Array<{ optionId: string, displayName: string, description: string, hidden: boolean, denied: boolean, deniedMessage: string | null, redirectTo: string | null, redirectMessage: { text: string } | null, image: { image: string } | null, pod: { requests: Array<{ resource: string, quantity: string }>, limits: Array<{ resource: string, quantity: string }> } | null }>, podConfigs: Array<{ optionId: string, displayName: string, description: string, hidden: boolean, denied: boolean, deniedMessage: string | null, redirectTo: string | null, redirectMessage: { text: string } | null, image: { image: string } | null, pod: { requests: Array<{ resource: string, quantity: string }>, limits: Array<{ resource: string, quantity: string }> } | null }>, offer?: { hidden: boolean, denied: boolean, deniedMessage: string | null, imageConfigs: Array<{ optionId: string, displayName: string, description: string, hidden: boolean, denied: boolean, deniedMessage: string | null, redirectTo: string | null, redirectMessage: { text: string } | null, image: { image: string } | null, pod: { requests: Array<{ resource: string, quantity: string }>, limits: Array<{ resource: string, quantity: string }> } | null }>, podConfigs: Array<{ optionId: string, displayName: string, description: string, hidden: boolean, denied: boolean, deniedMessage: string | null, redirectTo: string | null, redirectMessage: { text: string } | null, image: { image: string } | null, pod: { requests: Array<{ resource: string, quantity: string }>, limits: Array<{ resource: string, quantity: string }> } | null }> } | null, icon: { url: string | null } } | null } };

export type KindSummaryFragment = { description: string, deprecated: boolean, deprecationMessage: string | null, defaultImageConfig: string, defaultPodConfig: string, id: string, name: string, displayName: string, icon: { url: string | null } };

export type OfferStateFragment = { hidden: boolean, denied: boolean, deniedMessage: string | null };

export type OptionRowFragment = { optionId: string, displayName: string, description: string, hidden: boolean, denied: boolean, deniedMessage: string | null, redirectTo: string | null, redirectMessage: { text: string } | null, image: { image: string } | null, pod: { requests: Array<{ resource: string, quantity: string }>, limits: Array<{ resource: string, quantity: string }> } | null };

export type NamespaceOffersSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type NamespaceOffersSubscription = { namespaces: { type: EventType, cursor: string, object: { id: string, name: string, workspaceKindOffers: { nodes: Array<{ hidden: boolean, denied: boolean, deniedMessage: string | null, kind: { name: string } }> } } | null } };

export type NamespaceQuotasQueryVariables = Exact<{
  name: string;
}>;


export type NamespaceQuotasQuery = { namespace: { id: string, phase: NamespacePhase | null, resourceQuotas: Array<{ id: string, name: string, scopes: Array<string>, items: Array<{ resource: string, hard: { value: number }, used: { value: number } }> }>, limitRanges: Array<{ id: string, name: string, items: Array<{ type: LimitType, min: Array<{ resource: string, quantity: string }>, max: Array<{ resource: string, quantity: string }>, default: Array<{ resource: string, quantity: string }>, defaultRequest: Array<{ resource: string, quantity: string }> }> }> } | null };

export type BoundFragment = { resource: string, quantity: string };

export type NamespaceRowsSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type NamespaceRowsSubscription = { namespaces: { type: EventType, cursor: string, object: { id: string, name: string, phase: NamespacePhase | null } | null } };

export type FormKindsSubscriptionVariables = Exact<{
  namespace: string;
}>;


export type FormKindsSubscription = { workspaceKinds: { type: EventType, cursor: string, object: { homeMountPath: string | null, description: string, deprecated: boolean, deprecationMessage: string | null, defaultImageConfig: string, defaultPodConfig: string, id: string, name: string, displayName: string, imageConfigs: Array<{ optionId: string, displayName: string }>, podConfigs: Array<{ optionId: string, displayName: string }>, offer: { hidden: boolean, denied: boolean, deniedMessage: string | null } | null, icon: { url: string | null } } | null } };

export type FormOptionsSubscriptionVariables = Exact<{
  namespace: string;
  kind: string;
  imageConfig?: string | number | null | undefined;
  podConfig?: string | number | null | undefined;
}>;


export type FormOptionsSubscription = { workspaceKind: { name: string, offer: { imageConfigs: Array<{ optionId: string, displayName: string, description: string, hidden: boolean, denied: boolean, deniedMessage: string | null, redirectTo: string | null, redirectMessage: { text: string } | null, image: { image: string } | null, pod: { requests: Array<{ resource: string, quantity: string }>, limits: Array<{ resource: string, quantity: string }> } | null }>, podConfigs: Array<{ optionId: string, displayName: string, description: string, hidden: boolean, denied: boolean, deniedMessage: string | null, redirectTo: string | null, redirectMessage: { text: string } | null, image: { image: string } | null, pod: { requests: Array<{ resource: string, quantity: string }>, limits: Array<{ resource: string, quantity: string }> } | null }> } | null } | null };

export type FormClaimsSubscriptionVariables = Exact<{
  namespace: string;
}>;


export type FormClaimsSubscription = { persistentVolumeClaims: { type: EventType, cursor: string, object: { id: string, name: string, canMount: boolean, accessModes: Array<AccessMode>, phase: PersistentVolumeClaimPhase, capacity: { quantity: string } | null, requestedSize: { quantity: string } | null, workspaces: Array<{ name: string }> } | null } };

export type FormSecretsQueryVariables = Exact<{
  namespace: string;
}>;


export type FormSecretsQuery = { secrets: { nodes: Array<{ name: string, canMount: boolean, type: string }> } };

export type FormStorageClassesQueryVariables = Exact<{ [key: string]: never; }>;


export type FormStorageClassesQuery = { storageClasses: { nodes: Array<{ name: string, displayName: string, description: string, canUse: boolean, isDefault: boolean }> } };

export type EditedWorkspaceSubscriptionVariables = Exact<{
  namespace: string;
  name: string;
}>;


export type EditedWorkspaceSubscription = { workspace: { id: string, name: string, namespaceName: string, displayName: string, kindName: string, paused: boolean, revision: string, canUpdate: boolean, imageConfig: { optionId: string }, podConfig: { optionId: string }, volumes: { home: { claimName: string } | null, data: Array<{ claimName: string, mountPath: string | null, readOnly: boolean }>, secrets: Array<{ secretName: string, mountPath: string, defaultMode: number }> }, podMetadata: { labels: Array<{ key: string, value: string }>, annotations: Array<{ key: string, value: string }> }, metadata: { labels: Array<{ key: string, value: string }>, annotations: Array<{ key: string, value: string }> }, audit: { updatedBy: string | null } } | null };

export type EditedWorkspaceFragment = { id: string, name: string, namespaceName: string, displayName: string, kindName: string, paused: boolean, revision: string, canUpdate: boolean, imageConfig: { optionId: string }, podConfig: { optionId: string }, volumes: { home: { claimName: string } | null, data: Array<{ claimName: string, mountPath: string | null, readOnly: boolean }>, secrets: Array<{ secretName: string, mountPath: string, defaultMode: number }> }, podMetadata: { labels: Array<{ key: string, value: string }>, annotations: Array<{ key: string, value: string }> }, metadata: { labels: Array<{ key: string, value: string }>, annotations: Array<{ key: string, value: string }> }, audit: { updatedBy: string | null } };

export type CreateWorkspaceMutationVariables = Exact<{
  input: CreateWorkspaceInput;
}>;


export type CreateWorkspaceMutation = { result: { warnings: Array<string> } | null };

export type UpdateWorkspaceMutationVariables = Exact<{
  input: UpdateWorkspaceInput;
}>;


export type UpdateWorkspaceMutation = { result: { warnings: Array<string> } | null };

export type CreateClaimMutationVariables = Exact<{
  input: CreatePersistentVolumeClaimInput;
}>;


export type CreateClaimMutation = { result: { warnings: Array<string> } | null };

export type WorkspaceDetailsSubscriptionVariables = Exact<{
  namespace: string;
  name: string;
}>;


export type WorkspaceDetailsSubscription = { workspace: { pausedAt: string | null, lastRunningAt: string | null, id: string, name: string, displayName: string, namespaceName: string, state: WorkspaceState, paused: boolean, stateMessage: string, stateHint: string | null, pendingRestart: boolean, kindName: string, canUpdate: boolean, canDelete: boolean, kind: { id: string, displayName: string, icon: { url: string | null } } | null, imageConfig: { optionId: string, option: { displayName: string, image: { image: string } | null, pod: { requests: Array<{ resource: string, quantity: string, value: number }>, limits: Array<{ resource: string, quantity: string, value: number }> } | null } | null, redirectChain: Array<{ sourceId: string, targetId: string, target: { displayName: string } | null, message: { text: string } | null }> }, podConfig: { optionId: string, option: { displayName: string, image: { image: string } | null, pod: { requests: Array<{ resource: string, quantity: string, value: number }>, limits: Array<{ resource: string, quantity: string, value: number }> } | null } | null, redirectChain: Array<{ sourceId: string, targetId: string, target: { displayName: string } | null, message: { text: string } | null }> }, activity: { pauseEligibleAt: string | null, lastActivityAt: string | null, lastProbe: { endedAt: string, result: ProbeResult, message: string } | null }, pod: { name: string, phase: PodPhase | null, nodeName: string | null, startedAt: string | null, containers: Array<string>, initContainers: Array<string>, conditions: Array<{ type: string, status: ConditionStatus, reason: string | null, message: string | null }>, containerStatuses: Array<{ name: string, image: string | null, restartCount: number, state: { name: ContainerStateName, reason: string | null, message: string | null, startedAt: string | null, exitCode: number | null }, lastTermination: { reason: string | null, exitCode: number | null, finishedAt: string | null } | null }>, initContainerStatuses: Array<{ name: string, image: string | null, restartCount: number, state: { name: ContainerStateName, reason: string | null, message: string | null, startedAt: string | null, exitCode: number | null }, lastTermination: { reason: string | null, exitCode: number | null, finishedAt: string | null } | null }> } | null, volumes: { home: { claimName: string, mountPath: string | null, readOnly: boolean, leftOut: boolean, claim: { id: string, phase: PersistentVolumeClaimPhase, capacity: { quantity: string } | null, requestedSize: { quantity: string } | null } | null } | null, data: Array<{ claimName: string, mountPath: string | null, readOnly: boolean, leftOut: boolean, claim: { id: string, phase: PersistentVolumeClaimPhase, capacity: { quantity: string } | null, requestedSize: { quantity: string } | null } | null }>, secrets: Array<{ secretName: string, mountPath: string, leftOut: boolean }> }, audit: { createdAt: string, createdBy: string | null, updatedAt: string | null, updatedBy: string | null, deletedAt: string | null }, metadata: { uid: string, labels: Array<{ key: string, value: string }> }, services: Array<{ portId: string, displayName: string, httpPath: string, connectable: boolean }> } | null };

export type WorkspaceDetailsFragment = { pausedAt: string | null, lastRunningAt: string | null, id: string, name: string, displayName: string, namespaceName: string, state: WorkspaceState, paused: boolean, stateMessage: string, stateHint: string | null, pendingRestart: boolean, kindName: string, canUpdate: boolean, canDelete: boolean, kind: { id: string, displayName: string, icon: { url: string | null } } | null, imageConfig: { optionId: string, option: { displayName: string, image: { image: string } | null, pod: { requests: Array<{ resource: string, quantity: string, value: number }>, limits: Array<{ resource: string, quantity: string, value: number }> } | null } | null, redirectChain: Array<{ sourceId: string, targetId: string, target: { displayName: string } | null, message: { text: string } | null }> }, podConfig: { optionId: string, option: { displayName: string, image: { image: string } | null, pod: { requests: Array<{ resource: string, quantity: string, value: number }>, limits: Array<{ resource: string, quantity: string, value: number }> } | null } | null, redirectChain: Array<{ sourceId: string, targetId: string, target: { displayName: string } | null, message: { text: string } | null }> }, activity: { pauseEligibleAt: string | null, lastActivityAt: string | null, lastProbe: { endedAt: string, result: ProbeResult, message: string } | null }, pod: { name: string, phase: PodPhase | null, nodeName: string | null, startedAt: string | null, containers: Array<string>, initContainers: Array<string>, conditions: Array<{ type: string, status: ConditionStatus, reason: string | null, message: string | null }>, containerStatuses: Array<{ name: string, image: string | null, restartCount: number, state: { name: ContainerStateName, reason: string | null, message: string | null, startedAt: string | null, exitCode: number | null }, lastTermination: { reason: string | null, exitCode: number | null, finishedAt: string | null } | null }>, initContainerStatuses: Array<{ name: string, image: string | null, restartCount: number, state: { name: ContainerStateName, reason: string | null, message: string | null, startedAt: string | null, exitCode: number | null }, lastTermination: { reason: string | null, exitCode: number | null, finishedAt: string | null } | null }> } | null, volumes: { home: { claimName: string, mountPath: string | null, readOnly: boolean, leftOut: boolean, claim: { id: string, phase: PersistentVolumeClaimPhase, capacity: { quantity: string } | null, requestedSize: { quantity: string } | null } | null } | null, data: Array<{ claimName: string, mountPath: string | null, readOnly: boolean, leftOut: boolean, claim: { id: string, phase: PersistentVolumeClaimPhase, capacity: { quantity: string } | null, requestedSize: { quantity: string } | null } | null }>, secrets: Array<{ secretName: string, mountPath: string, leftOut: boolean }> }, audit: { createdAt: string, createdBy: string | null, updatedAt: string | null, updatedBy: string | null, deletedAt: string | null }, metadata: { uid: string, labels: Array<{ key: string, value: string }> }, services: Array<{ portId: string, displayName: string, httpPath: string, connectable: boolean }> };

export type ChosenOptionFragment = { optionId: string, option: { displayName: string, image: { image: string } | null, pod: { requests: Array<{ resource: string, quantity: string, value: number }>, limits: Array<{ resource: string, quantity: string, value: number }> } | null } | null, redirectChain: Array<{ sourceId: string, targetId: string, target: { displayName: string } | null, message: { text: string } | null }> };

export type ContainerDetailsFragment = { name: string, image: string | null, restartCount: number, state: { name: ContainerStateName, reason: string | null, message: string | null, startedAt: string | null, exitCode: number | null }, lastTermination: { reason: string | null, exitCode: number | null, finishedAt: string | null } | null };

export type MountedVolumeFragment = { claimName: string, mountPath: string | null, readOnly: boolean, leftOut: boolean, claim: { id: string, phase: PersistentVolumeClaimPhase, capacity: { quantity: string } | null, requestedSize: { quantity: string } | null } | null };

export type WorkspaceEventsSubscriptionVariables = Exact<{
  namespace: string;
  name: string;
}>;


export type WorkspaceEventsSubscription = { workspace: { id: string, events: Array<{ id: string, type: KubernetesEventType, reason: string, message: string, count: number, lastAt: string | null, source: string | null, involvedObject: { kind: string, name: string } }> } | null };

export type WorkspaceManifestSubscriptionVariables = Exact<{
  namespace: string;
  name: string;
}>;


export type WorkspaceManifestSubscription = { workspace: { id: string, manifest: unknown } | null };

export type WorkspaceUsageQueryVariables = Exact<{
  namespace: string;
  name: string;
}>;


export type WorkspaceUsageQuery = { workspace: { id: string, usage: { available: boolean, reason: UsageUnavailableReason | null, cpu: { value: number } | null, memory: { value: number } | null, gpu: { percent: number | null } | null } } | null };

export type WorkspaceLogSubscriptionVariables = Exact<{
  namespace: string;
  name: string;
  container?: string | null | undefined;
  previous: boolean;
  sinceTime?: string | null | undefined;
}>;


export type WorkspaceLogSubscription = { workspaceLogs: Array<{ time: string | null, text: string, truncated: boolean }> };

export type AccessHintQueryVariables = Exact<{ [key: string]: never; }>;


export type AccessHintQuery = { viewer: { name: string, accessHint: string | null } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const ObservedStateFragmentDoc = new TypedDocumentString(`
    fragment ObservedState on Workspace {
  id
  state
  stateMessage
}
    `, {"fragmentName":"ObservedState"}) as unknown as TypedDocumentString<ObservedStateFragment, unknown>;
export const AmountFragmentDoc = new TypedDocumentString(`
    fragment Amount on ResourceAmount {
  resource
  value
}
    `, {"fragmentName":"Amount"}) as unknown as TypedDocumentString<AmountFragment, unknown>;
export const KindNameFragmentDoc = new TypedDocumentString(`
    fragment KindName on WorkspaceKind {
  id
  name
  displayName
  icon {
    url
  }
}
    `, {"fragmentName":"KindName"}) as unknown as TypedDocumentString<KindNameFragment, unknown>;
export const KindSummaryFragmentDoc = new TypedDocumentString(`
    fragment KindSummary on WorkspaceKind {
  ...KindName
  description
  deprecated
  deprecationMessage
  defaultImageConfig
  defaultPodConfig
}
    fragment KindName on WorkspaceKind {
  id
  name
  displayName
  icon {
    url
  }
}`, {"fragmentName":"KindSummary"}) as unknown as TypedDocumentString<KindSummaryFragment, unknown>;
export const OfferStateFragmentDoc = new TypedDocumentString(`
    fragment OfferState on WorkspaceKindOffer {
  hidden
  denied
  deniedMessage
}
    `, {"fragmentName":"OfferState"}) as unknown as TypedDocumentString<OfferStateFragment, unknown>;
export const OptionResourcesFragmentDoc = new TypedDocumentString(`
    fragment OptionResources on SpawnerOption {
  pod {
    requests {
      resource
      quantity
    }
    limits {
      resource
      quantity
    }
  }
}
    `, {"fragmentName":"OptionResources"}) as unknown as TypedDocumentString<OptionResourcesFragment, unknown>;
export const OptionRowFragmentDoc = new TypedDocumentString(`
    fragment OptionRow on SpawnerOption {
  optionId
  displayName
  description
  hidden
  denied
  deniedMessage
  redirectTo
  redirectMessage {
    text
  }
  image {
    image
  }
  ...OptionResources
}
    fragment OptionResources on SpawnerOption {
  pod {
    requests {
      resource
      quantity
    }
    limits {
      resource
      quantity
    }
  }
}`, {"fragmentName":"OptionRow"}) as unknown as TypedDocumentString<OptionRowFragment, unknown>;
export const BoundFragmentDoc = new TypedDocumentString(`
    fragment Bound on ResourceAmount {
  resource
  quantity
}
    `, {"fragmentName":"Bound"}) as unknown as TypedDocumentString<BoundFragment, unknown>;
export const EditedWorkspaceFragmentDoc = new TypedDocumentString(`
    fragment EditedWorkspace on Workspace {
  id
  name
  namespaceName
  displayName
  kindName
  paused
  revision
  imageConfig {
    optionId
  }
  podConfig {
    optionId
  }
  volumes {
    home {
      claimName
    }
    data {
      claimName
      mountPath
      readOnly
    }
    secrets {
      secretName
      mountPath
      defaultMode
    }
  }
  podMetadata {
    labels {
      key
      value
    }
    annotations {
      key
      value
    }
  }
  metadata {
    labels {
      key
      value
    }
    annotations {
      key
      value
    }
  }
  audit {
    updatedBy
  }
  canUpdate: viewerCan(action: UPDATE)
}
    `, {"fragmentName":"EditedWorkspace"}) as unknown as TypedDocumentString<EditedWorkspaceFragment, unknown>;
export const WorkspaceRowFragmentDoc = new TypedDocumentString(`
    fragment WorkspaceRow on Workspace {
  id
  name
  displayName
  namespaceName
  state
  paused
  stateMessage
  stateHint
  pendingRestart
  kindName
  imageConfig {
    optionId
  }
  podConfig {
    optionId
  }
  activity {
    lastActivityAt
  }
  audit {
    deletedAt
  }
  metadata {
    uid
  }
  services {
    portId
    displayName
    httpPath
    connectable
  }
}
    `, {"fragmentName":"WorkspaceRow"}) as unknown as TypedDocumentString<WorkspaceRowFragment, unknown>;
export const ChosenOptionFragmentDoc = new TypedDocumentString(`
    fragment ChosenOption on WorkspaceOption {
  optionId
  option {
    displayName
    image {
      image
    }
    pod {
      requests {
        resource
        quantity
        value
      }
      limits {
        resource
        quantity
        value
      }
    }
  }
  redirectChain {
    sourceId
    targetId
    target {
      displayName
    }
    message {
      text
    }
  }
}
    `, {"fragmentName":"ChosenOption"}) as unknown as TypedDocumentString<ChosenOptionFragment, unknown>;
export const ContainerDetailsFragmentDoc = new TypedDocumentString(`
    fragment ContainerDetails on PodContainer {
  name
  image
  restartCount
  state {
    name
    reason
    message
    startedAt
    exitCode
  }
  lastTermination {
    reason
    exitCode
    finishedAt
  }
}
    `, {"fragmentName":"ContainerDetails"}) as unknown as TypedDocumentString<ContainerDetailsFragment, unknown>;
export const MountedVolumeFragmentDoc = new TypedDocumentString(`
    fragment MountedVolume on VolumeMount {
  claimName
  mountPath
  readOnly
  leftOut
  claim {
    id
    phase
    capacity {
      quantity
    }
    requestedSize {
      quantity
    }
  }
}
    `, {"fragmentName":"MountedVolume"}) as unknown as TypedDocumentString<MountedVolumeFragment, unknown>;
export const WorkspaceDetailsFragmentDoc = new TypedDocumentString(`
    fragment WorkspaceDetails on Workspace {
  ...WorkspaceRow
  pausedAt
  lastRunningAt
  kind {
    id
    displayName
    icon {
      url
    }
  }
  imageConfig {
    ...ChosenOption
  }
  podConfig {
    ...ChosenOption
  }
  activity {
    pauseEligibleAt
    lastProbe {
      endedAt
      result
      message
    }
  }
  pod {
    name
    phase
    nodeName
    startedAt
    containers
    initContainers
    conditions {
      type
      status
      reason
      message
    }
    containerStatuses {
      ...ContainerDetails
    }
    initContainerStatuses {
      ...ContainerDetails
    }
  }
  volumes {
    home {
      ...MountedVolume
    }
    data {
      ...MountedVolume
    }
    secrets {
      secretName
      mountPath
      leftOut
    }
  }
  audit {
    createdAt
    createdBy
    updatedAt
    updatedBy
  }
  metadata {
    labels {
      key
      value
    }
  }
  canUpdate: viewerCan(action: UPDATE)
  canDelete: viewerCan(action: DELETE)
}
    fragment WorkspaceRow on Workspace {
  id
  name
  displayName
  namespaceName
  state
  paused
  stateMessage
  stateHint
  pendingRestart
  kindName
  imageConfig {
    optionId
  }
  podConfig {
    optionId
  }
  activity {
    lastActivityAt
  }
  audit {
    deletedAt
  }
  metadata {
    uid
  }
  services {
    portId
    displayName
    httpPath
    connectable
  }
}
fragment ChosenOption on WorkspaceOption {
  optionId
  option {
    displayName
    image {
      image
    }
    pod {
      requests {
        resource
        quantity
        value
      }
      limits {
        resource
        quantity
        value
      }
    }
  }
  redirectChain {
    sourceId
    targetId
    target {
      displayName
    }
    message {
      text
    }
  }
}
fragment ContainerDetails on PodContainer {
  name
  image
  restartCount
  state {
    name
    reason
    message
    startedAt
    exitCode
  }
  lastTermination {
    reason
    exitCode
    finishedAt
  }
}
fragment MountedVolume on VolumeMount {
  claimName
  mountPath
  readOnly
  leftOut
  claim {
    id
    phase
    capacity {
      quantity
    }
    requestedSize {
      quantity
    }
  }
}`, {"fragmentName":"WorkspaceDetails"}) as unknown as TypedDocumentString<WorkspaceDetailsFragment, unknown>;
export const PauseDocument = new TypedDocumentString(`
    mutation Pause($namespace: String!, $name: String!) {
  result: pauseWorkspace(
    input: { namespace: $namespace, name: $name, waitFor: PAUSED, timeoutSeconds: 90 }
  ) {
    stateReached
    workspace {
      ...ObservedState
    }
  }
}
    fragment ObservedState on Workspace {
  id
  state
  stateMessage
}`) as unknown as TypedDocumentString<PauseMutation, PauseMutationVariables>;
export const StartDocument = new TypedDocumentString(`
    mutation Start($namespace: String!, $name: String!) {
  result: startWorkspace(
    input: { namespace: $namespace, name: $name, waitFor: RUNNING, timeoutSeconds: 180 }
  ) {
    stateReached
    workspace {
      ...ObservedState
    }
  }
}
    fragment ObservedState on Workspace {
  id
  state
  stateMessage
}`) as unknown as TypedDocumentString<StartMutation, StartMutationVariables>;
export const RestartDocument = new TypedDocumentString(`
    mutation Restart($namespace: String!, $name: String!) {
  result: restartWorkspace(
    input: { namespace: $namespace, name: $name, timeoutSeconds: 180 }
  ) {
    stateReached
    workspace {
      ...ObservedState
    }
  }
}
    fragment ObservedState on Workspace {
  id
  state
  stateMessage
}`) as unknown as TypedDocumentString<RestartMutation, RestartMutationVariables>;
export const DeleteDocument = new TypedDocumentString(`
    mutation Delete($namespace: String!, $name: String!, $uid: ID!) {
  result: deleteWorkspace(
    input: {
      namespace: $namespace
      name: $name
      uid: $uid
      waitFor: GONE
      timeoutSeconds: 120
    }
  ) {
    deletionPending
  }
}
    `) as unknown as TypedDocumentString<DeleteMutation, DeleteMutationVariables>;
export const PauseManyDocument = new TypedDocumentString(`
    mutation PauseMany($input: PauseWorkspacesInput!) {
  result: pauseWorkspaces(input: $input) {
    action {
      actionId
    }
  }
}
    `) as unknown as TypedDocumentString<PauseManyMutation, PauseManyMutationVariables>;
export const StartManyDocument = new TypedDocumentString(`
    mutation StartMany($input: StartWorkspacesInput!) {
  result: startWorkspaces(input: $input) {
    action {
      actionId
    }
  }
}
    `) as unknown as TypedDocumentString<StartManyMutation, StartManyMutationVariables>;
export const FollowBulkActionDocument = new TypedDocumentString(`
    subscription FollowBulkAction($actionId: ID!) {
  bulkAction(actionId: $actionId) {
    results {
      name
      ok
      message
    }
  }
}
    `) as unknown as TypedDocumentString<FollowBulkActionSubscription, FollowBulkActionSubscriptionVariables>;
export const CreationRightsDocument = new TypedDocumentString(`
    query CreationRights {
  viewer {
    canCreate: can(verb: "create", group: "kubeflow.org", resource: "workspaces")
  }
  namespaces {
    nodes {
      name
    }
  }
}
    `) as unknown as TypedDocumentString<CreationRightsQuery, CreationRightsQueryVariables>;
export const CreationRightDocument = new TypedDocumentString(`
    query CreationRight($namespace: String!) {
  viewer {
    canCreate: can(
      verb: "create"
      group: "kubeflow.org"
      resource: "workspaces"
      namespace: $namespace
    )
  }
}
    `) as unknown as TypedDocumentString<CreationRightQuery, CreationRightQueryVariables>;
export const WorkspaceRowsDocument = new TypedDocumentString(`
    subscription WorkspaceRows {
  workspaces {
    type
    cursor
    object {
      ...WorkspaceRow
    }
  }
}
    fragment WorkspaceRow on Workspace {
  id
  name
  displayName
  namespaceName
  state
  paused
  stateMessage
  stateHint
  pendingRestart
  kindName
  imageConfig {
    optionId
  }
  podConfig {
    optionId
  }
  activity {
    lastActivityAt
  }
  audit {
    deletedAt
  }
  metadata {
    uid
  }
  services {
    portId
    displayName
    httpPath
    connectable
  }
}`) as unknown as TypedDocumentString<WorkspaceRowsSubscription, WorkspaceRowsSubscriptionVariables>;
export const FirstWorkspacesDocument = new TypedDocumentString(`
    query FirstWorkspaces {
  workspaces(first: 60, orderBy: [{ field: NAME }]) {
    nodes {
      ...WorkspaceRow
    }
  }
}
    fragment WorkspaceRow on Workspace {
  id
  name
  displayName
  namespaceName
  state
  paused
  stateMessage
  stateHint
  pendingRestart
  kindName
  imageConfig {
    optionId
  }
  podConfig {
    optionId
  }
  activity {
    lastActivityAt
  }
  audit {
    deletedAt
  }
  metadata {
    uid
  }
  services {
    portId
    displayName
    httpPath
    connectable
  }
}`) as unknown as TypedDocumentString<FirstWorkspacesQuery, FirstWorkspacesQueryVariables>;
export const KindRowsDocument = new TypedDocumentString(`
    subscription KindRows {
  workspaceKinds {
    type
    cursor
    object {
      ...KindName
      imageConfigs {
        optionId
        displayName
      }
      podConfigs {
        optionId
        displayName
        ...OptionResources
      }
    }
  }
}
    fragment KindName on WorkspaceKind {
  id
  name
  displayName
  icon {
    url
  }
}
fragment OptionResources on SpawnerOption {
  pod {
    requests {
      resource
      quantity
    }
    limits {
      resource
      quantity
    }
  }
}`) as unknown as TypedDocumentString<KindRowsSubscription, KindRowsSubscriptionVariables>;
export const IdentityDocument = new TypedDocumentString(`
    query Identity {
  viewer {
    name
  }
}
    `) as unknown as TypedDocumentString<IdentityQuery, IdentityQueryVariables>;
export const PermissionsDocument = new TypedDocumentString(`
    query Permissions($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on Workspace {
      id
      canUpdate: viewerCan(action: UPDATE)
      canDelete: viewerCan(action: DELETE)
    }
  }
}
    `) as unknown as TypedDocumentString<PermissionsQuery, PermissionsQueryVariables>;
export const FleetTotalsDocument = new TypedDocumentString(`
    subscription FleetTotals($namespace: String, $by: WorkspaceGroupKey!, $idleSeconds: Int!) {
  workspaceTotals(namespace: $namespace, groupBy: [$by]) {
    group {
      value
    }
    count
    stateCounts {
      state
      count
    }
    requests {
      ...Amount
    }
    idle(inactiveForSeconds: $idleSeconds) {
      count
      requests {
        ...Amount
      }
    }
  }
}
    fragment Amount on ResourceAmount {
  resource
  value
}`) as unknown as TypedDocumentString<FleetTotalsSubscription, FleetTotalsSubscriptionVariables>;
export const FleetNodesDocument = new TypedDocumentString(`
    query FleetNodes($first: Int!) {
  clusterNodes(first: $first) {
    totalCount
    nodes {
      id
      name
      ready
      unschedulable
      allocatable {
        ...Amount
      }
      requested {
        ...Amount
      }
      workspaces(first: 1) {
        totalCount
      }
    }
  }
}
    fragment Amount on ResourceAmount {
  resource
  value
}`) as unknown as TypedDocumentString<FleetNodesQuery, FleetNodesQueryVariables>;
export const FindIdleDocument = new TypedDocumentString(`
    mutation FindIdle($namespace: String, $idleSeconds: Int!) {
  result: pauseWorkspaces(
    input: {
      namespace: $namespace
      filter: { idleForSeconds: $idleSeconds }
      dryRun: true
    }
  ) {
    results {
      ok
      message
      name
      namespace
      workspace {
        id
        name
        displayName
        namespaceName
        metadata {
          uid
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<FindIdleMutation, FindIdleMutationVariables>;
export const GatewayStatusDocument = new TypedDocumentString(`
    query GatewayStatus {
  gateway {
    version
    kubernetesVersion
    live {
      subscribers
      sharedSubscriptions
      events
      coalesced
      slowCloses
    }
    kinds {
      group
      version
      kind
      available
      synced
      updates
      objects
      lastEventAt
    }
  }
}
    `) as unknown as TypedDocumentString<GatewayStatusQuery, GatewayStatusQueryVariables>;
export const ViewerPermissionsDocument = new TypedDocumentString(`
    query ViewerPermissions($namespace: String) {
  viewer {
    name
    groups
    readWorkspaces: can(
      verb: "list"
      group: "kubeflow.org"
      resource: "workspaces"
      namespace: $namespace
    )
    createWorkspaces: can(
      verb: "create"
      group: "kubeflow.org"
      resource: "workspaces"
      namespace: $namespace
    )
    updateWorkspaces: can(
      verb: "update"
      group: "kubeflow.org"
      resource: "workspaces"
      namespace: $namespace
    )
    deleteWorkspaces: can(
      verb: "delete"
      group: "kubeflow.org"
      resource: "workspaces"
      namespace: $namespace
    )
    readLogs: can(
      verb: "get"
      group: ""
      resource: "pods/log"
      namespace: $namespace
    )
    readClaims: can(
      verb: "list"
      group: ""
      resource: "persistentvolumeclaims"
      namespace: $namespace
    )
    createClaims: can(
      verb: "create"
      group: ""
      resource: "persistentvolumeclaims"
      namespace: $namespace
    )
    readSecrets: can(
      verb: "list"
      group: ""
      resource: "secrets"
      namespace: $namespace
    )
    createSecrets: can(
      verb: "create"
      group: ""
      resource: "secrets"
      namespace: $namespace
    )
    updateKinds: can(
      verb: "update"
      group: "kubeflow.org"
      resource: "workspacekinds"
    )
  }
}
    `) as unknown as TypedDocumentString<ViewerPermissionsQuery, ViewerPermissionsQueryVariables>;
export const KindCardsDocument = new TypedDocumentString(`
    subscription KindCards($namespace: String!, $isChosen: Boolean!) {
  workspaceKinds {
    type
    cursor
    object {
      ...KindSummary
      hidden
      imageConfigs {
        ...OptionRow
      }
      podConfigs {
        ...OptionRow
      }
      offer(namespace: $namespace) @include(if: $isChosen) {
        ...OfferState
        imageConfigs {
          ...OptionRow
        }
        podConfigs {
          ...OptionRow
        }
      }
    }
  }
}
    fragment KindName on WorkspaceKind {
  id
  name
  displayName
  icon {
    url
  }
}
fragment OptionResources on SpawnerOption {
  pod {
    requests {
      resource
      quantity
    }
    limits {
      resource
      quantity
    }
  }
}
fragment KindSummary on WorkspaceKind {
  ...KindName
  description
  deprecated
  deprecationMessage
  defaultImageConfig
  defaultPodConfig
}
fragment OfferState on WorkspaceKindOffer {
  hidden
  denied
  deniedMessage
}
fragment OptionRow on SpawnerOption {
  optionId
  displayName
  description
  hidden
  denied
  deniedMessage
  redirectTo
  redirectMessage {
    text
  }
  image {
    image
  }
  ...OptionResources
}`) as unknown as TypedDocumentString<KindCardsSubscription, KindCardsSubscriptionVariables>;
export const NamespaceOffersDocument = new TypedDocumentString(`
    subscription NamespaceOffers {
  namespaces {
    type
    cursor
    object {
      id
      name
      workspaceKindOffers {
        nodes {
          ...OfferState
          kind {
            name
          }
        }
      }
    }
  }
}
    fragment OfferState on WorkspaceKindOffer {
  hidden
  denied
  deniedMessage
}`) as unknown as TypedDocumentString<NamespaceOffersSubscription, NamespaceOffersSubscriptionVariables>;
export const NamespaceQuotasDocument = new TypedDocumentString(`
    query NamespaceQuotas($name: String!) {
  namespace(name: $name) {
    id
    phase
    resourceQuotas {
      id
      name
      scopes
      items {
        resource
        hard {
          value
        }
        used {
          value
        }
      }
    }
    limitRanges {
      id
      name
      items {
        type
        min {
          ...Bound
        }
        max {
          ...Bound
        }
        default {
          ...Bound
        }
        defaultRequest {
          ...Bound
        }
      }
    }
  }
}
    fragment Bound on ResourceAmount {
  resource
  quantity
}`) as unknown as TypedDocumentString<NamespaceQuotasQuery, NamespaceQuotasQueryVariables>;
export const NamespaceRowsDocument = new TypedDocumentString(`
    subscription NamespaceRows {
  namespaces {
    type
    cursor
    object {
      id
      name
      phase
    }
  }
}
    `) as unknown as TypedDocumentString<NamespaceRowsSubscription, NamespaceRowsSubscriptionVariables>;
export const FormKindsDocument = new TypedDocumentString(`
    subscription FormKinds($namespace: String!) {
  workspaceKinds {
    type
    cursor
    object {
      ...KindSummary
      homeMountPath
      imageConfigs {
        optionId
        displayName
      }
      podConfigs {
        optionId
        displayName
      }
      offer(namespace: $namespace) {
        ...OfferState
      }
    }
  }
}
    fragment KindName on WorkspaceKind {
  id
  name
  displayName
  icon {
    url
  }
}
fragment KindSummary on WorkspaceKind {
  ...KindName
  description
  deprecated
  deprecationMessage
  defaultImageConfig
  defaultPodConfig
}
fragment OfferState on WorkspaceKindOffer {
  hidden
  denied
  deniedMessage
}`) as unknown as TypedDocumentString<FormKindsSubscription, FormKindsSubscriptionVariables>;
export const FormOptionsDocument = new TypedDocumentString(`
    subscription FormOptions($namespace: String!, $kind: String!, $imageConfig: ID, $podConfig: ID) {
  workspaceKind(name: $kind) {
    name
    offer(namespace: $namespace) {
      imageConfigs(podConfig: $podConfig) {
        ...OptionRow
      }
      podConfigs(imageConfig: $imageConfig) {
        ...OptionRow
      }
    }
  }
}
    fragment OptionResources on SpawnerOption {
  pod {
    requests {
      resource
      quantity
    }
    limits {
      resource
      quantity
    }
  }
}
fragment OptionRow on SpawnerOption {
  optionId
  displayName
  description
  hidden
  denied
  deniedMessage
  redirectTo
  redirectMessage {
    text
  }
  image {
    image
  }
  ...OptionResources
}`) as unknown as TypedDocumentString<FormOptionsSubscription, FormOptionsSubscriptionVariables>;
export const FormClaimsDocument = new TypedDocumentString(`
    subscription FormClaims($namespace: String!) {
  persistentVolumeClaims(namespace: $namespace) {
    type
    cursor
    object {
      id
      name
      canMount
      accessModes
      phase
      capacity {
        quantity
      }
      requestedSize {
        quantity
      }
      workspaces {
        name
      }
    }
  }
}
    `) as unknown as TypedDocumentString<FormClaimsSubscription, FormClaimsSubscriptionVariables>;
export const FormSecretsDocument = new TypedDocumentString(`
    query FormSecrets($namespace: String!) {
  secrets(namespace: $namespace) {
    nodes {
      name
      canMount
      type
    }
  }
}
    `) as unknown as TypedDocumentString<FormSecretsQuery, FormSecretsQueryVariables>;
export const FormStorageClassesDocument = new TypedDocumentString(`
    query FormStorageClasses {
  storageClasses {
    nodes {
      name
      displayName
      description
      canUse
      isDefault
    }
  }
}
    `) as unknown as TypedDocumentString<FormStorageClassesQuery, FormStorageClassesQueryVariables>;
export const EditedWorkspaceDocument = new TypedDocumentString(`
    subscription EditedWorkspace($namespace: String!, $name: String!) {
  workspace(namespace: $namespace, name: $name) {
    ...EditedWorkspace
  }
}
    fragment EditedWorkspace on Workspace {
  id
  name
  namespaceName
  displayName
  kindName
  paused
  revision
  imageConfig {
    optionId
  }
  podConfig {
    optionId
  }
  volumes {
    home {
      claimName
    }
    data {
      claimName
      mountPath
      readOnly
    }
    secrets {
      secretName
      mountPath
      defaultMode
    }
  }
  podMetadata {
    labels {
      key
      value
    }
    annotations {
      key
      value
    }
  }
  metadata {
    labels {
      key
      value
    }
    annotations {
      key
      value
    }
  }
  audit {
    updatedBy
  }
  canUpdate: viewerCan(action: UPDATE)
}`) as unknown as TypedDocumentString<EditedWorkspaceSubscription, EditedWorkspaceSubscriptionVariables>;
export const CreateWorkspaceDocument = new TypedDocumentString(`
    mutation CreateWorkspace($input: CreateWorkspaceInput!) {
  result: createWorkspace(input: $input) {
    warnings
  }
}
    `) as unknown as TypedDocumentString<CreateWorkspaceMutation, CreateWorkspaceMutationVariables>;
export const UpdateWorkspaceDocument = new TypedDocumentString(`
    mutation UpdateWorkspace($input: UpdateWorkspaceInput!) {
  result: updateWorkspace(input: $input) {
    warnings
  }
}
    `) as unknown as TypedDocumentString<UpdateWorkspaceMutation, UpdateWorkspaceMutationVariables>;
export const CreateClaimDocument = new TypedDocumentString(`
    mutation CreateClaim($input: CreatePersistentVolumeClaimInput!) {
  result: createPersistentVolumeClaim(input: $input) {
    warnings
  }
}
    `) as unknown as TypedDocumentString<CreateClaimMutation, CreateClaimMutationVariables>;
export const WorkspaceDetailsDocument = new TypedDocumentString(`
    subscription WorkspaceDetails($namespace: String!, $name: String!) {
  workspace(namespace: $namespace, name: $name) {
    ...WorkspaceDetails
  }
}
    fragment WorkspaceRow on Workspace {
  id
  name
  displayName
  namespaceName
  state
  paused
  stateMessage
  stateHint
  pendingRestart
  kindName
  imageConfig {
    optionId
  }
  podConfig {
    optionId
  }
  activity {
    lastActivityAt
  }
  audit {
    deletedAt
  }
  metadata {
    uid
  }
  services {
    portId
    displayName
    httpPath
    connectable
  }
}
fragment WorkspaceDetails on Workspace {
  ...WorkspaceRow
  pausedAt
  lastRunningAt
  kind {
    id
    displayName
    icon {
      url
    }
  }
  imageConfig {
    ...ChosenOption
  }
  podConfig {
    ...ChosenOption
  }
  activity {
    pauseEligibleAt
    lastProbe {
      endedAt
      result
      message
    }
  }
  pod {
    name
    phase
    nodeName
    startedAt
    containers
    initContainers
    conditions {
      type
      status
      reason
      message
    }
    containerStatuses {
      ...ContainerDetails
    }
    initContainerStatuses {
      ...ContainerDetails
    }
  }
  volumes {
    home {
      ...MountedVolume
    }
    data {
      ...MountedVolume
    }
    secrets {
      secretName
      mountPath
      leftOut
    }
  }
  audit {
    createdAt
    createdBy
    updatedAt
    updatedBy
  }
  metadata {
    labels {
      key
      value
    }
  }
  canUpdate: viewerCan(action: UPDATE)
  canDelete: viewerCan(action: DELETE)
}
fragment ChosenOption on WorkspaceOption {
  optionId
  option {
    displayName
    image {
      image
    }
    pod {
      requests {
        resource
        quantity
        value
      }
      limits {
        resource
        quantity
        value
      }
    }
  }
  redirectChain {
    sourceId
    targetId
    target {
      displayName
    }
    message {
      text
    }
  }
}
fragment ContainerDetails on PodContainer {
  name
  image
  restartCount
  state {
    name
    reason
    message
    startedAt
    exitCode
  }
  lastTermination {
    reason
    exitCode
    finishedAt
  }
}
fragment MountedVolume on VolumeMount {
  claimName
  mountPath
  readOnly
  leftOut
  claim {
    id
    phase
    capacity {
      quantity
    }
    requestedSize {
      quantity
    }
  }
}`) as unknown as TypedDocumentString<WorkspaceDetailsSubscription, WorkspaceDetailsSubscriptionVariables>;
export const WorkspaceEventsDocument = new TypedDocumentString(`
    subscription WorkspaceEvents($namespace: String!, $name: String!) {
  workspace(namespace: $namespace, name: $name) {
    id
    events(first: 50) {
      id
      type
      reason
      message
      count
      lastAt
      source
      involvedObject {
        kind
        name
      }
    }
  }
}
    `) as unknown as TypedDocumentString<WorkspaceEventsSubscription, WorkspaceEventsSubscriptionVariables>;
export const WorkspaceManifestDocument = new TypedDocumentString(`
    subscription WorkspaceManifest($namespace: String!, $name: String!) {
  workspace(namespace: $namespace, name: $name) {
    id
    manifest
  }
}
    `) as unknown as TypedDocumentString<WorkspaceManifestSubscription, WorkspaceManifestSubscriptionVariables>;
export const WorkspaceUsageDocument = new TypedDocumentString(`
    query WorkspaceUsage($namespace: String!, $name: String!) {
  workspace(namespace: $namespace, name: $name) {
    id
    usage {
      available
      reason
      cpu {
        value
      }
      memory {
        value
      }
      gpu {
        percent
      }
    }
  }
}
    `) as unknown as TypedDocumentString<WorkspaceUsageQuery, WorkspaceUsageQueryVariables>;
export const WorkspaceLogDocument = new TypedDocumentString(`
    subscription WorkspaceLog($namespace: String!, $name: String!, $container: String, $previous: Boolean!, $sinceTime: DateTime) {
  workspaceLogs(
    namespace: $namespace
    name: $name
    container: $container
    previous: $previous
    sinceTime: $sinceTime
    tailLines: 2000
  ) {
    time
    text
    truncated
  }
}
    `) as unknown as TypedDocumentString<WorkspaceLogSubscription, WorkspaceLogSubscriptionVariables>;
export const AccessHintDocument = new TypedDocumentString(`
    query AccessHint {
  viewer {
    name
    accessHint
  }
}
    `) as unknown as TypedDocumentString<AccessHintQuery, AccessHintQueryVariables>;