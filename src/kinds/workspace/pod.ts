import { builder } from '../../graphql/builder.ts';
import { keyOf } from '../../kubernetes/object.ts';
import type { PrefetchedReader } from '../../viewer-client/prefetched-reader.ts';
import { Pod, podSpecOf, workspaceNameOf, type PodObject } from '../pod/resource.ts';
import type { ScopedLister } from '../../viewer-client/scoped-lister.ts';
import { statusOf, type PodStatus, type WorkspaceObject } from './resource.ts';

/** Pod of a workspace: as reported by the controller, and the object itself if the viewer may read it. */
export interface WorkspacePodParts {
  readonly reported: PodStatus | undefined;
  readonly pod: PodObject | undefined;
}

/** Returns the pod of a workspace: of several, the reported one, or else the newest. Null while there is none. */
export function workspacePodOf(reader: PrefetchedReader, workspace: WorkspaceObject): WorkspacePodParts | null {
  const { podTemplatePod: reported } = statusOf(workspace);
  const pods = reader.prefetched(Pod).byIndex('workspace', keyOf(workspace.metadata));
  const pod = pods.find(({ metadata }) => metadata.name === reported?.name) ?? pods.toSorted(byAge).at(-1);
  return pod || reported?.name ? { reported, pod } : null;
}

/** Returns the workspace that a pod belongs to. Undefined if there is none. */
export function workspaceOfPod(pod: PodObject, workspaces: ScopedLister<WorkspaceObject>): WorkspaceObject | undefined {
  return workspaces.get({ namespace: pod.metadata.namespace, name: workspaceNameOf(pod) ?? '' });
}

/** Sorts pods that are being deleted before all others, and those of the same second by name, in the same order on every gateway. */
function byAge({ metadata: a }: PodObject, { metadata: b }: PodObject): number {
  if (!a.deletionTimestamp !== !b.deletionTimestamp) return a.deletionTimestamp ? -1 : 1;
  const [older, newer] = [`${a.creationTimestamp} ${a.name}`, `${b.creationTimestamp} ${b.name}`];
  return older < newer ? -1 : 1;
}

export const WorkspacePod = builder.objectRef<WorkspacePodParts>('WorkspacePod').implement({
  description: 'Pod of a workspace. Viewers who may not list pods get the fields that the controller reports.',
  fields: (t) => ({
    name: t.string({ description: 'Name of the pod.', resolve: podNameOf }),
    nodeName: t.string({
      nullable: true,
      description: 'Name of its node. Null until the pod is scheduled.',
      resolve: (parts) => nodeNameOf(parts) ?? null,
    }),
    serviceAccountName: t.string({
      nullable: true,
      description: 'Name of its service account. Null if the controller does not report it and you may not list pods.',
      resolve: ({ reported, pod }) => (pod ? podSpecOf(pod).serviceAccountName : reported?.serviceAccountName) || null,
    }),
    containers: t.stringList({ description: 'Names of its containers.', resolve: containerNamesOf }),
    initContainers: t.stringList({
      description: 'Names of its init containers.',
      resolve: ({ reported, pod }) => namesOf(pod ? podSpecOf(pod).initContainers : reported?.initContainers),
    }),
  }),
});

/** Undefined until the pod is scheduled. */
export function nodeNameOf({ reported, pod }: WorkspacePodParts): string | undefined {
  return (pod ? podSpecOf(pod).nodeName : reported?.nodeName) || undefined;
}

export function podNameOf({ reported, pod }: WorkspacePodParts): string {
  return pod?.metadata.name ?? reported?.name ?? '';
}

export function containerNamesOf({ reported, pod }: WorkspacePodParts): string[] {
  return namesOf(pod ? podSpecOf(pod).containers : reported?.containers);
}

function namesOf(containers: readonly { readonly name?: string }[] | undefined): string[] {
  return (containers ?? []).flatMap(({ name }) => name ?? []);
}
