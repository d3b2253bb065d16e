import type { KeyValue } from '../../../graphql/object-meta.ts';
import type { StatusCause } from '../../../kubernetes/status-error.ts';
import { apiVersionOf } from '../../../kubernetes/resource.ts';
import type { InputPaths } from '../../../mutations/field-errors.ts';
import { duplicateKeys, mapOf, mapPatch } from '../../../mutations/inputs.ts';
import { Workspace, type WorkspaceContent, specOf, type ChosenOptions, type WorkspaceObject } from '../resource.ts';
import type { PodMetadataValues } from '../pod-metadata.ts';
import type { WorkspaceVolumes } from './inputs.ts';

/** Paths of Workspace fields in the input of updateWorkspace. */
export const updatePaths: InputPaths = {
  'metadata.name': 'input.name',
  'metadata.namespace': 'input.namespace',
  'metadata.labels': 'input.labels',
  'metadata.annotations': 'input.annotations',
  'spec.paused': 'input.paused',
  'spec.displayName': 'input.displayName',
  'spec.deferUpdates': 'input.deferUpdates',
  'spec.podTemplate.podMetadata': 'input.podMetadata',
  'spec.podTemplate.volumes': 'input.volumes',
  'spec.podTemplate.volumes.data[].pvcName': 'input.volumes.data[].claimName',
  'spec.podTemplate.options.imageConfig': 'input.imageConfig',
  'spec.podTemplate.options.podConfig': 'input.podConfig',
};

/** Paths of Workspace fields in the input of createWorkspace. */
export const createPaths: InputPaths = {
  ...updatePaths,
  'metadata.generateName': 'input.generateName',
  'spec.kind': 'input.kind',
};

type Entries = readonly KeyValue[] | null | undefined;

/** Fields of a new workspace. */
interface NewWorkspace {
  readonly namespace: string;
  readonly name?: string | null | undefined;
  readonly generateName?: string | null | undefined;
  readonly displayName?: string | null | undefined;
  readonly kind: string;
  readonly paused: boolean;
  readonly deferUpdates?: boolean | null | undefined;
  readonly imageConfig: string;
  readonly podConfig: string;
  readonly podMetadata?: PodMetadataValues | null | undefined;
  readonly volumes?: WorkspaceVolumes | null | undefined;
  readonly labels?: Entries;
  readonly annotations?: Entries;
}

interface WorkspaceManifest extends WorkspaceContent {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: object;
}

/** Returns the manifest of a new workspace. Absent fields are left to the defaults of the API server. */
export function workspaceManifest(
  input: NewWorkspace,
  auditAnnotations: Readonly<Record<string, string | undefined>>,
): WorkspaceManifest {
  const { namespace, name, generateName, displayName, kind, paused, deferUpdates, imageConfig, podConfig } = input;
  const { podMetadata, volumes, labels, annotations } = input;
  return {
    apiVersion: apiVersionOf(Workspace),
    kind: Workspace.kind,
    metadata: {
      namespace,
      ...(name ? { name } : { generateName }),
      ...(labels && { labels: mapOf(labels) }),
      annotations: { ...mapOf(annotations), ...auditAnnotations },
    },
    spec: {
      kind,
      paused,
      ...(displayName && { displayName }),
      ...(typeof deferUpdates === 'boolean' && { deferUpdates }),
      podTemplate: {
        ...(podMetadata && { podMetadata: podMetadataOf(podMetadata) }),
        volumes: volumesOf(volumes ?? {}),
        options: { imageConfig, podConfig },
      },
    },
  };
}

function podMetadataOf({ labels, annotations }: PodMetadataValues): object {
  return {
    ...(labels && { labels: mapOf(labels) }),
    ...(annotations && { annotations: mapOf(annotations) }),
  };
}

function volumesOf({ home, data, secrets }: WorkspaceVolumes): object {
  return {
    ...(home && { home }),
    ...(data && { data: data.map(claimOf) }),
    ...(secrets && { secrets: secrets.map(secretOf) }),
  };
}

function claimOf({ claimName, mountPath, readOnly }: NonNullable<WorkspaceVolumes['data']>[number]): object {
  return { pvcName: claimName, mountPath, readOnly };
}

function secretOf({ secretName, mountPath, defaultMode }: NonNullable<WorkspaceVolumes['secrets']>[number]): object {
  return { secretName, mountPath, defaultMode };
}

type Labels = Readonly<Record<string, string>> | undefined;

/** Whether an annotation belongs to Kubeflow Workspaces. The annotations of an update neither remove nor set it. */
function isOwn(key: string): boolean {
  return key.startsWith('notebooks.kubeflow.org/');
}

/** Changes of a workspace. Absent fields are kept, null clears a field. */
export interface WorkspaceChange {
  readonly displayName?: string | null | undefined;
  readonly paused?: boolean | null | undefined;
  readonly deferUpdates?: boolean | null | undefined;
  readonly podMetadata?: PodMetadataValues | null | undefined;
  readonly volumes?: WorkspaceVolumes | null | undefined;
  readonly labels?: Entries;
  readonly annotations?: Entries;
}

/** Returns a cause for each repeated key of the labels and annotations in an input. */
export function repeatedKeysIn({
  labels,
  annotations,
  podMetadata,
}: Pick<WorkspaceChange, 'labels' | 'annotations' | 'podMetadata'>): StatusCause[] {
  return [
    ...duplicateKeys('input.labels', labels),
    ...duplicateKeys('input.annotations', annotations),
    ...duplicateKeys('input.podMetadata.labels', podMetadata?.labels),
    ...duplicateKeys('input.podMetadata.annotations', podMetadata?.annotations),
  ];
}

/** Returns the changes as a merge patch of the stored workspace. */
export function mergePatchOf(
  workspace: WorkspaceObject,
  change: WorkspaceChange,
  options: Partial<ChosenOptions>,
): Readonly<Record<string, unknown>> {
  const { labels, annotations = {} } = workspace.metadata;
  const { podTemplate } = specOf(workspace);
  const { displayName, paused, deferUpdates, podMetadata, volumes } = change;
  const mine = Object.fromEntries(Object.entries(annotations).filter(([key]) => !isOwn(key)));
  const given = change.annotations?.filter(({ key }) => !isOwn(key));
  const template = {
    ...(podMetadata !== undefined && { podMetadata: podMetadataPatch(podMetadata, podTemplate?.podMetadata) }),
    ...(volumes !== undefined && { volumes: volumesPatch(volumes ?? { home: null, data: null, secrets: null }) }),
    ...(Object.keys(options).length > 0 && { options }),
  };
  return {
    metadata: {
      ...(change.labels !== undefined && { labels: mapPatch(change.labels, labels) }),
      ...(change.annotations !== undefined && { annotations: mapPatch(given, mine) }),
    },
    spec: {
      ...(displayName !== undefined && { displayName: displayName || null }),
      ...(typeof paused === 'boolean' && { paused }),
      ...(deferUpdates !== undefined && { deferUpdates }),
      ...(Object.keys(template).length > 0 && { podTemplate: template }),
    },
  };
}

function podMetadataPatch(
  given: PodMetadataValues | null,
  current: { readonly labels?: Labels; readonly annotations?: Labels } | undefined,
): object | null {
  if (!given) return null;
  const { labels, annotations } = given;
  return {
    ...(labels !== undefined && { labels: labels && mapPatch(labels, current?.labels) }),
    ...(annotations !== undefined && { annotations: annotations && mapPatch(annotations, current?.annotations) }),
  };
}

function volumesPatch({ home, data, secrets }: WorkspaceVolumes): object {
  return {
    ...(home !== undefined && { home: home || null }),
    ...(data !== undefined && { data: data && data.map(claimOf) }),
    ...(secrets !== undefined && { secrets: secrets && secrets.map(secretOf) }),
  };
}
