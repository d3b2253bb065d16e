import { specOf, type WorkspaceObject } from './resource.ts';

export function displayNameOf(workspace: WorkspaceObject): string {
  return specOf(workspace).displayName || workspace.metadata.name;
}
