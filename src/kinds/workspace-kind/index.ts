import './mutations.ts';
import './fits.ts';
import './schema.ts';

export { WorkspaceKind as resource } from './resource.ts';
