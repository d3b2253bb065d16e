import { mapOf } from '../../mutations/key-value-input.ts';
import type { KeyValue } from '../../graphql/object-meta.ts';
import { apiVersionOf } from '../../kubernetes/resource.ts';
import type { PodMetadataValues, WorkspaceVolumes } from './mutations/volume-inputs.ts';
import { Workspace, type WorkspaceContent } from './resource.ts';

type Entries = readonly KeyValue[] | null | undefined;

/** What a new workspace is to be. */
export interface NewWorkspace {
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

/** The object to be created. What is not given is left to the cluster. */
export function workspaceManifest(input: NewWorkspace, notes: Readonly<Record<string, string>>): WorkspaceManifest {
  const { namespace, name, generateName, displayName, kind, paused, deferUpdates, imageConfig, podConfig } = input;
  const { podMetadata, volumes, labels, annotations } = input;
  return {
    apiVersion: apiVersionOf(Workspace),
    kind: Workspace.kind,
    metadata: {
      namespace,
      ...(name ? { name } : { generateName }),
      ...(labels && { labels: mapOf(labels) }),
      annotations: { ...mapOf(annotations), ...notes },
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

export function claimOf({ claimName, mountPath, readOnly }: NonNullable<WorkspaceVolumes['data']>[number]): object {
  return { pvcName: claimName, mountPath, readOnly };
}

export function secretOf({
  secretName,
  mountPath,
  defaultMode,
}: NonNullable<WorkspaceVolumes['secrets']>[number]): object {
  return { secretName, mountPath, defaultMode };
}
