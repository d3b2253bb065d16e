import { builder } from '../../graphql/builder.ts';
import { pagingArgs } from '../../graphql/connection.ts';
import { dependsOn, dependsOnPermission } from '../../graphql/field-dependencies.ts';
import { addObjectFields, KubernetesObjectInterface, NodeInterface } from '../../graphql/node.ts';
import { revisionOf } from '../../graphql/object-meta.ts';
import { Audit } from '../../mutations/audit-annotations.ts';
import { andThen } from '../../scheduling/awaitable.ts';
import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { defineKind } from '../define-kind.ts';
import { addNamespaceFields } from '../namespace/refs.ts';
import { Pod } from '../pod/resource.ts';
import { connectPathOf, imagePortsOf } from '../workspace-kind/ports.ts';
import { WorkspaceKindType } from '../workspace-kind/refs.ts';
import { WorkspaceKind } from '../workspace-kind/resource.ts';
import { WorkspaceActivity } from './activity.ts';
import { workspaceFields } from './fields.ts';
import { relatedToFilter, subscribedMatcher, WorkspaceFilterInput } from './filter.ts';
import { WorkspaceOption } from './option.ts';
import { WorkspacePod, workspacePodOf } from './pod.ts';
import { PodMetadata } from './pod-metadata.ts';
import { isRestartPending } from './redirects.ts';
import { prefetchRelated, workspacesRelatedTo } from './related.ts';
import {
  preparedWorkspaceConnection,
  WorkspaceConnection,
  WorkspaceEvent,
  workspaceListArgs,
  WorkspaceType,
} from './refs.ts';
import {
  workspaceKindNameOf,
  optionIdOf,
  type WorkspaceObject,
  displayNameOf,
  timestampOf,
  specOf,
  statusOf,
  Workspace,
} from './resource.ts';
import { stateCountsOf, WorkspaceStateCount } from './state-counts.ts';
import { stateHintOf } from './state-hint.ts';
import { isBeingDeleted, stateOf, WorkspaceStateEnum } from './state.ts';
import { WorkspaceVolumes } from './volumes.ts';

const WorkspaceAction = builder.enumType('WorkspaceAction', {
  description: 'Operation on a workspace.',
  values: {
    PAUSE: { description: 'pauseWorkspace. Requires `update`.' },
    START: { description: 'startWorkspace. Requires `update`.' },
    UPDATE: { description: 'Change of the spec. Requires `update`.' },
    DELETE: { description: 'Deletion. Requires `delete`.' },
  } as const,
});

function verbOf(action: unknown): 'delete' | 'update' {
  return action === 'DELETE' ? 'delete' : 'update';
}

interface Service {
  readonly portId: string;
  readonly displayName: string;
  readonly httpPath: string;
  readonly connectable: boolean;
}

/**
 * Returns the HTTP ports, since browsers support no other protocol. Empty if the WorkspaceKind or image option does not
 * exist.
 */
function servicesOf(client: ViewerClient, workspace: WorkspaceObject): Service[] {
  const { name, namespace = '' } = workspace.metadata;
  const workspaceKind = client.reader.prefetched(WorkspaceKind).get({ name: workspaceKindNameOf(workspace) });
  if (!workspaceKind) return [];
  const ports = imagePortsOf(workspaceKind, optionIdOf(workspace, 'imageConfig')).filter(
    ({ protocol }) => protocol === 'HTTP',
  );
  return ports.map(({ portId, displayName }) => ({
    portId,
    displayName,
    httpPath: connectPathOf(workspaceKind, { namespace, name, portId }),
    connectable: stateOf(workspace) === 'RUNNING',
  }));
}

const WorkspaceService = builder.objectRef<Service>('WorkspaceService').implement({
  description: 'HTTP port of a workspace.',
  fields: (t) => ({
    portId: t.exposeID('portId', { description: 'ID of the port in the WorkspaceKind.' }),
    displayName: t.exposeString('displayName', { description: 'Display name of the port.' }),
    httpPath: t.exposeString('httpPath', { description: 'Path of the port on the host of the dashboard.' }),
    connectable: t.exposeBoolean('connectable', {
      description: 'Whether the port can be reached. True only while the workspace is RUNNING.',
    }),
  }),
});

addNamespaceFields(WorkspaceType);
addObjectFields(WorkspaceType);

WorkspaceType.implement({
  description: 'Development environment such as JupyterLab, VS Code or RStudio, in a pod that can be paused.',
  interfaces: [NodeInterface, KubernetesObjectInterface],
  fields: (t) => ({
    displayName: t.string({
      description: 'Display name: `spec.displayName` or, if that is empty, the name.',
      resolve: displayNameOf,
    }),
    kind: t.field({
      type: WorkspaceKindType,
      nullable: true,
      description: 'WorkspaceKind of the workspace. Null if it does not exist.',
      extensions: dependsOn(WorkspaceKind),
      resolve: (workspace, _, { client }) =>
        client.reader.prefetched(WorkspaceKind).get({ name: workspaceKindNameOf(workspace) }) ?? null,
    }),
    kindName: t.string({
      description: 'Name of the WorkspaceKind, whether it exists or not.',
      resolve: workspaceKindNameOf,
    }),
    paused: t.boolean({
      description: 'Whether the workspace should be paused (`spec.paused`). For the observed state see `state`.',
      resolve: (workspace) => specOf(workspace).paused === true,
    }),
  }),
});

builder.objectFields(WorkspaceType, (t) => ({
  state: t.field({
    type: WorkspaceStateEnum,
    description:
      'Observed state: TERMINATING while the workspace is being deleted, else as the controller reported it. UNKNOWN until it has reported one.',
    resolve: stateOf,
  }),
  stateMessage: t.string({
    description:
      'Human-readable message of the controller about the state. Empty if there is none. Programs should not parse it.',
    resolve: (workspace) => statusOf(workspace).stateMessage ?? '',
  }),
  stateHint: t.string({
    nullable: true,
    description:
      'Human-readable reason, found by the gateway, why the state does not change: a name with which the controller cannot run the workspace, or a deletion that waits for a finalizer; or what the gateway does next: finish a restart. Null if there is none.',
    resolve: (workspace) => stateHintOf(workspace) ?? null,
  }),
  pendingRestart: t.boolean({
    description:
      'Whether the WorkspaceKind redirects an option of the workspace: see `redirectChain`. updateWorkspace with `applyPendingRedirects` replaces it; a restart does not. Only the controller of the oldest version of the CRD replaces it itself, while the workspace is paused. False until the controller has reported it for the options in the spec.',
    resolve: isRestartPending,
  }),
  deferUpdates: t.boolean({
    nullable: true,
    description:
      'Whether the controller keeps redirected options while the workspace is paused, instead of replacing them. Null if the cluster does not support it.',
    resolve: (workspace) => specOf(workspace).deferUpdates ?? null,
  }),
}));

builder.objectFields(WorkspaceType, (t) => ({
  pausedAt: t.field({
    type: 'DateTime',
    nullable: true,
    description:
      'Time when the controller began to pause the workspace; its pod may still run. Null while it is not paused.',
    resolve: (workspace) => timestampOf(statusOf(workspace).pauseTime),
  }),
  lastRunningAt: t.field({
    type: 'DateTime',
    nullable: true,
    description:
      'Time of the last transition to running. Null if there was none, or if the controller does not report it.',
    resolve: (workspace) => timestampOf(statusOf(workspace).lastRunningTime),
  }),
}));

builder.objectFields(WorkspaceType, (t) => ({
  activity: t.field({
    type: WorkspaceActivity,
    description: 'Last observed activity.',
    resolve: (workspace) => workspace,
  }),
  imageConfig: t.field({
    type: WorkspaceOption,
    description: 'Option that selects the image.',
    resolve: (workspace) => ({ workspace, list: 'imageConfig' as const }),
  }),
  podConfig: t.field({
    type: WorkspaceOption,
    description: 'Option that selects the pod size.',
    resolve: (workspace) => ({ workspace, list: 'podConfig' as const }),
  }),
  podMetadata: t.field({
    type: PodMetadata,
    description: 'Labels and annotations that the workspace adds to its pod.',
    resolve: (workspace) => specOf(workspace).podTemplate?.podMetadata ?? {},
  }),
  volumes: t.field({
    type: WorkspaceVolumes,
    description: 'Volumes that the workspace mounts.',
    resolve: (workspace) => workspace,
  }),
  services: t.field({
    type: [WorkspaceService],
    description: 'HTTP ports of the workspace. Empty if its WorkspaceKind or image option does not exist.',
    extensions: dependsOn(WorkspaceKind),
    resolve: (workspace, _, { client }) => servicesOf(client, workspace),
  }),
  pod: t.field({
    type: WorkspacePod,
    nullable: true,
    description: 'Pod of the workspace. Null while there is none.',
    extensions: dependsOn(Pod),
    resolve: (workspace, _, { client }) => workspacePodOf(client.reader, workspace),
  }),
}));

builder.objectFields(WorkspaceType, (t) => ({
  serviceAccountName: t.string({
    nullable: true,
    description:
      'Name of the service account of its pods, also while there is none. Null if the controller does not report it.',
    resolve: (workspace) => statusOf(workspace).podTemplatePod?.serviceAccountName || null,
  }),
  audit: t.field({ type: Audit, description: 'Authors and times of changes.', resolve: (workspace) => workspace }),
  revision: t.string({
    description: 'Opaque revision of the spec, for updateWorkspace. It changes when the spec changes.',
    resolve: revisionOf,
  }),
  viewerCan: t.boolean({
    description:
      'Whether you may perform the operation on this workspace: you have the permission, and the workspace is not being deleted if the operation is PAUSE or START.',
    extensions: dependsOnPermission(Workspace, ({ action }) => verbOf(action)),
    args: { action: t.arg({ type: WorkspaceAction, required: true, description: 'The operation.' }) },
    resolve: (workspace, { action }, { client }) => {
      if (isBeingDeleted(workspace) && (action === 'PAUSE' || action === 'START')) return false;
      return client.can(verbOf(action), Workspace, workspace.metadata);
    },
  }),
}));

const namespaceArg = builder.args((t) => ({
  namespace: t.string({
    description: 'Namespace of the workspaces. Null for every namespace in which you may see workspaces.',
  }),
}));

defineKind({
  resource: Workspace,
  type: WorkspaceType,
  connection: WorkspaceConnection,
  event: WorkspaceEvent,
  filter: { type: WorkspaceFilterInput, description: 'Filter for workspaces. Null for all that you may see.' },
  matcher: subscribedMatcher,
  related: { to: relatedToFilter, dependentsOf: workspacesRelatedTo },
  get: { name: 'workspace', description: 'Workspace by name. Null if it does not exist.' },
  subscribeOne: {
    name: 'workspace',
    description: 'Sends the workspace, and again whenever a selected field has changed. Null while it does not exist.',
  },
  subscribe: {
    name: 'workspaces',
    description:
      'Sends RESET, the matching workspaces as ADDED, SYNCED, then their changes. A workspace that starts to match is ADDED, one that stops is DELETED.',
  },
});

builder.queryField('workspaces', (t) =>
  t.field({
    type: WorkspaceConnection,
    description: 'Matching workspaces, sorted by `orderBy`, or by namespace and name.',
    args: { ...namespaceArg, ...workspaceListArgs, ...pagingArgs },
    resolve: (_, { namespace, ...args }, { client }) => {
      const lister = andThen(prefetchRelated(client, args), () => client.reader.lister(Workspace, namespace));
      return andThen(lister, (workspaces) => preparedWorkspaceConnection(workspaces, { ...args, namespace, client }));
    },
  }),
);

builder.objectField(WorkspaceConnection, 'stateCounts', (t) =>
  t.field({
    type: [WorkspaceStateCount],
    description: 'Number of matching workspaces per state, on all pages. States without workspaces are left out.',
    resolve: (connection) => stateCountsOf(connection.countBy(workspaceFields.state)),
  }),
);
