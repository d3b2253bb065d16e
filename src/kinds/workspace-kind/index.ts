import './mutations.ts';
import './schema.ts';

export { WorkspaceKind as resource } from './resource.ts';
