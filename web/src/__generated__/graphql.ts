/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Code of an error, in `extensions.code`. Errors of the API server also have `status` (the HTTP status), `reason`, `kind`, `namespace`, `name`, `causes` ([{ reason, field, message }]) and `retryAfterSeconds`, as far as it returned them. The `field` of a cause is the path of the input field if there is one, else the path in the object. An operation that exceeds a limit has `limit` { name, max, actual }: the setting, its value, and the value of the operation. */
export type ErrorCode =
  /** HTTP 409. An object with this name already exists. */
  | 'ALREADY_EXISTS'
  /** HTTP 400. The request is malformed, e.g. a query, selector or cursor, or it exceeds a limit. */
  | 'BAD_REQUEST'
  /** HTTP 409. The object was changed by another write, or its state does not allow the operation. */
  | 'CONFLICT'
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

export type PauseMutationVariables = Exact<{
  namespace: string;
  name: string;
}>;


export type PauseMutation = { result: { stateReached: boolean | null, warnings: Array<string>, workspace: { id: string, state: WorkspaceState, stateMessage: string } } | null };

export type StartMutationVariables = Exact<{
  namespace: string;
  name: string;
}>;


export type StartMutation = { result: { stateReached: boolean | null, warnings: Array<string>, workspace: { id: string, state: WorkspaceState, stateMessage: string } } | null };

export type RestartMutationVariables = Exact<{
  namespace: string;
  name: string;
}>;


export type RestartMutation = { result: { stateReached: boolean, warnings: Array<string>, workspace: { id: string, state: WorkspaceState, stateMessage: string } } | null };

export type DeleteMutationVariables = Exact<{
  namespace: string;
  name: string;
  uid: string | number;
}>;


export type DeleteMutation = { result: { deletionPending: boolean, warnings: Array<string> } | null };

export type PauseManyMutationVariables = Exact<{
  namespace: string;
  names: Array<string> | string;
}>;


export type PauseManyMutation = { result: { warnings: Array<string>, results: Array<{ namespace: string, name: string, ok: boolean, code: ErrorCode | null, message: string | null }> } | null };

export type StartManyMutationVariables = Exact<{
  namespace: string;
  names: Array<string> | string;
}>;


export type StartManyMutation = { result: { warnings: Array<string>, results: Array<{ namespace: string, name: string, ok: boolean, code: ErrorCode | null, message: string | null }> } | null };

export type BulkResultFragment = { namespace: string, name: string, ok: boolean, code: ErrorCode | null, message: string | null };

export type WorkspaceRowsSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type WorkspaceRowsSubscription = { workspaces: { type: EventType, cursor: string, object: { id: string, name: string, displayName: string, namespaceName: string, state: WorkspaceState, paused: boolean, stateMessage: string, stateHint: string | null, pendingRestart: boolean, kindName: string, imageConfig: { optionId: string }, podConfig: { optionId: string }, activity: { lastActivityAt: string | null }, audit: { createdAt: string, deletedAt: string | null }, metadata: { uid: string }, services: Array<{ portId: string, displayName: string, httpPath: string, connectable: boolean }> } | null } };

export type FirstWorkspacesQueryVariables = Exact<{ [key: string]: never; }>;


export type FirstWorkspacesQuery = { workspaces: { totalCount: number, nodes: Array<{ id: string, name: string, displayName: string, namespaceName: string, state: WorkspaceState, paused: boolean, stateMessage: string, stateHint: string | null, pendingRestart: boolean, kindName: string, imageConfig: { optionId: string }, podConfig: { optionId: string }, activity: { lastActivityAt: string | null }, audit: { createdAt: string, deletedAt: string | null }, metadata: { uid: string }, services: Array<{ portId: string, displayName: string, httpPath: string, connectable: boolean }> }> } };

export type WorkspaceRowFragment = { id: string, name: string, displayName: string, namespaceName: string, state: WorkspaceState, paused: boolean, stateMessage: string, stateHint: string | null, pendingRestart: boolean, kindName: string, imageConfig: { optionId: string }, podConfig: { optionId: string }, activity: { lastActivityAt: string | null }, audit: { createdAt: string, deletedAt: string | null }, metadata: { uid: string }, services: Array<{ portId: string, displayName: string, httpPath: string, connectable: boolean }> };

export type KindRowsSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type KindRowsSubscription = { workspaceKinds: { type: EventType, cursor: string, object: { id: string, name: string, displayName: string, description: string, deprecated: boolean, deprecationMessage: string | null, hidden: boolean, icon: { url: string | null }, imageConfigs: Array<{ optionId: string, displayName: string, description: string, hidden: boolean }>, podConfigs: Array<{ optionId: string, displayName: string, description: string, hidden: boolean, pod: { requests: Array<{ resource: string, quantity: string }>, limits: Array<{ resource: string, quantity: string }> } | null }> } | null } };

export type KindOptionFragment = { optionId: string, displayName: string, description: string, hidden: boolean };

export type IdentityQueryVariables = Exact<{ [key: string]: never; }>;


export type IdentityQuery = { viewer: { name: string, groups: Array<string> }, gateway: { version: string, kubernetesVersion: string | null } };

export type PermissionsQueryVariables = Exact<{
  ids: Array<string | number> | string | number;
}>;


export type PermissionsQuery = { nodes: Array<
    | { id: string, canUpdate: boolean, canDelete: boolean }
    | Record<PropertyKey, never>
   | null> };

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
export const BulkResultFragmentDoc = new TypedDocumentString(`
    fragment BulkResult on WorkspaceResult {
  namespace
  name
  ok
  code
  message
}
    `, {"fragmentName":"BulkResult"}) as unknown as TypedDocumentString<BulkResultFragment, unknown>;
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
    createdAt
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
export const KindOptionFragmentDoc = new TypedDocumentString(`
    fragment KindOption on SpawnerOption {
  optionId
  displayName
  description
  hidden
}
    `, {"fragmentName":"KindOption"}) as unknown as TypedDocumentString<KindOptionFragment, unknown>;
export const PauseDocument = new TypedDocumentString(`
    mutation Pause($namespace: String!, $name: String!) {
  result: pauseWorkspace(
    input: { namespace: $namespace, name: $name, waitFor: PAUSED, timeoutSeconds: 90 }
  ) {
    stateReached
    warnings
    workspace {
      id
      state
      stateMessage
    }
  }
}
    `) as unknown as TypedDocumentString<PauseMutation, PauseMutationVariables>;
export const StartDocument = new TypedDocumentString(`
    mutation Start($namespace: String!, $name: String!) {
  result: startWorkspace(
    input: { namespace: $namespace, name: $name, waitFor: RUNNING, timeoutSeconds: 180 }
  ) {
    stateReached
    warnings
    workspace {
      id
      state
      stateMessage
    }
  }
}
    `) as unknown as TypedDocumentString<StartMutation, StartMutationVariables>;
export const RestartDocument = new TypedDocumentString(`
    mutation Restart($namespace: String!, $name: String!) {
  result: restartWorkspace(
    input: { namespace: $namespace, name: $name, timeoutSeconds: 180 }
  ) {
    stateReached
    warnings
    workspace {
      id
      state
      stateMessage
    }
  }
}
    `) as unknown as TypedDocumentString<RestartMutation, RestartMutationVariables>;
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
    warnings
  }
}
    `) as unknown as TypedDocumentString<DeleteMutation, DeleteMutationVariables>;
export const PauseManyDocument = new TypedDocumentString(`
    mutation PauseMany($namespace: String!, $names: [String!]!) {
  result: pauseWorkspaces(input: { namespace: $namespace, names: $names }) {
    warnings
    results {
      ...BulkResult
    }
  }
}
    fragment BulkResult on WorkspaceResult {
  namespace
  name
  ok
  code
  message
}`) as unknown as TypedDocumentString<PauseManyMutation, PauseManyMutationVariables>;
export const StartManyDocument = new TypedDocumentString(`
    mutation StartMany($namespace: String!, $names: [String!]!) {
  result: startWorkspaces(input: { namespace: $namespace, names: $names }) {
    warnings
    results {
      ...BulkResult
    }
  }
}
    fragment BulkResult on WorkspaceResult {
  namespace
  name
  ok
  code
  message
}`) as unknown as TypedDocumentString<StartManyMutation, StartManyMutationVariables>;
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
    createdAt
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
    totalCount
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
    createdAt
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
      id
      name
      displayName
      description
      deprecated
      deprecationMessage
      hidden
      icon {
        url
      }
      imageConfigs {
        ...KindOption
      }
      podConfigs {
        ...KindOption
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
    }
  }
}
    fragment KindOption on SpawnerOption {
  optionId
  displayName
  description
  hidden
}`) as unknown as TypedDocumentString<KindRowsSubscription, KindRowsSubscriptionVariables>;
export const IdentityDocument = new TypedDocumentString(`
    query Identity {
  viewer {
    name
    groups
  }
  gateway {
    version
    kubernetesVersion
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