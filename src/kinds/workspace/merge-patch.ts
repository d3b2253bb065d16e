import { mapOf } from '../../mutations/key-value-input.ts';
import type { KeyValue } from '../../graphql/object-meta.ts';
import { claimOf, secretOf } from './manifest.ts';
import type { PodMetadataValues, WorkspaceVolumes } from './mutations/volume-inputs.ts';
import { specOf, type ChosenOptions, type WorkspaceObject } from './resource.ts';

type Entries = readonly KeyValue[] | null | undefined;
type Labels = Readonly<Record<string, string>> | undefined;

/** Annotations of the workspaces themselves: not what a list of annotations is about. */
const OWN_ANNOTATIONS = 'notebooks.kubeflow.org/';

/** What is to change of a workspace: absent keeps, null clears. */
export interface WorkspaceChange {
  readonly displayName?: string | null | undefined;
  readonly paused?: boolean | null | undefined;
  readonly deferUpdates?: boolean | null | undefined;
  readonly podMetadata?: PodMetadataValues | null | undefined;
  readonly volumes?: WorkspaceVolumes | null | undefined;
  readonly labels?: Entries;
  readonly annotations?: Entries;
}

/** The change as a merge patch of the workspace as it is. */
export function mergePatchOf(
  workspace: WorkspaceObject,
  change: WorkspaceChange,
  options: Partial<ChosenOptions>,
): Readonly<Record<string, unknown>> {
  const { labels, annotations = {} } = workspace.metadata;
  const { podTemplate } = specOf(workspace);
  const { displayName, paused, deferUpdates, podMetadata, volumes } = change;
  const mine = Object.fromEntries(Object.entries(annotations).filter(([key]) => !key.startsWith(OWN_ANNOTATIONS)));
  const template = {
    ...(podMetadata !== undefined && { podMetadata: podMetadataPatch(podMetadata, podTemplate?.podMetadata) }),
    ...(volumes !== undefined && { volumes: volumesPatch(volumes ?? { home: null, data: null, secrets: null }) }),
    ...(Object.keys(options).length > 0 && { options }),
  };
  return {
    metadata: {
      ...(change.labels !== undefined && { labels: mapPatch(change.labels, labels) }),
      ...(change.annotations !== undefined && { annotations: mapPatch(change.annotations, mine) }),
    },
    spec: {
      ...(displayName !== undefined && { displayName: displayName || null }),
      ...(typeof paused === 'boolean' && { paused }),
      ...(deferUpdates !== undefined && { deferUpdates }),
      ...(Object.keys(template).length > 0 && { podTemplate: template }),
    },
  };
}

/** A merge patch adds to maps: what is to go has to be named. */
function mapPatch(entries: Entries, current: Labels): Readonly<Record<string, string | null>> {
  const gone = Object.fromEntries(Object.keys(current ?? {}).map((key) => [key, null]));
  return { ...gone, ...mapOf(entries) };
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
