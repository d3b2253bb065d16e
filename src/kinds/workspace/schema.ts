import { builder } from '../../graphql/builder.ts';
import { pagingArgs } from '../../graphql/connection.ts';
import { dependsOn, viewerDependent } from '../../graphql/field-dependencies.ts';
import { KubernetesObjectInterface, NodeInterface } from '../../graphql/node.ts';
import { ObjectMetaType, revisionOf } from '../../graphql/object-meta.ts';
import { Audit } from '../../mutations/audit-annotations.ts';
import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { defineKind } from '../define-kind.ts';
import { namespaceNamed, NamespaceType } from '../namespace/refs.ts';
import { Namespace } from '../namespace/resource.ts';
import { Pod } from '../pod/resource.ts';
import { connectPathOf, imagePortsOf } from '../workspace-kind/ports.ts';
import { WorkspaceKindType } from '../workspace-kind/refs.ts';
import { WorkspaceKind } from '../workspace-kind/resource.ts';
import { WorkspaceActivity } from './activity.ts';
import { WorkspaceFilterInput, workspaceMatcher } from './filter.ts';
import { WorkspaceOption } from './option.ts';
import { PodMetadata, WorkspacePod, workspacePodOf } from './pod.ts';
import { WorkspaceConnection, workspaceConnection, WorkspaceEvent, workspaceListArgs, WorkspaceType } from './refs.ts';
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
import { stateOf, WorkspaceStateEnum, type WorkspaceState } from './state.ts';
import { WorkspaceVolumes } from './volumes.ts';

export const WorkspaceAction = builder.enumType('WorkspaceAction', {
  description: 'Something that can be done to a workspace.',
  values: {
    PAUSE: { description: 'pauseWorkspace: needs `update`.' },
    START: { description: 'startWorkspace: needs `update`.' },
    UPDATE: { description: 'Changing its spec: needs `update`.' },
    DELETE: { description: 'Deleting it: needs `delete`.' },
  } as const,
});

interface Service {
  readonly portId: string;
  readonly displayName: string;
  readonly httpPath: string;
  readonly connectable: boolean;
}

/** Empty where kind or image are gone; other protocols than HTTP cannot be shown by a browser. */
export function servicesOf(client: ViewerClient, workspace: WorkspaceObject): Service[] {
  const { name, namespace = '' } = workspace.metadata;
  const workspaceKind = client.reader.prefetched(WorkspaceKind).get({ name: workspaceKindNameOf(workspace) });
  if (!workspaceKind) return [];
  const ports = imagePortsOf(workspaceKind, optionIdOf(workspace, 'imageConfig')).filter(
    ({ protocol }) => protocol === 'HTTP',
  );
  return ports.map(({ id, displayName }) => ({
    portId: id,
    displayName,
    httpPath: connectPathOf(workspaceKind, { namespace, name, portId: id }),
    connectable: stateOf(workspace) === 'RUNNING',
  }));
}

export const WorkspaceService = builder.objectRef<Service>('WorkspaceService').implement({
  description: 'A page that a workspace serves.',
  fields: (t) => ({
    portId: t.exposeID('portId', { description: 'The port of its kind.' }),
    displayName: t.exposeString('displayName', { description: 'Its name for people.' }),
    httpPath: t.exposeString('httpPath', { description: 'Where it is, on the host of the dashboard.' }),
    connectable: t.exposeBoolean('connectable', {
      description: 'Whether it answers now: only while the workspace is RUNNING.',
    }),
  }),
});

WorkspaceType.implement({
  description: 'A Jupyter, VS Code, RStudio or other environment of one person, in a pod that can be paused.',
  interfaces: [NodeInterface, KubernetesObjectInterface],
  fields: (t) => ({
    metadata: t.field({
      type: ObjectMetaType,
      description: 'What Kubernetes keeps of every object.',
      resolve: ({ metadata }) => metadata,
    }),
    manifest: t.field({
      type: 'JSON',
      description: 'The whole object as the API server has it, without managedFields and last-applied-configuration.',
      resolve: (workspace) => workspace,
    }),
    namespace: t.field({
      type: NamespaceType,
      description: 'The namespace it is in.',
      extensions: dependsOn(Namespace),
      resolve: ({ metadata }, _, { client }) => namespaceNamed(client, metadata.namespace ?? ''),
    }),
    displayName: t.string({
      description: 'Its name for people: the displayName of its spec, else its name.',
      resolve: displayNameOf,
    }),
    kind: t.field({
      type: WorkspaceKindType,
      nullable: true,
      description: 'What kind of workspace it is. Null when the kind does not exist.',
      extensions: dependsOn(WorkspaceKind),
      resolve: (workspace, _, { client }) =>
        client.reader.prefetched(WorkspaceKind).get({ name: workspaceKindNameOf(workspace) }) ?? null,
    }),
    kindName: t.string({
      description: 'Name of its kind, whether that exists or not.',
      resolve: workspaceKindNameOf,
    }),
    paused: t.boolean({
      description: 'Whether it is asked to be paused. For what it is doing see `state`.',
      resolve: (workspace) => specOf(workspace).paused === true,
    }),
    state: t.field({
      type: WorkspaceStateEnum,
      description: 'What it is doing. UNKNOWN until the controller has looked.',
      resolve: stateOf,
    }),
    stateMessage: t.string({
      description: 'The controller’s words for the state, for people: not to be read by programs. Possibly empty.',
      resolve: (workspace) => statusOf(workspace).stateMessage ?? '',
    }),
    pendingRestart: t.boolean({
      description: 'Whether its options will be replaced at the next restart.',
      resolve: (workspace) => statusOf(workspace).pendingRestart === true,
    }),
    deferUpdates: t.boolean({
      nullable: true,
      description: 'Whether replaced options wait although it is paused. Null where the cluster knows no such thing.',
      resolve: (workspace) => specOf(workspace).deferUpdates ?? null,
    }),
    pausedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the controller began to pause it; it may still run. Null while it is not paused.',
      resolve: (workspace) => timestampOf(statusOf(workspace).pauseTime),
    }),
    lastRunningAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it last began to run. Null when it never did, or the controller does not tell.',
      resolve: (workspace) => timestampOf(statusOf(workspace).lastRunningTime),
    }),
    activity: t.field({
      type: WorkspaceActivity,
      description: 'When it was last used.',
      resolve: (workspace) => workspace,
    }),
    imageConfig: t.field({
      type: WorkspaceOption,
      description: 'The image it runs.',
      resolve: (workspace) => ({ workspace, list: 'imageConfig' as const }),
    }),
    podConfig: t.field({
      type: WorkspaceOption,
      description: 'The size of its pod.',
      resolve: (workspace) => ({ workspace, list: 'podConfig' as const }),
    }),
    podMetadata: t.field({
      type: PodMetadata,
      description: 'Labels and annotations for its pod.',
      resolve: (workspace) => workspace,
    }),
    volumes: t.field({ type: WorkspaceVolumes, description: 'What it mounts.', resolve: (workspace) => workspace }),
    services: t.field({
      type: [WorkspaceService],
      description: 'The pages it serves while it runs. Empty when its kind or image is gone.',
      extensions: dependsOn(WorkspaceKind),
      resolve: (workspace, _, { client }) => servicesOf(client, workspace),
    }),
    pod: t.field({
      type: WorkspacePod,
      nullable: true,
      description: 'The pod it runs in. Null while there is none.',
      extensions: dependsOn(Pod),
      resolve: (workspace, _, { client }) => workspacePodOf(client, workspace),
    }),
    audit: t.field({ type: Audit, description: 'Who did what when.', resolve: (workspace) => workspace }),
    revision: t.string({
      description: 'Changes when the spec changes. Opaque: hand it to updateWorkspace.',
      resolve: revisionOf,
    }),
    viewerCan: t.boolean({
      description: 'Whether the cluster would allow you to do this to the workspace.',
      extensions: viewerDependent(),
      args: { action: t.arg({ type: WorkspaceAction, required: true, description: 'What you would do.' }) },
      resolve: ({ metadata }, { action }, { client }) =>
        client.can(action === 'DELETE' ? 'delete' : 'update', Workspace, metadata),
    }),
  }),
});

const namespaceArg = builder.args((t) => ({
  namespace: t.string({ description: 'Only this namespace. Null: every namespace in which you may see workspaces.' }),
}));

defineKind({
  resource: Workspace,
  type: WorkspaceType,
  connection: WorkspaceConnection,
  event: WorkspaceEvent,
  filter: { type: WorkspaceFilterInput, description: 'Which workspaces. Null: all that you may see.' },
  matcher: workspaceMatcher,
  get: { name: 'workspace', description: 'One workspace. Null when it does not exist.' },
  subscribeOne: {
    name: 'workspace',
    description:
      'One workspace as it is now, and again whenever something that you select has changed; null while it does not exist.',
  },
  subscribe: {
    name: 'workspaces',
    description:
      'The workspaces that match, then SYNCED, then what happens to them. Leaving the filter is DELETED, entering it is ADDED.',
  },
});

builder.queryField('workspaces', (t) =>
  t.field({
    type: WorkspaceConnection,
    description: 'The workspaces that match, sorted by namespace and name unless `orderBy` says otherwise.',
    args: { ...namespaceArg, ...workspaceListArgs, ...pagingArgs },
    resolve: async (_, { namespace, ...args }, { client }) =>
      workspaceConnection(await client.reader.list(Workspace, namespace), args),
  }),
);

const WorkspaceStateCount = builder
  .objectRef<{ readonly state: WorkspaceState; readonly count: number }>('WorkspaceStateCount')
  .implement({
    description: 'How many workspaces are in one state.',
    fields: (t) => ({
      state: t.field({ type: WorkspaceStateEnum, description: 'The state.', resolve: ({ state }) => state }),
      count: t.exposeInt('count', { description: 'How many.' }),
    }),
  });

builder.objectField(WorkspaceConnection, 'stateCounts', (t) =>
  t.field({
    type: [WorkspaceStateCount],
    description: 'How many of all that match, on whatever page, are in each state. States without any are left out.',
    resolve: ({ all }) => {
      const counts = new Map<WorkspaceState, number>();
      for (const state of all.map(stateOf)) counts.set(state, (counts.get(state) ?? 0) + 1);
      return [...counts].map(([state, count]) => ({ state, count })).sort((a, b) => (a.state < b.state ? -1 : 1));
    },
  }),
);
