import { builder } from '../../graphql/builder.ts';
import { isRedacted } from '../../graphql/node.ts';
import {
  anyObject,
  boolean,
  int,
  listOf,
  memoizedDecode,
  object,
  record,
  string,
  type Decoded,
} from '../../kubernetes/decoder.ts';
import { PodMetadata } from '../workspace/pod-metadata.ts';
import type { WorkspaceKindObject } from './resource.ts';

const activityProbe = object({
  probeIntervalSeconds: int,
  minProbeIntervalSeconds: int,
  podExec: object({ timeoutSeconds: int, script: string }),
  jupyter: object({ lastActivity: boolean, portId: string }),
});
const template = object({
  podMetadata: object({ labels: record(string), annotations: record(string) }),
  serviceAccount: object({ name: string, clusterRoles: listOf(object({ name: string })) }),
  activityProbe,
  securityContext: anyObject,
  containerSecurityContext: anyObject,
  extraEnv: listOf(anyObject),
  extraVolumes: listOf(anyObject),
  extraVolumeMounts: listOf(anyObject),
});

type Template = Decoded<typeof template>;
type Probe = Decoded<typeof activityProbe>;

const readSpec = memoizedDecode(object({ podTemplate: template }), {});

/** Returns the pod template without its options and ports. Null if the viewer may not get the WorkspaceKind. */
export function podTemplateOf(workspaceKind: WorkspaceKindObject): Template | null {
  return isRedacted(workspaceKind) ? null : (readSpec(workspaceKind.spec).podTemplate ?? {});
}

const PodExecProbe = builder.objectRef<NonNullable<Probe['podExec']>>('PodExecProbe').implement({
  description: 'Activity probe that runs a script in the pod.',
  fields: (t) => ({
    timeoutSeconds: t.int({
      nullable: true,
      description: 'Seconds after which the script has failed. Null for the default of the controller.',
      resolve: ({ timeoutSeconds }) => timeoutSeconds ?? null,
    }),
    script: t.string({ nullable: true, description: 'The script.', resolve: ({ script }) => script ?? null }),
  }),
});

const JupyterProbe = builder.objectRef<NonNullable<Probe['jupyter']>>('JupyterProbe').implement({
  description: 'Activity probe by a request to the API of Jupyter.',
  fields: (t) => ({
    lastActivity: t.boolean({
      description: 'Whether the last activity that Jupyter reports counts.',
      resolve: ({ lastActivity }) => lastActivity === true,
    }),
    portId: t.id({
      nullable: true,
      description: 'ID of the port of Jupyter. Null in old versions of the definition.',
      resolve: ({ portId }) => portId ?? null,
    }),
  }),
});

const ActivityProbe = builder.objectRef<Probe>('ActivityProbe').implement({
  description:
    'Probe by which the controller observes the last activity of a workspace. It has one of `podExec` and `jupyter`.',
  fields: (t) => ({
    probeIntervalSeconds: t.int({
      nullable: true,
      description: 'Seconds between two probes. Null for the default of the controller.',
      resolve: ({ probeIntervalSeconds }) => probeIntervalSeconds ?? null,
    }),
    minProbeIntervalSeconds: t.int({
      nullable: true,
      description: 'Minimum seconds between two probes. Null for the default of the controller.',
      resolve: ({ minProbeIntervalSeconds }) => minProbeIntervalSeconds ?? null,
    }),
    podExec: t.field({
      type: PodExecProbe,
      nullable: true,
      description: 'Probe by a script. Null if it is another one.',
      resolve: ({ podExec }) => podExec ?? null,
    }),
    jupyter: t.field({
      type: JupyterProbe,
      nullable: true,
      description: 'Probe by the API of Jupyter. Null if it is another one.',
      resolve: ({ jupyter }) => jupyter ?? null,
    }),
  }),
});

export const WorkspaceKindPodTemplate = builder.objectRef<Template>('WorkspaceKindPodTemplate').implement({
  description:
    'Pod template of a WorkspaceKind, for a form that edits it. Its options, ports and home mount path are fields of the WorkspaceKind.',
  fields: (t) => ({
    podMetadata: t.field({
      type: PodMetadata,
      description: 'Labels and annotations of the pods.',
      resolve: ({ podMetadata }) => podMetadata ?? {},
    }),
    serviceAccountName: t.string({
      nullable: true,
      description: 'Name of the service account of the pods. Null if the WorkspaceKind has none.',
      resolve: ({ serviceAccount }) => serviceAccount?.name || null,
    }),
    clusterRoles: t.stringList({
      description:
        'Names of the ClusterRoles that the controller binds, in the namespace of each workspace, to the service account of its pods.',
      resolve: ({ serviceAccount }) => (serviceAccount?.clusterRoles ?? []).flatMap(({ name }) => name ?? []),
    }),
    activityProbe: t.field({
      type: ActivityProbe,
      nullable: true,
      description: 'Activity probe. Null if the controller does not probe.',
      resolve: (podTemplate) => podTemplate.activityProbe ?? null,
    }),
    securityContext: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Security context of the pods, as in their manifest. Null if there is none.',
      resolve: ({ securityContext }) => securityContext ?? null,
    }),
    containerSecurityContext: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Security context of the main container, as in its manifest. Null if there is none.',
      resolve: ({ containerSecurityContext }) => containerSecurityContext ?? null,
    }),
  }),
});

builder.objectFields(WorkspaceKindPodTemplate, (t) => ({
  extraEnv: t.field({
    type: 'JSON',
    nullable: true,
    description: 'Environment variables, as in the manifest of a container. Null if there are none.',
    resolve: ({ extraEnv }) => extraEnv ?? null,
  }),
  extraVolumes: t.field({
    type: 'JSON',
    nullable: true,
    description: 'Volumes, as in the manifest of a pod. Null if there are none.',
    resolve: ({ extraVolumes }) => extraVolumes ?? null,
  }),
  extraVolumeMounts: t.field({
    type: 'JSON',
    nullable: true,
    description: 'Volume mounts, as in the manifest of a container. Null if there are none.',
    resolve: ({ extraVolumeMounts }) => extraVolumeMounts ?? null,
  }),
}));
