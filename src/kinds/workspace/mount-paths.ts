import path from 'node:path';
import { workspaceKindSpecOf, type WorkspaceKindObject } from '../workspace-kind/resource.ts';
import { specOf, type WorkspaceContent } from './resource.ts';

/** Volume of a workspace with its mount path. */
export interface MountedVolume {
  readonly list: 'home' | 'data' | 'secrets';
  /** Position in the list. 0 for the home volume. */
  readonly index: number;
  readonly mountPath: string;
}

/**
 * Returns the volumes of a workspace in the order in which the controller mounts them. The home volume is left out if the
 * WorkspaceKind, which has its path, is unknown. Volumes of the WorkspaceKind come after them: the controller leaves out
 * those whose path is taken.
 */
export function mountedVolumesOf(
  workspace: WorkspaceContent,
  workspaceKind: WorkspaceKindObject | undefined,
): readonly MountedVolume[] {
  const { home, data = [], secrets = [] } = specOf(workspace).podTemplate?.volumes ?? {};
  const homePath = workspaceKind && workspaceKindSpecOf(workspaceKind).podTemplate?.volumeMounts?.home;
  return [
    ...(home && homePath ? [{ list: 'home' as const, index: 0, mountPath: homePath }] : []),
    ...listed('data', data),
    ...listed('secrets', secrets),
  ];
}

function listed(
  list: 'data' | 'secrets',
  volumes: readonly { readonly mountPath?: string | undefined }[],
): readonly MountedVolume[] {
  return volumes.map(({ mountPath = '' }, index) => ({ list, index, mountPath }));
}

/** Whether the controller leaves the volume out of the pod, because a volume before it has exactly the same path. */
export function isLeftOut(volumes: readonly MountedVolume[], { list, index }: Pick<MountedVolume, 'list' | 'index'>) {
  const at = volumes.findIndex((volume) => volume.list === list && volume.index === index);
  return volumes.slice(0, Math.max(at, 0)).some(({ mountPath }) => mountPath === volumes[at]?.mountPath);
}

/**
 * Returns the path of the directory: `/data/` and `/x/../data` are `/data`. The controller does not normalize paths, so a
 * container would get both volumes, one hiding the other.
 */
export function normalizedPath(mountPath: string): string {
  return path.posix.normalize(mountPath).replace(/(?<=.)\/$/u, '');
}
