import type { WorkspaceObject } from './resource.ts';

export function displayNameOf({ spec, metadata }: WorkspaceObject): string {
  return spec?.displayName || metadata.name;
}
