import type { KubernetesObject, OwnerReference } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';
import { Event } from '../event/resource.ts';
import { WORKSPACE_NAME_LABEL } from '../pod/resource.ts';

/**
 * StatefulSets of workspaces, of which only the metadata are kept. They connect a workspace with its pod and its events: their
 * names are cut after 42 characters of the workspace's name, so the owner counts and not the name. No field of the schema has
 * them.
 */
export const StatefulSet = defineResource<KubernetesObject>({
  kind: 'StatefulSet',
  group: 'apps',
  version: 'v1',
  plural: 'statefulsets',
  namespaced: true,
  access: { visibleAs: Event },
  cache: {
    watched: 'on-demand',
    labelSelector: WORKSPACE_NAME_LABEL,
    trim: ({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata }),
    indexes: {
      /** By the uid of the workspace that owns it. */
      owner: (set) => [ownerOf(set, 'Workspace')?.uid ?? ''],
    },
  },
});

export function ownerOf({ metadata }: KubernetesObject, kind: string): OwnerReference | undefined {
  return metadata.ownerReferences?.find((owner) => owner.kind === kind);
}
