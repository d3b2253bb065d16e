/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
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

/** Probe by which the controller observes the last activity of a workspace: exactly one of `podExec` and `jupyter`. */
export type ActivityProbeInput = {
  /** Probe by the API of Jupyter. */
  jupyter?: JupyterProbeInput | null | undefined;
  /** Minimum seconds between two probes. */
  minProbeIntervalSeconds?: number | null | undefined;
  /** Probe by a script. */
  podExec?: PodExecProbeInput | null | undefined;
  /** Seconds between two probes. */
  probeIntervalSeconds?: number | null | undefined;
};

/** Rule that decides whether an inactive workspace is paused. */
export type ActivityRuleInput = {
  /** Workspaces that the rule matches. Null for every workspace. */
  match?: ActivityRuleMatchInput | null | undefined;
  /** Minimum seconds that the workspace has been running. */
  minRunningSeconds?: number | null | undefined;
  /** Whether the workspace is paused. */
  pauseWorkspace: boolean;
  /** Seconds without activity after which the rule applies. */
  secondsSinceActive: number;
};

/** Workspaces that an activity rule matches. Both conditions have to hold; a missing one always holds. */
export type ActivityRuleMatchInput = {
  /** Selector of the labels of the namespace. */
  namespaces?: LabelSelectorInput | null | undefined;
  /** Selector of the labels of the podConfig option. */
  podConfigs?: LabelSelectorInput | null | undefined;
};

/** State of a bulk action. */
export type BulkActionState =
  /** `cancelBulkAction` ended it. Workspaces without a result have not been changed. */
  | 'CANCELLED'
  /** There is a result for each workspace. */
  | 'COMPLETED'
  /** The gateway was shut down. Workspaces without a result have not been changed: repeat the mutation for them. */
  | 'INTERRUPTED'
  /** Workspaces are being written. */
  | 'RUNNING';

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

/** Input of createSecret. */
export type CreateSecretInput = {
  /** Whether to run the complete request, including admission, without storing the result. */
  dryRun?: boolean;
  /** Entries. INVALID if a key is repeated. */
  entries: Array<SecretEntryInput>;
  /** Field manager recorded in `metadata.managedFields`, up to 128 characters. Null for `workspaces-gateway`. */
  fieldManager?: string | null | undefined;
  /** True to prevent all later changes of the secret, except its deletion. */
  immutable?: boolean;
  /** Labels, in addition to those that the gateway sets. */
  labels?: Array<KeyValueInput> | null | undefined;
  /** Name of the secret: lower-case letters, digits, `-` and `.`. */
  name: string;
  /** Namespace of the secret. */
  namespace: string;
  /** Type, e.g. `kubernetes.io/basic-auth`. It cannot be changed later. */
  type?: string;
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

/** Input of deletePersistentVolumeClaim. */
export type DeletePersistentVolumeClaimInput = {
  /** Whether to run the complete request, including admission, without storing the result. */
  dryRun?: boolean;
  /** Seconds for a graceful termination. Null for the default of the resource. */
  gracePeriodSeconds?: number | null | undefined;
  /** Name of the claim. */
  name: string;
  /** Namespace of the claim. */
  namespace: string;
  /** Handling of owned objects. Null for the default of the resource, in most cases BACKGROUND. */
  propagationPolicy?: PropagationPolicy | null | undefined;
  /** Precondition: resourceVersion of the object. CONFLICT if it has changed since. */
  resourceVersion?: string | null | undefined;
  /** Precondition: uid of the object. CONFLICT if the name belongs to another object. */
  uid?: string | number | null | undefined;
};

/** Input of deleteSecret. */
export type DeleteSecretInput = {
  /** Whether to run the complete request, including admission, without storing the result. */
  dryRun?: boolean;
  /** Seconds for a graceful termination. Null for the default of the resource. */
  gracePeriodSeconds?: number | null | undefined;
  /** Name of the secret. */
  name: string;
  /** Namespace of the secret. */
  namespace: string;
  /** Handling of owned objects. Null for the default of the resource, in most cases BACKGROUND. */
  propagationPolicy?: PropagationPolicy | null | undefined;
  /** Precondition: resourceVersion of the object. CONFLICT if it has changed since. */
  resourceVersion?: string | null | undefined;
  /** Precondition: uid of the object. CONFLICT if the name belongs to another object. */
  uid?: string | number | null | undefined;
};

/** Workspace to delete, and options of the deletion. */
export type DeleteWorkspaceInput = {
  /** Whether to delete also its PersistentVolumeClaims that no other workspace or pod mounts, no other object owns, and users may change. Requires `get` and `delete` of each claim. See `keptVolumes` for the others. */
  deleteVolumes?: boolean;
  /** Whether to run the complete request, including admission, without storing the result. */
  dryRun?: boolean;
  /** Seconds for a graceful termination. Null for the default of the resource. */
  gracePeriodSeconds?: number | null | undefined;
  /** Name of the workspace. */
  name: string;
  /** Namespace of the workspace. */
  namespace: string;
  /** Handling of owned objects. Null for the default of the resource, in most cases BACKGROUND. */
  propagationPolicy?: PropagationPolicy | null | undefined;
  /** Precondition: resourceVersion of the object. CONFLICT if it has changed since. */
  resourceVersion?: string | null | undefined;
  /** Maximum waiting time in seconds, from 0 to 3600. */
  timeoutSeconds?: number;
  /** Precondition: uid of the object. CONFLICT if the name belongs to another object. */
  uid?: string | number | null | undefined;
  /** Stage to wait for before the mutation returns, for up to `timeoutSeconds`. If null, it returns at once. */
  waitFor?: DeletionStage | null | undefined;
};

/** WorkspaceKind to delete, and options of the deletion. */
export type DeleteWorkspaceKindInput = {
  /** Whether to run the complete request, including admission, without storing the result. */
  dryRun?: boolean;
  /** Seconds for a graceful termination. Null for the default of the resource. */
  gracePeriodSeconds?: number | null | undefined;
  /** Name of the WorkspaceKind. */
  name: string;
  /** Handling of owned objects. Null for the default of the resource, in most cases BACKGROUND. */
  propagationPolicy?: PropagationPolicy | null | undefined;
  /** Precondition: resourceVersion of the object. CONFLICT if it has changed since. */
  resourceVersion?: string | null | undefined;
  /** Precondition: uid of the object. CONFLICT if the name belongs to another object. */
  uid?: string | number | null | undefined;
};

/** Workspaces of a namespace to delete, and options of the deletion. Without a selector, all of them. */
export type DeleteWorkspacesInput = {
  /** Identifier that you choose, such as a UUID, to run the mutation as a bulk action: it returns when the workspaces are selected, with `action` and without results, and continues even if you disconnect. Subscribe to `bulkAction` with the same id. ALREADY_EXISTS if you have an action with this id, so a repeated request does not act twice. Null to wait for the results. */
  actionId?: string | number | null | undefined;
  /** Whether to run the complete request, including admission, without storing the result. */
  dryRun?: boolean;
  /** Kubernetes field selector, such as `metadata.name!=keep`. Null matches all. */
  fieldSelector?: string | null | undefined;
  /** Filter for workspaces instead of selectors, at most 1000 of which may match. Each is deleted by itself, with a result. BAD_REQUEST together with a selector. */
  filter?: WorkspaceFilter | null | undefined;
  /** Seconds for a graceful termination. Null for the default of the resource. */
  gracePeriodSeconds?: number | null | undefined;
  /** Kubernetes label selector. Null matches all. */
  labelSelector?: string | null | undefined;
  /** Namespace of the workspaces. */
  namespace: string;
  /** Handling of owned objects. Null for the default of the resource, in most cases BACKGROUND. */
  propagationPolicy?: PropagationPolicy | null | undefined;
};

/** Stage of a deletion. */
export type DeletionStage =
  /** The workspace no longer exists. Its pod may still exist. */
  | 'DELETED'
  /** The workspace, its StatefulSet and its pod no longer exist, so a workspace of the same name gets a new pod. With the propagation policy ORPHAN: the workspace no longer exists. */
  | 'GONE';

/** Code of an error, in `extensions.code`. Errors of the API server also have `status` (the HTTP status), `reason`, `kind`, `namespace`, `name`, `causes` ([{ reason, field, message }]) and `retryAfterSeconds`, as far as it returned them. The `field` of a cause is the path of the input field if there is one, else the path in the object. An operation that exceeds a limit has `limit` { name, max, actual }: the setting, its value, and the value of the operation. `actual` is absent if it is only known that it is greater. */
export type ErrorCode =
  /** HTTP 409. An object with this name already exists. */
  | 'ALREADY_EXISTS'
  /** HTTP 400. The request is malformed, e.g. a query, selector or cursor, or it exceeds a limit. */
  | 'BAD_REQUEST'
  /** HTTP 409. The object was changed by another write, or its state does not allow the operation. */
  | 'CONFLICT'
  /** HTTP 403. The gateway executes trusted documents only, and this is none of them. */
  | 'DOCUMENT_NOT_TRUSTED'
  /** HTTP 410. The requested version is no longer available. */
  | 'EXPIRED'
  /** HTTP 403. The viewer does not have the required permission, or the gateway does not allow the change. */
  | 'FORBIDDEN'
  /** HTTP 500. An unexpected error: of the API server, with its message and `status`, or of the gateway, with a generic message; the details are in the log of the gateway. */
  | 'INTERNAL'
  /** HTTP 422. The object violates the schema of its kind or an admission rule of the cluster. See `causes`. */
  | 'INVALID'
  /** HTTP 404. The cluster does not serve the kind. */
  | 'KIND_UNAVAILABLE'
  /** HTTP 405. The cluster does not support the operation for this kind. */
  | 'METHOD_NOT_ALLOWED'
  /** HTTP 406. The response is not available in an accepted format. */
  | 'NOT_ACCEPTABLE'
  /** HTTP 404. The object does not exist. */
  | 'NOT_FOUND'
  /** The gateway has no document with this hash or id. Send the text with the hash; clients do so when they receive this code. */
  | 'PERSISTED_QUERY_NOT_FOUND'
  /** The gateway has no automatic persisted queries. Send the text of the operation; clients do so when they receive this code. */
  | 'PERSISTED_QUERY_NOT_SUPPORTED'
  /** HTTP 429. Too many requests. See `retryAfterSeconds`. */
  | 'RATE_LIMITED'
  /** HTTP 504. The API server did not respond in time. A write may have been applied: read the object before repeating it. */
  | 'TIMEOUT'
  /** HTTP 413. The request is too large. */
  | 'TOO_LARGE'
  /** HTTP 401. The request has no valid credentials. */
  | 'UNAUTHENTICATED'
  /** HTTP 503. The API server is unreachable, a webhook of the cluster is down or slow, or the cache of the gateway is not synced yet. A refused write can be repeated after `retryAfterSeconds`. */
  | 'UNAVAILABLE'
  /** HTTP 415. The request has an unsupported format, e.g. a STRATEGIC patch of a custom resource. */
  | 'UNSUPPORTED_MEDIA_TYPE';

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

/** Reason why the load of the GPUs of a workspace is not available. */
export type GpuUnavailableReason =
  /** The gateway has no source of the load of GPUs. */
  | 'NOT_CONFIGURED'
  /** The source has no load of this pod: it may have no GPU. */
  | 'NOT_MEASURED'
  /** You may not `list` `pods` of `metrics.k8s.io` in the namespace. */
  | 'NOT_PERMITTED'
  /** The source does not answer. */
  | 'SOURCE_NOT_AVAILABLE'
  /** The workspace has no pod. */
  | 'WORKSPACE_NOT_RUNNING';

/** imageConfig option of a WorkspaceKind. */
export type ImageConfigInput = {
  /** Human-readable description. Null removes it. */
  description?: string | null | undefined;
  /** Display name. Required for a new option. */
  displayName?: string | null | undefined;
  /** Whether user interfaces should hide the option. */
  hidden?: boolean | null | undefined;
  /** The image. Required for a new option. */
  image?: ImageConfigSpecInput | null | undefined;
  /** All labels of the option. Null removes them. */
  labels?: Array<KeyValueInput> | null | undefined;
  /** ID of the option. Fields that are absent keep their value if an option has this ID. */
  optionId: string | number;
  /** Message about the replacement. Null removes it. */
  redirectMessage?: RedirectMessageInput | null | undefined;
  /** ID of the option that replaces it. Null removes the redirect and its message. */
  redirectTo?: string | number | null | undefined;
};

/** Image in a ConfigMap with the label `notebooks.kubeflow.org/image-source=true`. */
export type ImageConfigMapInput = {
  /** Key of the image in the ConfigMap. */
  key: string;
  /** Media type of the image. The cluster accepts only `image/svg+xml`. */
  mediaType?: string;
  /** Name of the ConfigMap. */
  name: string;
  /** Namespace of the ConfigMap. */
  namespace: string;
};

/** Additions of an imageConfig option to the pod of a workspace. Absent fields are kept. */
export type ImageConfigSpecInput = {
  /** Container image. Required for a new option. */
  image?: string | null | undefined;
  /** `Always`, `IfNotPresent` or `Never`. */
  imagePullPolicy?: string | null | undefined;
  /** All ports of the image. Required for a new option. */
  ports?: Array<ImagePortInput> | null | undefined;
};

/** Port of an image. */
export type ImagePortInput = {
  /** Display name for this image. */
  displayName?: string | null | undefined;
  /** TCP port on which the container listens. */
  port: number;
  /** ID of a port of the WorkspaceKind. */
  portId: string | number;
};

/** Icon or logo of a WorkspaceKind: exactly one of `url` and `configMap`. It replaces the present one. */
export type ImageRefInput = {
  /** ConfigMap that contains the image. */
  configMap?: ImageConfigMapInput | null | undefined;
  /** URL of the image. */
  url?: string | null | undefined;
};

/** Activity probe by a request to the API of Jupyter. */
export type JupyterProbeInput = {
  /** Whether the last activity that Jupyter reports counts. The cluster accepts only true. */
  lastActivity?: boolean;
  /** ID of the port of Jupyter. */
  portId: string | number;
};

/** Entry of a map, such as a label. */
export type KeyValueInput = {
  /** Key, unique in its map. */
  key: string;
  /** Value. May be empty. */
  value: string;
};

/** Type of a Kubernetes event. */
export type KubernetesEventType =
  /** The event reports normal operation. */
  | 'NORMAL'
  /** The event has a type that this gateway does not know. */
  | 'UNKNOWN'
  /** The event reports a problem. */
  | 'WARNING';

/** Kubernetes label selector. All its conditions have to hold; without any, it matches everything. */
export type LabelSelectorInput = {
  /** Further conditions. */
  matchExpressions?: Array<LabelSelectorRequirementInput> | null | undefined;
  /** Labels with their required values. */
  matchLabels?: Array<KeyValueInput> | null | undefined;
};

/** Condition on one label. */
export type LabelSelectorRequirementInput = {
  /** Key of the label. */
  key: string;
  /** `In`, `NotIn`, `Exists` or `DoesNotExist`. */
  operator: string;
  /** Values for `In` and `NotIn`. */
  values?: Array<string> | null | undefined;
};

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

/** Type of a patch. */
export type PatchType =
  /** Server-side apply: the patch has all fields that `fieldManager` manages. CONFLICT, with managers and fields as causes, if other managers own the fields, unless `force` is true. */
  | 'APPLY'
  /** JSON Patch (RFC 6902): a list of operations, applied all or none. */
  | 'JSON'
  /** JSON Merge Patch (RFC 7396): given values replace stored ones, null removes them. */
  | 'MERGE'
  /** Strategic merge patch: lists are merged by their keys. Supported only by resources built into Kubernetes; UNSUPPORTED_MEDIA_TYPE for others. */
  | 'STRATEGIC';

/** Patch of a workspace or of its status. */
export type PatchWorkspaceInput = {
  /** Whether to run the complete request, including admission, without storing the result. */
  dryRun?: boolean;
  /** Field manager recorded in `metadata.managedFields`, up to 128 characters. Null for `workspaces-gateway`. */
  fieldManager?: string | null | undefined;
  /** Handling of fields that the schema of the object does not declare. */
  fieldValidation?: FieldValidation;
  /** Whether to take over fields from other managers. Only for APPLY. */
  force?: boolean;
  /** Name of the workspace. */
  name: string;
  /** Namespace of the workspace. */
  namespace: string;
  /** The patch: a list of operations for JSON, an object for the other types. Objects may also be given as a YAML string. */
  patch: unknown;
  /** Precondition: resourceVersion of the object. CONFLICT if it has changed since. */
  resourceVersion?: string | null | undefined;
  /** Type of the patch. */
  type: PatchType;
};

/** Patch of a WorkspaceKind. */
export type PatchWorkspaceKindInput = {
  /** Whether to run the complete request, including admission, without storing the result. */
  dryRun?: boolean;
  /** Field manager recorded in `metadata.managedFields`, up to 128 characters. Null for `workspaces-gateway`. */
  fieldManager?: string | null | undefined;
  /** Handling of fields that the schema of the object does not declare. */
  fieldValidation?: FieldValidation;
  /** Whether to take over fields from other managers. Only for APPLY. */
  force?: boolean;
  /** Name of the WorkspaceKind. */
  name: string;
  /** The patch: a list of operations for JSON, an object for the other types. Objects may also be given as a YAML string. */
  patch: unknown;
  /** Precondition: resourceVersion of the object. CONFLICT if it has changed since. */
  resourceVersion?: string | null | undefined;
  /** Type of the patch. */
  type: PatchType;
};

/** Reason for the pause of a workspace, as far as it can be inferred: the controller does not record it. */
export type PauseCause =
  /** The controller paused it for inactivity, by a rule of its WorkspaceKind. */
  | 'IDLE'
  /** Not known: paused with other tools, such as the REST backend, which does not record the user; changed by a user since; or the controller has not reported the time yet. */
  | 'UNKNOWN'
  /** A user paused it through this gateway, or created it paused. */
  | 'USER';

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

/** podConfig option of a WorkspaceKind. */
export type PodConfigInput = {
  /** Human-readable description. Null removes it. */
  description?: string | null | undefined;
  /** Display name. Required for a new option. */
  displayName?: string | null | undefined;
  /** Whether user interfaces should hide the option. */
  hidden?: boolean | null | undefined;
  /** All labels of the option. Null removes them. */
  labels?: Array<KeyValueInput> | null | undefined;
  /** ID of the option. Fields that are absent keep their value if an option has this ID. */
  optionId: string | number;
  /** Resources and placement of the pod. */
  pod?: PodConfigSpecInput | null | undefined;
  /** Message about the replacement. Null removes it. */
  redirectMessage?: RedirectMessageInput | null | undefined;
  /** ID of the option that replaces it. Null removes the redirect and its message. */
  redirectTo?: string | number | null | undefined;
};

/** Additions of a podConfig option to the pod of a workspace. Absent fields are kept. */
export type PodConfigSpecInput = {
  /** Affinity, as in the manifest of a pod. */
  affinity?: unknown;
  /** All limits of resources. Null removes them. */
  limits?: Array<ResourceAmountInput> | null | undefined;
  /** Labels that a node must have. Null removes them. */
  nodeSelector?: Array<KeyValueInput> | null | undefined;
  /** All requested resources. Null removes them. */
  requests?: Array<ResourceAmountInput> | null | undefined;
  /** List of tolerations, as in the manifest of a pod. */
  tolerations?: unknown;
};

/** Activity probe that runs a script in the pod. */
export type PodExecProbeInput = {
  /** The script. */
  script: string;
  /** Seconds after which the script has failed. */
  timeoutSeconds?: number | null | undefined;
};

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

/** Protocol of a port. */
export type PortProtocol =
  /** HTTP and WebSocket. */
  | 'HTTP'
  /** A protocol that this gateway does not know. */
  | 'UNKNOWN';

/** Handling of the objects owned by a deleted object. */
export type PropagationPolicy =
  /** Owned objects are deleted after their owner. */
  | 'BACKGROUND'
  /** Owned objects are deleted before their owner, whose deletion is pending until then. */
  | 'FOREGROUND'
  /** Owned objects remain, without an owner. */
  | 'ORPHAN';

/** Message for users whose option is redirected. */
export type RedirectMessageInput = {
  /** Severity. */
  level: RedirectMessageLevel;
  /** Text of the message. */
  text: string;
};

/** Severity of a redirect message. */
export type RedirectMessageLevel =
  /** Possible loss of data. */
  | 'DANGER'
  /** Information. */
  | 'INFO'
  /** Warning. */
  | 'WARNING';

/** Amount of a resource. */
export type ResourceAmountInput = {
  /** The amount (`resource.Quantity`), e.g. `500m` or `2Gi`. */
  quantity: string;
  /** Name of the resource, e.g. `cpu` or `memory`. */
  resource: string;
};

/** Origin of the resources of a workspace. */
export type ResourceSource =
  /** Neither is known: there is no pod, and the WorkspaceKind or the option does not exist or may not be read by you. */
  | 'NONE'
  /** The pod of the workspace. */
  | 'POD'
  /** The podConfig option, from which the pod is created. */
  | 'POD_CONFIG';

/** Entry of a secret. INVALID unless exactly one of `text` and `base64` is given. */
export type SecretEntryInput = {
  /** Value as padded base64 without line breaks. */
  base64?: string | null | undefined;
  /** Key: letters, digits, `-`, `_` and `.`. It is the file name when the secret is mounted. */
  key: string;
  /** Value as UTF-8 text. */
  text?: string | null | undefined;
};

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

/** Input of updateSecret. Entries in neither `set` nor `remove` are kept. */
export type UpdateSecretInput = {
  /** Whether to run the complete request, including admission, without storing the result. */
  dryRun?: boolean;
  /** Field manager recorded in `metadata.managedFields`, up to 128 characters. Null for `workspaces-gateway`. */
  fieldManager?: string | null | undefined;
  /** True to prevent all later changes of the secret, except its deletion. Null or false to leave it unchanged. */
  immutable?: boolean | null | undefined;
  /** Name of the secret. */
  name: string;
  /** Namespace of the secret. */
  namespace: string;
  /** Keys to remove. Keys that do not exist are ignored. Null for none. */
  remove?: Array<string> | null | undefined;
  /** Expected `metadata.resourceVersion`: CONFLICT if the secret has another one. Null to apply the change to the current version. */
  resourceVersion?: string | null | undefined;
  /** Entries to add or to overwrite. Null for none. */
  set?: Array<SecretEntryInput> | null | undefined;
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

/** Changes of a WorkspaceKind. Absent fields are kept, null clears a field. */
export type UpdateWorkspaceKindInput = {
  /** All activity rules, in their order. Null removes them. */
  activityRules?: Array<ActivityRuleInput> | null | undefined;
  /** ID of the preselected imageConfig option. */
  defaultImageConfig?: string | number | null | undefined;
  /** ID of the preselected podConfig option. */
  defaultPodConfig?: string | number | null | undefined;
  /** Whether the WorkspaceKind should no longer be used for new workspaces. */
  deprecated?: boolean | null | undefined;
  /** Message about the deprecation. */
  deprecationMessage?: string | null | undefined;
  /** Human-readable description. Cannot be null. */
  description?: string | null | undefined;
  /** Display name. Cannot be null. */
  displayName?: string | null | undefined;
  /** Whether to run the complete request, including admission, without storing the result. */
  dryRun?: boolean;
  /** Field manager recorded in `metadata.managedFields`, up to 128 characters. Null for `workspaces-gateway`. */
  fieldManager?: string | null | undefined;
  /** Handling of fields that the schema of the object does not declare. */
  fieldValidation?: FieldValidation;
  /** Whether user interfaces should hide the WorkspaceKind. */
  hidden?: boolean | null | undefined;
  /** Icon. Cannot be null. */
  icon?: ImageRefInput | null | undefined;
  /** All imageConfig options, in their order. One that is left out is removed. Cannot be null. */
  imageConfigs?: Array<ImageConfigInput> | null | undefined;
  /** Logo. Cannot be null. */
  logo?: ImageRefInput | null | undefined;
  /** Further changes as a JSON Merge Patch, or its YAML as a string, such as `{ spec: { activityRules: [] } }`. Absent fields are kept, null clears a field, and a list replaces the complete list. The other fields of the input take precedence. */
  manifest?: unknown;
  /** Name of the WorkspaceKind. */
  name: string;
  /** All podConfig options, in their order. One that is left out is removed. Cannot be null. */
  podConfigs?: Array<PodConfigInput> | null | undefined;
  /** Changes of the pod template. Cannot be null. */
  podTemplate?: WorkspaceKindPodTemplateInput | null | undefined;
  /** All ports, in their order. One that is left out is removed. Cannot be null. */
  ports?: Array<WorkspaceKindPortInput> | null | undefined;
  /** `revision` that the changes are based on. CONFLICT if the spec has changed since. */
  revision: string;
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

/** Changes of the pod template of a WorkspaceKind. Absent fields are kept, null clears a field. */
export type WorkspaceKindPodTemplateInput = {
  /** Activity probe. Its `podExec` or `jupyter` removes the other one; fields that are absent are kept. */
  activityProbe?: ActivityProbeInput | null | undefined;
  /** Complete security context of the main container, as in its manifest. */
  containerSecurityContext?: unknown;
  /** List of environment variables, as in the manifest of a container. */
  extraEnv?: unknown;
  /** List of volume mounts, as in the manifest of a container. */
  extraVolumeMounts?: unknown;
  /** List of volumes, as in the manifest of a pod. */
  extraVolumes?: unknown;
  /** Labels and annotations of the pods. */
  podMetadata?: PodMetadataInput | null | undefined;
  /** Complete security context of the pods, as in their manifest. */
  securityContext?: unknown;
  /** Name of the service account of the pods. Supported only by old versions of the CRD. Others reject it: the `clusterRoles` of their service accounts are changed by `manifest`. */
  serviceAccountName?: string | null | undefined;
};

/** Port of a WorkspaceKind. */
export type WorkspaceKindPortInput = {
  /** Display name. Required for a new port. */
  displayName?: string | null | undefined;
  /** ID of the port. Fields that are absent keep their value if a port has this ID. */
  portId: string | number;
  /** Protocol. HTTP if a new port has none. UNKNOWN keeps that of the port. */
  protocol?: PortProtocol | null | undefined;
};

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

export type WorkspaceTableQueryVariables = Exact<{
  namespace: string;
}>;


export type WorkspaceTableQuery = { workspaces: { __typename: 'WorkspaceConnection', liveCursor: string, nodes: Array<{ __typename: 'Workspace', id: string, name: string, state: WorkspaceState, paused: boolean }> } };

export type WorkspaceTableChangesSubscriptionVariables = Exact<{
  namespace: string;
  after?: string | null | undefined;
}>;


export type WorkspaceTableChangesSubscription = { workspaces: { type: EventType, cursor: string, object: { __typename: 'Workspace', id: string, name: string, state: WorkspaceState, paused: boolean } | null } };

export type PauseInTableMutationVariables = Exact<{
  namespace: string;
  name: string;
}>;


export type PauseInTableMutation = { pauseWorkspace: { stateReached: boolean | null, workspace: { __typename: 'Workspace', id: string, state: WorkspaceState, stateMessage: string, paused: boolean } } | null };

export type CreateFromFormMutationVariables = Exact<{
  input: CreateWorkspaceInput;
}>;


export type CreateFromFormMutation = { createWorkspace: { workspace: { __typename: 'Workspace', id: string, name: string } } | null };

export type ListedWorkspacesQueryVariables = Exact<{
  namespace?: string | null | undefined;
}>;


export type ListedWorkspacesQuery = { workspaces: { liveCursor: string, nodes: Array<{ id: string, name: string, state: WorkspaceState }> } };

export type FollowedWorkspacesSubscriptionVariables = Exact<{
  namespace?: string | null | undefined;
  filter?: WorkspaceFilter | null | undefined;
}>;


export type FollowedWorkspacesSubscription = { workspaces: { type: EventType, cursor: string, object: { id: string, name: string, state: WorkspaceState } | null } };

export type FollowedByUidSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type FollowedByUidSubscription = { workspaces: { type: EventType, cursor: string, object: { name: string, metadata: { uid: string } } | null } };

export type FollowedWithoutCursorSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type FollowedWithoutCursorSubscription = { workspaces: { type: EventType, object: { id: string } | null } };

export type WorkspacesQueryVariables = Exact<{ [key: string]: never; }>;


export type WorkspacesQuery = { workspaces: { totalCount: number, stateCounts: Array<{ state: WorkspaceState, count: number }>, nodes: Array<{ name: string, displayName: string, state: WorkspaceState, stateMessage: string, paused: boolean, namespace: { name: string }, kind: { displayName: string } | null, imageConfig: { optionId: string, desiredOptionId: string | null, option: { displayName: string } | null }, activity: { lastActivityAt: string | null, pauseEligibleAt: string | null }, services: Array<{ displayName: string, httpPath: string, connectable: boolean }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type FollowWorkspacesSubscriptionVariables = Exact<{
  namespace?: string | null | undefined;
}>;


export type FollowWorkspacesSubscription = { workspaces: { type: EventType, cursor: string, object: { name: string, state: WorkspaceState, paused: boolean, stateMessage: string } | null } };

export type PauseWorkspaceMutationVariables = Exact<{
  namespace: string;
  name: string;
}>;


export type PauseWorkspaceMutation = { pauseWorkspace: { stateReached: boolean | null, warnings: Array<string>, workspace: { state: WorkspaceState, stateMessage: string, pausedAt: string | null, audit: { updatedBy: string | null, updatedAt: string | null } } } | null };

export type StartWorkspaceMutationVariables = Exact<{
  namespace: string;
  name: string;
}>;


export type StartWorkspaceMutation = { startWorkspace: { stateReached: boolean | null, warnings: Array<string>, workspace: { state: WorkspaceState, stateMessage: string, lastRunningAt: string | null } } | null };

export type RestartWorkspaceMutationVariables = Exact<{
  namespace: string;
  name: string;
}>;


export type RestartWorkspaceMutation = { restartWorkspace: { stateReached: boolean, warnings: Array<string>, workspace: { state: WorkspaceState, stateHint: string | null } } | null };

export type FollowOneWorkspaceSubscriptionVariables = Exact<{
  namespace: string;
  name: string;
}>;


export type FollowOneWorkspaceSubscription = { workspace: { state: WorkspaceState, stateMessage: string, pod: { name: string, nodeName: string | null, containers: Array<string> } | null, services: Array<{ httpPath: string, connectable: boolean }> } | null };

export type TroublesQueryVariables = Exact<{ [key: string]: never; }>;


export type TroublesQuery = { failing: { nodes: Array<{ name: string, state: WorkspaceState, stateMessage: string, namespace: { name: string } }> }, redirected: { nodes: Array<{ name: string, revision: string, imageConfig: { optionId: string, desiredOptionId: string | null, redirectChain: Array<{ sourceId: string, targetId: string, message: { level: RedirectMessageLevel, text: string } | null }> } }> } };

export type SpawnerQueryVariables = Exact<{
  namespace: string;
}>;


export type SpawnerQuery = { namespace: { workspaceKindOffers: { nodes: Array<{ denied: boolean, deniedMessage: string | null, kind: { name: string, displayName: string, description: string, deprecated: boolean, defaultImageConfig: string, defaultPodConfig: string, icon: { url: string | null } }, imageConfigs: Array<{ optionId: string, displayName: string, hidden: boolean, denied: boolean, deniedMessage: string | null, redirectTo: string | null, labels: Array<{ key: string, value: string }> }>, podConfigs: Array<{ optionId: string, displayName: string, workspaceCount: number, labels: Array<{ key: string, value: string }> }> }> } } | null };

export type GatewayQueryVariables = Exact<{ [key: string]: never; }>;


export type GatewayQuery = { viewer: { name: string, groups: Array<string>, mayCreateWorkspaces: boolean }, gateway: { version: string, kubernetesVersion: string | null, kinds: Array<{ kind: string, available: boolean, synced: boolean, objects: number, lastEventAt: string | null, watch: { events: number, lists: Array<{ cause: string, count: number }> } | null }>, live: { sharedSubscriptions: number, subscribers: number, resumes: number, resets: number } | null } };

export type CreateWorkspaceMutationVariables = Exact<{
  input: CreateWorkspaceInput;
}>;


export type CreateWorkspaceMutation = { createWorkspace: { stateReached: boolean | null, warnings: Array<string>, workspace: { name: string, state: WorkspaceState, stateMessage: string, revision: string, audit: { createdBy: string | null } } } | null };

export type UpdateWorkspaceMutationVariables = Exact<{
  input: UpdateWorkspaceInput;
}>;


export type UpdateWorkspaceMutation = { updateWorkspace: { warnings: Array<string>, workspace: { displayName: string, paused: boolean, revision: string, audit: { updatedBy: string | null, updatedAt: string | null } } } | null };

export type AcceptRedirectsMutationVariables = Exact<{
  namespace: string;
  name: string;
  revision: string;
}>;


export type AcceptRedirectsMutation = { updateWorkspace: { warnings: Array<string>, workspace: { imageConfig: { optionId: string, desiredOptionId: string | null }, podConfig: { optionId: string, desiredOptionId: string | null } } } | null };

export type PatchWorkspaceMutationVariables = Exact<{
  input: PatchWorkspaceInput;
}>;


export type PatchWorkspaceMutation = { patchWorkspace: { warnings: Array<string>, workspace: { metadata: { resourceVersion: string, labels: Array<{ key: string, value: string }> } } } | null };

export type ReplaceWorkspaceMutationVariables = Exact<{
  namespace: string;
  name: string;
  manifest: unknown;
}>;


export type ReplaceWorkspaceMutation = { replaceWorkspace: { warnings: Array<string>, workspace: { displayName: string, manifest: unknown } } | null };

export type PauseWorkspacesMutationVariables = Exact<{
  input: PauseWorkspacesInput;
}>;


export type PauseWorkspacesMutation = { pauseWorkspaces: { succeeded: number, failed: number, warnings: Array<string>, results: Array<{ namespace: string, name: string, ok: boolean, code: ErrorCode | null, message: string | null }> } | null };

export type PauseAsBulkActionMutationVariables = Exact<{
  input: PauseWorkspacesInput;
}>;


export type PauseAsBulkActionMutation = { pauseWorkspaces: { action: { actionId: string, state: BulkActionState, total: number } | null } | null };

export type FollowBulkActionSubscriptionVariables = Exact<{
  actionId: string | number;
}>;


export type FollowBulkActionSubscription = { bulkAction: { warnings: Array<string>, action: { state: BulkActionState, total: number, succeeded: number, failed: number }, results: Array<{ namespace: string, name: string, ok: boolean, message: string | null }> } };

export type CancelBulkActionMutationVariables = Exact<{
  actionId: string | number;
}>;


export type CancelBulkActionMutation = { cancelBulkAction: { action: { state: BulkActionState, total: number, succeeded: number, failed: number } } | null };

export type StartWorkspacesMutationVariables = Exact<{
  input: StartWorkspacesInput;
}>;


export type StartWorkspacesMutation = { startWorkspaces: { succeeded: number, failed: number, warnings: Array<string>, results: Array<{ namespace: string, name: string, ok: boolean, code: ErrorCode | null, message: string | null }> } | null };

export type ReportStatusMutationVariables = Exact<{
  input: PatchWorkspaceInput;
}>;


export type ReportStatusMutation = { patchWorkspaceStatus: { warnings: Array<string>, workspace: { state: WorkspaceState, stateMessage: string, metadata: { resourceVersion: string } } } | null };

export type ReplaceStatusMutationVariables = Exact<{
  namespace: string;
  name: string;
  manifest: unknown;
}>;


export type ReplaceStatusMutation = { replaceWorkspaceStatus: { warnings: Array<string>, workspace: { state: WorkspaceState, stateMessage: string } } | null };

export type DeleteWorkspaceMutationVariables = Exact<{
  input: DeleteWorkspaceInput;
}>;


export type DeleteWorkspaceMutation = { deleteWorkspace: { deletionPending: boolean, warnings: Array<string>, deletedVolumes: Array<string>, keptVolumes: Array<{ claimName: string, reason: string }>, workspace: { name: string, state: WorkspaceState } | null } | null };

export type DeleteWorkspacesMutationVariables = Exact<{
  input: DeleteWorkspacesInput;
}>;


export type DeleteWorkspacesMutation = { deleteWorkspaces: { count: number, warnings: Array<string> } | null };

export type CreateWorkspaceKindMutationVariables = Exact<{
  manifest: unknown;
}>;


export type CreateWorkspaceKindMutation = { createWorkspaceKind: { warnings: Array<string>, workspaceKind: { name: string, displayName: string, revision: string | null } } | null };

export type UpdateWorkspaceKindMutationVariables = Exact<{
  input: UpdateWorkspaceKindInput;
}>;


export type UpdateWorkspaceKindMutation = { updateWorkspaceKind: { warnings: Array<string>, workspaceKind: { deprecated: boolean, deprecationMessage: string | null, revision: string | null, icon: { url: string | null }, ports: Array<{ portId: string, protocol: PortProtocol, displayName: string }> } } | null };

export type PatchWorkspaceKindMutationVariables = Exact<{
  input: PatchWorkspaceKindInput;
}>;


export type PatchWorkspaceKindMutation = { patchWorkspaceKind: { warnings: Array<string>, workspaceKind: { hidden: boolean, metadata: { resourceVersion: string } | null } } | null };

export type ReplaceWorkspaceKindMutationVariables = Exact<{
  name: string;
  manifest: unknown;
}>;


export type ReplaceWorkspaceKindMutation = { replaceWorkspaceKind: { warnings: Array<string>, workspaceKind: { displayName: string, hidden: boolean } } | null };

export type DeleteWorkspaceKindMutationVariables = Exact<{
  input: DeleteWorkspaceKindInput;
}>;


export type DeleteWorkspaceKindMutation = { deleteWorkspaceKind: { deletionPending: boolean, warnings: Array<string>, workspaceKind: { name: string } | null } | null };

export type DevPodWorkspacesQueryVariables = Exact<{ [key: string]: never; }>;


export type DevPodWorkspacesQuery = { devPodWorkspaceInstances: { totalCount: number, nodes: Array<{ name: string, displayName: string, phase: string | null, lastWorkspaceStatus: string | null, runner: string | null, parameters: string | null, namespace: { name: string }, owner: { user: string | null, team: string | null } | null, templateRef: { name: string, version: string | null } | null, template: { provider: { name: string, options: Array<{ name: string, value: string | null, isSet: boolean, projectSecret: { name: string, key: string } | null }> } | null } | null }> } };

export type FollowDevPodWorkspaceSubscriptionVariables = Exact<{
  namespace: string;
  name: string;
}>;


export type FollowDevPodWorkspaceSubscription = { devPodWorkspaceInstance: { displayName: string, phase: string | null, reason: string | null, message: string | null, conditions: Array<{ type: string, status: string, message: string | null }>, metadata: { annotations: Array<{ key: string, value: string }> } } | null };

export type CreateDevPodWorkspaceMutationVariables = Exact<{
  namespace: string;
  manifest: unknown;
}>;


export type CreateDevPodWorkspaceMutation = { createDevPodWorkspaceInstance: { warnings: Array<string>, devPodWorkspaceInstance: { id: string, name: string, displayName: string, phase: string | null, metadata: { resourceVersion: string } } } | null };

export type AnnotateDevPodWorkspaceMutationVariables = Exact<{
  namespace: string;
  name: string;
}>;


export type AnnotateDevPodWorkspaceMutation = { setDevPodWorkspaceInstanceAnnotations: { warnings: Array<string>, devPodWorkspaceInstance: { metadata: { annotations: Array<{ key: string, value: string }> } } } | null };

export type PatchDevPodWorkspaceMutationVariables = Exact<{
  namespace: string;
  name: string;
  type: PatchType;
  patch: unknown;
}>;


export type PatchDevPodWorkspaceMutation = { patchDevPodWorkspaceInstance: { warnings: Array<string>, devPodWorkspaceInstance: { displayName: string, template: { workspaceEnv: Array<{ name: string, value: string | null }> } | null } } | null };

export type ReplaceDevPodWorkspaceMutationVariables = Exact<{
  namespace: string;
  name: string;
  manifest: unknown;
}>;


export type ReplaceDevPodWorkspaceMutation = { replaceDevPodWorkspaceInstance: { warnings: Array<string>, devPodWorkspaceInstance: { displayName: string, description: string | null, metadata: { resourceVersion: string } } } | null };

export type DeleteDevPodWorkspaceMutationVariables = Exact<{
  namespace: string;
  name: string;
  uid?: string | number | null | undefined;
}>;


export type DeleteDevPodWorkspaceMutation = { deleteDevPodWorkspaceInstance: { deletionPending: boolean, warnings: Array<string> } | null };

export type VolcanoJobsQueryVariables = Exact<{ [key: string]: never; }>;


export type VolcanoJobsQuery = { volcanoJobs: { totalCount: number, nodes: Array<{ name: string, queue: string | null, phase: string | null, message: string | null, minAvailable: number | null, pending: number, running: number, succeeded: number, failed: number, namespace: { name: string }, tasks: Array<{ name: string, replicas: number, dependsOn: Array<string>, pods: Array<{ phase: string, count: number }>, policies: Array<{ event: string | null, action: string | null }> }> }> } };

export type FollowVolcanoJobsSubscriptionVariables = Exact<{
  namespace?: string | null | undefined;
}>;


export type FollowVolcanoJobsSubscription = { volcanoJobs: { type: EventType, cursor: string, object: { name: string, phase: string | null, pending: number, running: number } | null } };

export type PatchVolcanoJobMutationVariables = Exact<{
  namespace: string;
  name: string;
  type: PatchType;
  patch: unknown;
}>;


export type PatchVolcanoJobMutation = { patchVolcanoJob: { warnings: Array<string>, volcanoJob: { metadata: { labels: Array<{ key: string, value: string }> } } } | null };

export type SuspendVolcanoJobMutationVariables = Exact<{
  namespace: string;
  name: string;
}>;


export type SuspendVolcanoJobMutation = { suspendVolcanoJob: { warnings: Array<string>, volcanoJob: { phase: string | null } } | null };

export type ResumeVolcanoJobMutationVariables = Exact<{
  namespace: string;
  name: string;
}>;


export type ResumeVolcanoJobMutation = { resumeVolcanoJob: { warnings: Array<string>, volcanoJob: { phase: string | null } } | null };

export type WhyItDoesNotRunQueryVariables = Exact<{
  namespace: string;
  name: string;
}>;


export type WhyItDoesNotRunQuery = { workspace: { state: WorkspaceState, stateMessage: string, pause: { cause: PauseCause, user: string | null } | null, resources: { source: ResourceSource, requests: Array<{ resource: string, quantity: string }> }, pod: { phase: PodPhase | null, restartCount: number | null, conditions: Array<{ type: string, status: ConditionStatus, reason: string | null, message: string | null }>, containerStatuses: Array<{ name: string, image: string | null, state: { name: ContainerStateName, reason: string | null, message: string | null }, lastTermination: { reason: string | null, exitCode: number | null, finishedAt: string | null } | null, requests: Array<{ resource: string, quantity: string }> }> } | null, events: Array<{ type: KubernetesEventType, reason: string, message: string, count: number, lastAt: string | null }>, usage: { available: boolean, reason: UsageUnavailableReason | null, containers: Array<{ name: string, cpu: { quantity: string } | null, memory: { quantity: string } | null }> } } | null };

export type LastLinesQueryVariables = Exact<{
  namespace: string;
  name: string;
}>;


export type LastLinesQuery = { workspaceLogs: Array<{ time: string | null, text: string }> };

export type FollowLogSubscriptionVariables = Exact<{
  namespace: string;
  name: string;
}>;


export type FollowLogSubscription = { workspaceLogs: Array<{ time: string | null, text: string }> };

export type StorageQueryVariables = Exact<{
  namespace: string;
}>;


export type StorageQuery = { persistentVolumeClaims: { nodes: Array<{ name: string, phase: PersistentVolumeClaimPhase, accessModes: Array<AccessMode>, canMount: boolean, canUpdate: boolean, requestedSize: { quantity: string, value: number } | null, storageClass: { displayName: string } | null, workspaces: Array<{ name: string, state: WorkspaceState }>, pods: Array<{ name: string, nodeName: string | null }> }> }, storageClasses: { nodes: Array<{ name: string, displayName: string, description: string, isDefault: boolean }> } };

export type ClaimStorageMutationVariables = Exact<{
  input: CreatePersistentVolumeClaimInput;
}>;


export type ClaimStorageMutation = { createPersistentVolumeClaim: { warnings: Array<string>, persistentVolumeClaim: { name: string, phase: PersistentVolumeClaimPhase, canMount: boolean } } | null };

export type DeleteClaimMutationVariables = Exact<{
  input: DeletePersistentVolumeClaimInput;
}>;


export type DeleteClaimMutation = { deletePersistentVolumeClaim: { deletionPending: boolean, warnings: Array<string>, persistentVolumeClaim: { name: string } | null } | null };

export type SecretsQueryVariables = Exact<{
  namespace: string;
}>;


export type SecretsQuery = { secrets: { nodes: Array<{ name: string, type: string, canMount: boolean, canUpdate: boolean, contents: { keys: Array<string> } | null, workspaces: Array<{ name: string }> }> } };

export type CreateSecretMutationVariables = Exact<{
  input: CreateSecretInput;
}>;


export type CreateSecretMutation = { createSecret: { warnings: Array<string>, secret: { name: string, canMount: boolean } } | null };

export type UpdateSecretMutationVariables = Exact<{
  input: UpdateSecretInput;
}>;


export type UpdateSecretMutation = { updateSecret: { warnings: Array<string>, secret: { name: string, contents: { keys: Array<string> } | null } } | null };

export type DeleteSecretMutationVariables = Exact<{
  input: DeleteSecretInput;
}>;


export type DeleteSecretMutation = { deleteSecret: { deletionPending: boolean, warnings: Array<string> } | null };

export type WorkspaceTotalsQueryVariables = Exact<{
  namespace?: string | null | undefined;
}>;


export type WorkspaceTotalsQuery = { workspaceTotals: Array<{ count: number, group: Array<{ key: WorkspaceGroupKey, label: string | null, value: string }>, stateCounts: Array<{ state: WorkspaceState, count: number }>, requests: Array<{ resource: string, quantity: string }>, idle: { count: number, requests: Array<{ resource: string, quantity: string }> } }> };

export type FollowTotalsSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type FollowTotalsSubscription = { workspaceTotals: Array<{ count: number, group: Array<{ key: WorkspaceGroupKey, value: string }>, requests: Array<{ resource: string, quantity: string }> }> };

export type NodesQueryVariables = Exact<{ [key: string]: never; }>;


export type NodesQuery = { clusterNodes: { nodes: Array<{ name: string, ready: boolean, unschedulable: boolean, allocatable: Array<{ resource: string, quantity: string }>, requested: Array<{ resource: string, quantity: string }> | null, workspaces: { nodes: Array<{ name: string }> } }> } };

export type QuotaQueryVariables = Exact<{
  namespace: string;
  kind: string;
}>;


export type QuotaQuery = { namespace: { resourceQuotas: Array<{ name: string, items: Array<{ resource: string, hard: { quantity: string }, used: { quantity: string } }> }>, limitRanges: Array<{ name: string, items: Array<{ type: LimitType, max: Array<{ resource: string, quantity: string }>, default: Array<{ resource: string, quantity: string }> }> }> } | null, workspaceKind: { offer: { podConfigs: Array<{ optionId: string, displayName: string, fits: { limitRange: boolean | null, quota: boolean | null, node: boolean | null, reason: string | null } | null }> } | null } | null };

export type IdleGpusQueryVariables = Exact<{ [key: string]: never; }>;


export type IdleGpusQuery = { workspaces: { totalCount: number, nodes: Array<{ namespaceName: string, name: string, activity: { lastActivityAt: string | null }, usage: { gpuReason: GpuUnavailableReason | null, cpu: { quantity: string } | null, memory: { quantity: string } | null, gpu: { percent: number | null, lastActiveAt: string | null } | null } }> }, workspaceTotals: Array<{ group: Array<{ value: string }>, idle: { count: number, gpuLoadCounted: boolean, requests: Array<{ resource: string, quantity: string }> } }> };


export const WorkspaceTableDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"WorkspaceTable"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"workspaces"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"paused"}}]}},{"kind":"Field","name":{"kind":"Name","value":"liveCursor"}}]}}]}}]} as unknown as DocumentNode<WorkspaceTableQuery, WorkspaceTableQueryVariables>;
export const WorkspaceTableChangesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"WorkspaceTableChanges"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"workspaces"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"object"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"paused"}}]}}]}}]}}]} as unknown as DocumentNode<WorkspaceTableChangesSubscription, WorkspaceTableChangesSubscriptionVariables>;
export const PauseInTableDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PauseInTable"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"pauseWorkspace"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"waitFor"},"value":{"kind":"EnumValue","value":"PAUSED"}},{"kind":"ObjectField","name":{"kind":"Name","value":"timeoutSeconds"},"value":{"kind":"IntValue","value":"30"}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"stateReached"}},{"kind":"Field","name":{"kind":"Name","value":"workspace"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"stateMessage"}},{"kind":"Field","name":{"kind":"Name","value":"paused"}}]}}]}}]}}]} as unknown as DocumentNode<PauseInTableMutation, PauseInTableMutationVariables>;
export const CreateFromFormDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateFromForm"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateWorkspaceInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createWorkspace"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"workspace"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}}]} as unknown as DocumentNode<CreateFromFormMutation, CreateFromFormMutationVariables>;
export const ListedWorkspacesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ListedWorkspaces"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"workspaces"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}}]}},{"kind":"Field","name":{"kind":"Name","value":"liveCursor"}}]}}]}}]} as unknown as DocumentNode<ListedWorkspacesQuery, ListedWorkspacesQueryVariables>;
export const FollowedWorkspacesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"FollowedWorkspaces"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"WorkspaceFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"workspaces"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"object"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}}]}}]}}]}}]} as unknown as DocumentNode<FollowedWorkspacesSubscription, FollowedWorkspacesSubscriptionVariables>;
export const FollowedByUidDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"FollowedByUid"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"workspaces"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"object"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"metadata"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"uid"}}]}}]}}]}}]}}]} as unknown as DocumentNode<FollowedByUidSubscription, FollowedByUidSubscriptionVariables>;
export const FollowedWithoutCursorDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"FollowedWithoutCursor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"workspaces"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"object"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]} as unknown as DocumentNode<FollowedWithoutCursorSubscription, FollowedWithoutCursorSubscriptionVariables>;
export const WorkspacesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Workspaces"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"workspaces"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"field"},"value":{"kind":"EnumValue","value":"LAST_ACTIVITY_AT"}},{"kind":"ObjectField","name":{"kind":"Name","value":"direction"},"value":{"kind":"EnumValue","value":"DESC"}}]}]}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"20"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"stateCounts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"namespace"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"stateMessage"}},{"kind":"Field","name":{"kind":"Name","value":"paused"}},{"kind":"Field","name":{"kind":"Name","value":"kind"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"imageConfig"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"optionId"}},{"kind":"Field","name":{"kind":"Name","value":"option"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"desiredOptionId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activity"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"lastActivityAt"}},{"kind":"Field","name":{"kind":"Name","value":"pauseEligibleAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"services"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"httpPath"}},{"kind":"Field","name":{"kind":"Name","value":"connectable"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<WorkspacesQuery, WorkspacesQueryVariables>;
export const FollowWorkspacesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"FollowWorkspaces"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"workspaces"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"object"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"paused"}},{"kind":"Field","name":{"kind":"Name","value":"stateMessage"}}]}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}}]}}]}}]} as unknown as DocumentNode<FollowWorkspacesSubscription, FollowWorkspacesSubscriptionVariables>;
export const PauseWorkspaceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PauseWorkspace"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"pauseWorkspace"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"waitFor"},"value":{"kind":"EnumValue","value":"PAUSED"}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"stateReached"}},{"kind":"Field","name":{"kind":"Name","value":"warnings"}},{"kind":"Field","name":{"kind":"Name","value":"workspace"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"stateMessage"}},{"kind":"Field","name":{"kind":"Name","value":"pausedAt"}},{"kind":"Field","name":{"kind":"Name","value":"audit"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updatedBy"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}}]}}]}}]}}]}}]} as unknown as DocumentNode<PauseWorkspaceMutation, PauseWorkspaceMutationVariables>;
export const StartWorkspaceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"StartWorkspace"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"startWorkspace"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"waitFor"},"value":{"kind":"EnumValue","value":"RUNNING"}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"stateReached"}},{"kind":"Field","name":{"kind":"Name","value":"warnings"}},{"kind":"Field","name":{"kind":"Name","value":"workspace"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"stateMessage"}},{"kind":"Field","name":{"kind":"Name","value":"lastRunningAt"}}]}}]}}]}}]} as unknown as DocumentNode<StartWorkspaceMutation, StartWorkspaceMutationVariables>;
export const RestartWorkspaceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RestartWorkspace"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"restartWorkspace"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"stateReached"}},{"kind":"Field","name":{"kind":"Name","value":"warnings"}},{"kind":"Field","name":{"kind":"Name","value":"workspace"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"stateHint"}}]}}]}}]}}]} as unknown as DocumentNode<RestartWorkspaceMutation, RestartWorkspaceMutationVariables>;
export const FollowOneWorkspaceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"FollowOneWorkspace"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"workspace"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}},{"kind":"Argument","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"stateMessage"}},{"kind":"Field","name":{"kind":"Name","value":"pod"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"nodeName"}},{"kind":"Field","name":{"kind":"Name","value":"containers"}}]}},{"kind":"Field","name":{"kind":"Name","value":"services"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"httpPath"}},{"kind":"Field","name":{"kind":"Name","value":"connectable"}}]}}]}}]}}]} as unknown as DocumentNode<FollowOneWorkspaceSubscription, FollowOneWorkspaceSubscriptionVariables>;
export const TroublesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Troubles"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","alias":{"kind":"Name","value":"failing"},"name":{"kind":"Name","value":"workspaces"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"states"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"ERROR"},{"kind":"EnumValue","value":"UNKNOWN"}]}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"namespace"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"stateMessage"}}]}}]}},{"kind":"Field","alias":{"kind":"Name","value":"redirected"},"name":{"kind":"Name","value":"workspaces"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"pendingRestart"},"value":{"kind":"BooleanValue","value":true}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"revision"}},{"kind":"Field","name":{"kind":"Name","value":"imageConfig"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"optionId"}},{"kind":"Field","name":{"kind":"Name","value":"desiredOptionId"}},{"kind":"Field","name":{"kind":"Name","value":"redirectChain"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sourceId"}},{"kind":"Field","name":{"kind":"Name","value":"targetId"}},{"kind":"Field","name":{"kind":"Name","value":"message"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"level"}},{"kind":"Field","name":{"kind":"Name","value":"text"}}]}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<TroublesQuery, TroublesQueryVariables>;
export const SpawnerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Spawner"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"namespace"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"workspaceKindOffers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"hidden"},"value":{"kind":"BooleanValue","value":false}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"denied"}},{"kind":"Field","name":{"kind":"Name","value":"deniedMessage"}},{"kind":"Field","name":{"kind":"Name","value":"kind"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"deprecated"}},{"kind":"Field","name":{"kind":"Name","value":"icon"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"url"}}]}},{"kind":"Field","name":{"kind":"Name","value":"defaultImageConfig"}},{"kind":"Field","name":{"kind":"Name","value":"defaultPodConfig"}}]}},{"kind":"Field","name":{"kind":"Name","value":"imageConfigs"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"optionId"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"hidden"}},{"kind":"Field","name":{"kind":"Name","value":"denied"}},{"kind":"Field","name":{"kind":"Name","value":"deniedMessage"}},{"kind":"Field","name":{"kind":"Name","value":"redirectTo"}},{"kind":"Field","name":{"kind":"Name","value":"labels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"podConfigs"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"optionId"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"labels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"workspaceCount"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<SpawnerQuery, SpawnerQueryVariables>;
export const GatewayDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Gateway"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"groups"}},{"kind":"Field","alias":{"kind":"Name","value":"mayCreateWorkspaces"},"name":{"kind":"Name","value":"can"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"verb"},"value":{"kind":"StringValue","value":"create","block":false}},{"kind":"Argument","name":{"kind":"Name","value":"group"},"value":{"kind":"StringValue","value":"kubeflow.org","block":false}},{"kind":"Argument","name":{"kind":"Name","value":"resource"},"value":{"kind":"StringValue","value":"workspaces","block":false}},{"kind":"Argument","name":{"kind":"Name","value":"namespace"},"value":{"kind":"StringValue","value":"team-research","block":false}}]}]}},{"kind":"Field","name":{"kind":"Name","value":"gateway"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"kubernetesVersion"}},{"kind":"Field","name":{"kind":"Name","value":"kinds"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"available"}},{"kind":"Field","name":{"kind":"Name","value":"synced"}},{"kind":"Field","name":{"kind":"Name","value":"objects"}},{"kind":"Field","name":{"kind":"Name","value":"lastEventAt"}},{"kind":"Field","name":{"kind":"Name","value":"watch"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"events"}},{"kind":"Field","name":{"kind":"Name","value":"lists"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cause"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"live"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sharedSubscriptions"}},{"kind":"Field","name":{"kind":"Name","value":"subscribers"}},{"kind":"Field","name":{"kind":"Name","value":"resumes"}},{"kind":"Field","name":{"kind":"Name","value":"resets"}}]}}]}}]}}]} as unknown as DocumentNode<GatewayQuery, GatewayQueryVariables>;
export const CreateWorkspaceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateWorkspace"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateWorkspaceInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createWorkspace"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"stateReached"}},{"kind":"Field","name":{"kind":"Name","value":"warnings"}},{"kind":"Field","name":{"kind":"Name","value":"workspace"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"stateMessage"}},{"kind":"Field","name":{"kind":"Name","value":"revision"}},{"kind":"Field","name":{"kind":"Name","value":"audit"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createdBy"}}]}}]}}]}}]}}]} as unknown as DocumentNode<CreateWorkspaceMutation, CreateWorkspaceMutationVariables>;
export const UpdateWorkspaceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateWorkspace"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateWorkspaceInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateWorkspace"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"warnings"}},{"kind":"Field","name":{"kind":"Name","value":"workspace"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"paused"}},{"kind":"Field","name":{"kind":"Name","value":"revision"}},{"kind":"Field","name":{"kind":"Name","value":"audit"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updatedBy"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}}]}}]}}]}}]}}]} as unknown as DocumentNode<UpdateWorkspaceMutation, UpdateWorkspaceMutationVariables>;
export const AcceptRedirectsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AcceptRedirects"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"revision"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateWorkspace"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"revision"},"value":{"kind":"Variable","name":{"kind":"Name","value":"revision"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"applyPendingRedirects"},"value":{"kind":"BooleanValue","value":true}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"warnings"}},{"kind":"Field","name":{"kind":"Name","value":"workspace"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"imageConfig"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"optionId"}},{"kind":"Field","name":{"kind":"Name","value":"desiredOptionId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"podConfig"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"optionId"}},{"kind":"Field","name":{"kind":"Name","value":"desiredOptionId"}}]}}]}}]}}]}}]} as unknown as DocumentNode<AcceptRedirectsMutation, AcceptRedirectsMutationVariables>;
export const PatchWorkspaceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PatchWorkspace"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PatchWorkspaceInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"patchWorkspace"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"warnings"}},{"kind":"Field","name":{"kind":"Name","value":"workspace"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"metadata"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resourceVersion"}},{"kind":"Field","name":{"kind":"Name","value":"labels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<PatchWorkspaceMutation, PatchWorkspaceMutationVariables>;
export const ReplaceWorkspaceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ReplaceWorkspace"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"manifest"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"JSON"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replaceWorkspace"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"manifest"},"value":{"kind":"Variable","name":{"kind":"Name","value":"manifest"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"warnings"}},{"kind":"Field","name":{"kind":"Name","value":"workspace"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"manifest"}}]}}]}}]}}]} as unknown as DocumentNode<ReplaceWorkspaceMutation, ReplaceWorkspaceMutationVariables>;
export const PauseWorkspacesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PauseWorkspaces"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PauseWorkspacesInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"pauseWorkspaces"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"succeeded"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"warnings"}},{"kind":"Field","name":{"kind":"Name","value":"results"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"namespace"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<PauseWorkspacesMutation, PauseWorkspacesMutationVariables>;
export const PauseAsBulkActionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PauseAsBulkAction"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PauseWorkspacesInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"pauseWorkspaces"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"action"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"actionId"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"total"}}]}}]}}]}}]} as unknown as DocumentNode<PauseAsBulkActionMutation, PauseAsBulkActionMutationVariables>;
export const FollowBulkActionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"FollowBulkAction"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"actionId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"bulkAction"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"actionId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"actionId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"action"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"succeeded"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"results"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"namespace"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"warnings"}}]}}]}}]} as unknown as DocumentNode<FollowBulkActionSubscription, FollowBulkActionSubscriptionVariables>;
export const CancelBulkActionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CancelBulkAction"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"actionId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cancelBulkAction"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"actionId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"actionId"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"action"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"succeeded"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}}]}}]}}]}}]} as unknown as DocumentNode<CancelBulkActionMutation, CancelBulkActionMutationVariables>;
export const StartWorkspacesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"StartWorkspaces"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"StartWorkspacesInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"startWorkspaces"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"succeeded"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"warnings"}},{"kind":"Field","name":{"kind":"Name","value":"results"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"namespace"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<StartWorkspacesMutation, StartWorkspacesMutationVariables>;
export const ReportStatusDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ReportStatus"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PatchWorkspaceInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"patchWorkspaceStatus"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"warnings"}},{"kind":"Field","name":{"kind":"Name","value":"workspace"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"stateMessage"}},{"kind":"Field","name":{"kind":"Name","value":"metadata"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resourceVersion"}}]}}]}}]}}]}}]} as unknown as DocumentNode<ReportStatusMutation, ReportStatusMutationVariables>;
export const ReplaceStatusDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ReplaceStatus"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"manifest"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"JSON"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replaceWorkspaceStatus"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"manifest"},"value":{"kind":"Variable","name":{"kind":"Name","value":"manifest"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"dryRun"},"value":{"kind":"BooleanValue","value":true}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"warnings"}},{"kind":"Field","name":{"kind":"Name","value":"workspace"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"stateMessage"}}]}}]}}]}}]} as unknown as DocumentNode<ReplaceStatusMutation, ReplaceStatusMutationVariables>;
export const DeleteWorkspaceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteWorkspace"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DeleteWorkspaceInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteWorkspace"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deletionPending"}},{"kind":"Field","name":{"kind":"Name","value":"warnings"}},{"kind":"Field","name":{"kind":"Name","value":"deletedVolumes"}},{"kind":"Field","name":{"kind":"Name","value":"keptVolumes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"claimName"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"workspace"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}}]}}]}}]}}]} as unknown as DocumentNode<DeleteWorkspaceMutation, DeleteWorkspaceMutationVariables>;
export const DeleteWorkspacesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteWorkspaces"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DeleteWorkspacesInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteWorkspaces"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"count"}},{"kind":"Field","name":{"kind":"Name","value":"warnings"}}]}}]}}]} as unknown as DocumentNode<DeleteWorkspacesMutation, DeleteWorkspacesMutationVariables>;
export const CreateWorkspaceKindDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateWorkspaceKind"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"manifest"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"JSON"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createWorkspaceKind"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"manifest"},"value":{"kind":"Variable","name":{"kind":"Name","value":"manifest"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"warnings"}},{"kind":"Field","name":{"kind":"Name","value":"workspaceKind"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"revision"}}]}}]}}]}}]} as unknown as DocumentNode<CreateWorkspaceKindMutation, CreateWorkspaceKindMutationVariables>;
export const UpdateWorkspaceKindDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateWorkspaceKind"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateWorkspaceKindInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateWorkspaceKind"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"warnings"}},{"kind":"Field","name":{"kind":"Name","value":"workspaceKind"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deprecated"}},{"kind":"Field","name":{"kind":"Name","value":"deprecationMessage"}},{"kind":"Field","name":{"kind":"Name","value":"icon"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"url"}}]}},{"kind":"Field","name":{"kind":"Name","value":"ports"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"portId"}},{"kind":"Field","name":{"kind":"Name","value":"protocol"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"revision"}}]}}]}}]}}]} as unknown as DocumentNode<UpdateWorkspaceKindMutation, UpdateWorkspaceKindMutationVariables>;
export const PatchWorkspaceKindDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PatchWorkspaceKind"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PatchWorkspaceKindInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"patchWorkspaceKind"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"warnings"}},{"kind":"Field","name":{"kind":"Name","value":"workspaceKind"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hidden"}},{"kind":"Field","name":{"kind":"Name","value":"metadata"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resourceVersion"}}]}}]}}]}}]}}]} as unknown as DocumentNode<PatchWorkspaceKindMutation, PatchWorkspaceKindMutationVariables>;
export const ReplaceWorkspaceKindDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ReplaceWorkspaceKind"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"manifest"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"JSON"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replaceWorkspaceKind"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"manifest"},"value":{"kind":"Variable","name":{"kind":"Name","value":"manifest"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"warnings"}},{"kind":"Field","name":{"kind":"Name","value":"workspaceKind"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"hidden"}}]}}]}}]}}]} as unknown as DocumentNode<ReplaceWorkspaceKindMutation, ReplaceWorkspaceKindMutationVariables>;
export const DeleteWorkspaceKindDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteWorkspaceKind"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DeleteWorkspaceKindInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteWorkspaceKind"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deletionPending"}},{"kind":"Field","name":{"kind":"Name","value":"warnings"}},{"kind":"Field","name":{"kind":"Name","value":"workspaceKind"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}}]} as unknown as DocumentNode<DeleteWorkspaceKindMutation, DeleteWorkspaceKindMutationVariables>;
export const DevPodWorkspacesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"DevPodWorkspaces"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"devPodWorkspaceInstances"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"namespace"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"phase"}},{"kind":"Field","name":{"kind":"Name","value":"lastWorkspaceStatus"}},{"kind":"Field","name":{"kind":"Name","value":"owner"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"user"}},{"kind":"Field","name":{"kind":"Name","value":"team"}}]}},{"kind":"Field","name":{"kind":"Name","value":"templateRef"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"version"}}]}},{"kind":"Field","name":{"kind":"Name","value":"runner"}},{"kind":"Field","name":{"kind":"Name","value":"parameters"}},{"kind":"Field","name":{"kind":"Name","value":"template"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"options"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"isSet"}},{"kind":"Field","name":{"kind":"Name","value":"projectSecret"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"key"}}]}}]}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<DevPodWorkspacesQuery, DevPodWorkspacesQueryVariables>;
export const FollowDevPodWorkspaceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"FollowDevPodWorkspace"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"devPodWorkspaceInstance"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}},{"kind":"Argument","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"phase"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"conditions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"metadata"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"annotations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}}]}}]}}]}}]} as unknown as DocumentNode<FollowDevPodWorkspaceSubscription, FollowDevPodWorkspaceSubscriptionVariables>;
export const CreateDevPodWorkspaceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateDevPodWorkspace"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"manifest"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"JSON"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createDevPodWorkspaceInstance"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"manifest"},"value":{"kind":"Variable","name":{"kind":"Name","value":"manifest"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"devPodWorkspaceInstance"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"phase"}},{"kind":"Field","name":{"kind":"Name","value":"metadata"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resourceVersion"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"warnings"}}]}}]}}]} as unknown as DocumentNode<CreateDevPodWorkspaceMutation, CreateDevPodWorkspaceMutationVariables>;
export const AnnotateDevPodWorkspaceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AnnotateDevPodWorkspace"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setDevPodWorkspaceInstanceAnnotations"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"annotations"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"key"},"value":{"kind":"StringValue","value":"my-annotation","block":false}},{"kind":"ObjectField","name":{"kind":"Name","value":"value"},"value":{"kind":"StringValue","value":"my-value","block":false}}]}]}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"devPodWorkspaceInstance"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"metadata"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"annotations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"warnings"}}]}}]}}]} as unknown as DocumentNode<AnnotateDevPodWorkspaceMutation, AnnotateDevPodWorkspaceMutationVariables>;
export const PatchDevPodWorkspaceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PatchDevPodWorkspace"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"type"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PatchType"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"patch"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"JSON"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"patchDevPodWorkspaceInstance"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"type"},"value":{"kind":"Variable","name":{"kind":"Name","value":"type"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"patch"},"value":{"kind":"Variable","name":{"kind":"Name","value":"patch"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"devPodWorkspaceInstance"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"template"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"workspaceEnv"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"warnings"}}]}}]}}]} as unknown as DocumentNode<PatchDevPodWorkspaceMutation, PatchDevPodWorkspaceMutationVariables>;
export const ReplaceDevPodWorkspaceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ReplaceDevPodWorkspace"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"manifest"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"JSON"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replaceDevPodWorkspaceInstance"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"manifest"},"value":{"kind":"Variable","name":{"kind":"Name","value":"manifest"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"devPodWorkspaceInstance"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"metadata"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resourceVersion"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"warnings"}}]}}]}}]} as unknown as DocumentNode<ReplaceDevPodWorkspaceMutation, ReplaceDevPodWorkspaceMutationVariables>;
export const DeleteDevPodWorkspaceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteDevPodWorkspace"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"uid"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteDevPodWorkspaceInstance"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"uid"},"value":{"kind":"Variable","name":{"kind":"Name","value":"uid"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deletionPending"}},{"kind":"Field","name":{"kind":"Name","value":"warnings"}}]}}]}}]} as unknown as DocumentNode<DeleteDevPodWorkspaceMutation, DeleteDevPodWorkspaceMutationVariables>;
export const VolcanoJobsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"VolcanoJobs"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"volcanoJobs"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"namespace"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"queue"}},{"kind":"Field","name":{"kind":"Name","value":"phase"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"minAvailable"}},{"kind":"Field","name":{"kind":"Name","value":"pending"}},{"kind":"Field","name":{"kind":"Name","value":"running"}},{"kind":"Field","name":{"kind":"Name","value":"succeeded"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"tasks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"replicas"}},{"kind":"Field","name":{"kind":"Name","value":"dependsOn"}},{"kind":"Field","name":{"kind":"Name","value":"pods"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"phase"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}},{"kind":"Field","name":{"kind":"Name","value":"policies"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"event"}},{"kind":"Field","name":{"kind":"Name","value":"action"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<VolcanoJobsQuery, VolcanoJobsQueryVariables>;
export const FollowVolcanoJobsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"FollowVolcanoJobs"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"volcanoJobs"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"object"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"phase"}},{"kind":"Field","name":{"kind":"Name","value":"pending"}},{"kind":"Field","name":{"kind":"Name","value":"running"}}]}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}}]}}]}}]} as unknown as DocumentNode<FollowVolcanoJobsSubscription, FollowVolcanoJobsSubscriptionVariables>;
export const PatchVolcanoJobDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PatchVolcanoJob"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"type"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PatchType"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"patch"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"JSON"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"patchVolcanoJob"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"type"},"value":{"kind":"Variable","name":{"kind":"Name","value":"type"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"patch"},"value":{"kind":"Variable","name":{"kind":"Name","value":"patch"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"volcanoJob"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"metadata"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"labels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"warnings"}}]}}]}}]} as unknown as DocumentNode<PatchVolcanoJobMutation, PatchVolcanoJobMutationVariables>;
export const SuspendVolcanoJobDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SuspendVolcanoJob"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"suspendVolcanoJob"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"volcanoJob"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"phase"}}]}},{"kind":"Field","name":{"kind":"Name","value":"warnings"}}]}}]}}]} as unknown as DocumentNode<SuspendVolcanoJobMutation, SuspendVolcanoJobMutationVariables>;
export const ResumeVolcanoJobDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ResumeVolcanoJob"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resumeVolcanoJob"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"volcanoJob"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"phase"}}]}},{"kind":"Field","name":{"kind":"Name","value":"warnings"}}]}}]}}]} as unknown as DocumentNode<ResumeVolcanoJobMutation, ResumeVolcanoJobMutationVariables>;
export const WhyItDoesNotRunDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"WhyItDoesNotRun"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"workspace"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}},{"kind":"Argument","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"stateMessage"}},{"kind":"Field","name":{"kind":"Name","value":"pause"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cause"}},{"kind":"Field","name":{"kind":"Name","value":"user"}}]}},{"kind":"Field","name":{"kind":"Name","value":"resources"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"requests"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resource"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pod"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"phase"}},{"kind":"Field","name":{"kind":"Name","value":"restartCount"}},{"kind":"Field","name":{"kind":"Name","value":"conditions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"containerStatuses"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"image"}},{"kind":"Field","name":{"kind":"Name","value":"state"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"lastTermination"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"exitCode"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"requests"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resource"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"events"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"5"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"count"}},{"kind":"Field","name":{"kind":"Name","value":"lastAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"usage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"available"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"containers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"cpu"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}},{"kind":"Field","name":{"kind":"Name","value":"memory"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<WhyItDoesNotRunQuery, WhyItDoesNotRunQueryVariables>;
export const LastLinesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"LastLines"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"workspaceLogs"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}},{"kind":"Argument","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}},{"kind":"Argument","name":{"kind":"Name","value":"tailLines"},"value":{"kind":"IntValue","value":"20"}},{"kind":"Argument","name":{"kind":"Name","value":"previous"},"value":{"kind":"BooleanValue","value":true}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"time"}},{"kind":"Field","name":{"kind":"Name","value":"text"}}]}}]}}]} as unknown as DocumentNode<LastLinesQuery, LastLinesQueryVariables>;
export const FollowLogDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"FollowLog"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"workspaceLogs"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}},{"kind":"Argument","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}},{"kind":"Argument","name":{"kind":"Name","value":"tailLines"},"value":{"kind":"IntValue","value":"10"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"time"}},{"kind":"Field","name":{"kind":"Name","value":"text"}}]}}]}}]} as unknown as DocumentNode<FollowLogSubscription, FollowLogSubscriptionVariables>;
export const StorageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Storage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"persistentVolumeClaims"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"phase"}},{"kind":"Field","name":{"kind":"Name","value":"requestedSize"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"accessModes"}},{"kind":"Field","name":{"kind":"Name","value":"canMount"}},{"kind":"Field","name":{"kind":"Name","value":"canUpdate"}},{"kind":"Field","name":{"kind":"Name","value":"storageClass"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"workspaces"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pods"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"nodeName"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"storageClasses"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"canUse"},"value":{"kind":"BooleanValue","value":true}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"isDefault"}}]}}]}}]}}]} as unknown as DocumentNode<StorageQuery, StorageQueryVariables>;
export const ClaimStorageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ClaimStorage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreatePersistentVolumeClaimInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createPersistentVolumeClaim"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"persistentVolumeClaim"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"phase"}},{"kind":"Field","name":{"kind":"Name","value":"canMount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"warnings"}}]}}]}}]} as unknown as DocumentNode<ClaimStorageMutation, ClaimStorageMutationVariables>;
export const DeleteClaimDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteClaim"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DeletePersistentVolumeClaimInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deletePersistentVolumeClaim"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deletionPending"}},{"kind":"Field","name":{"kind":"Name","value":"persistentVolumeClaim"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"warnings"}}]}}]}}]} as unknown as DocumentNode<DeleteClaimMutation, DeleteClaimMutationVariables>;
export const SecretsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Secrets"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"secrets"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"canMount"}},{"kind":"Field","name":{"kind":"Name","value":"canUpdate"}},{"kind":"Field","name":{"kind":"Name","value":"contents"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"keys"}}]}},{"kind":"Field","name":{"kind":"Name","value":"workspaces"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}}]}}]} as unknown as DocumentNode<SecretsQuery, SecretsQueryVariables>;
export const CreateSecretDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateSecret"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateSecretInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createSecret"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"secret"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"canMount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"warnings"}}]}}]}}]} as unknown as DocumentNode<CreateSecretMutation, CreateSecretMutationVariables>;
export const UpdateSecretDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateSecret"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateSecretInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateSecret"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"secret"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"contents"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"keys"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"warnings"}}]}}]}}]} as unknown as DocumentNode<UpdateSecretMutation, UpdateSecretMutationVariables>;
export const DeleteSecretDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteSecret"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DeleteSecretInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteSecret"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deletionPending"}},{"kind":"Field","name":{"kind":"Name","value":"warnings"}}]}}]}}]} as unknown as DocumentNode<DeleteSecretMutation, DeleteSecretMutationVariables>;
export const WorkspaceTotalsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"WorkspaceTotals"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"workspaceTotals"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}},{"kind":"Argument","name":{"kind":"Name","value":"groupBy"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"NAMESPACE"},{"kind":"EnumValue","value":"KIND"}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"group"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"label"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"count"}},{"kind":"Field","name":{"kind":"Name","value":"stateCounts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}},{"kind":"Field","name":{"kind":"Name","value":"requests"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resource"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}},{"kind":"Field","name":{"kind":"Name","value":"idle"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"inactiveForSeconds"},"value":{"kind":"IntValue","value":"3600"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"count"}},{"kind":"Field","name":{"kind":"Name","value":"requests"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resource"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}}]}}]}}]}}]} as unknown as DocumentNode<WorkspaceTotalsQuery, WorkspaceTotalsQueryVariables>;
export const FollowTotalsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"FollowTotals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"workspaceTotals"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"groupBy"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"NODE"}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"group"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"count"}},{"kind":"Field","name":{"kind":"Name","value":"requests"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resource"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}}]}}]}}]} as unknown as DocumentNode<FollowTotalsSubscription, FollowTotalsSubscriptionVariables>;
export const NodesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"clusterNodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"ready"}},{"kind":"Field","name":{"kind":"Name","value":"unschedulable"}},{"kind":"Field","name":{"kind":"Name","value":"allocatable"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resource"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}},{"kind":"Field","name":{"kind":"Name","value":"requested"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resource"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}},{"kind":"Field","name":{"kind":"Name","value":"workspaces"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<NodesQuery, NodesQueryVariables>;
export const QuotaDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Quota"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"kind"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"namespace"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resourceQuotas"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"items"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resource"}},{"kind":"Field","name":{"kind":"Name","value":"hard"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}},{"kind":"Field","name":{"kind":"Name","value":"used"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"limitRanges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"items"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"max"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resource"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}},{"kind":"Field","name":{"kind":"Name","value":"default"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resource"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"workspaceKind"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"kind"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"offer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"namespace"},"value":{"kind":"Variable","name":{"kind":"Name","value":"namespace"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"podConfigs"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"optionId"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"fits"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"limitRange"}},{"kind":"Field","name":{"kind":"Name","value":"quota"}},{"kind":"Field","name":{"kind":"Name","value":"node"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<QuotaQuery, QuotaQueryVariables>;
export const IdleGpusDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"IdleGpus"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"workspaces"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"requests"},"value":{"kind":"ListValue","values":[{"kind":"StringValue","value":"nvidia.com/gpu","block":false}]}},{"kind":"ObjectField","name":{"kind":"Name","value":"idleForSeconds"},"value":{"kind":"IntValue","value":"3600"}}]}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"field"},"value":{"kind":"EnumValue","value":"GPU"}},{"kind":"ObjectField","name":{"kind":"Name","value":"direction"},"value":{"kind":"EnumValue","value":"DESC"}}]}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"namespaceName"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"activity"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"lastActivityAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"usage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cpu"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}},{"kind":"Field","name":{"kind":"Name","value":"memory"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}},{"kind":"Field","name":{"kind":"Name","value":"gpu"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"percent"}},{"kind":"Field","name":{"kind":"Name","value":"lastActiveAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"gpuReason"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"workspaceTotals"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"groupBy"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"NAMESPACE"}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"group"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"idle"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"inactiveForSeconds"},"value":{"kind":"IntValue","value":"3600"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"count"}},{"kind":"Field","name":{"kind":"Name","value":"gpuLoadCounted"}},{"kind":"Field","name":{"kind":"Name","value":"requests"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resource"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}}]}}]}}]}}]} as unknown as DocumentNode<IdleGpusQuery, IdleGpusQueryVariables>;