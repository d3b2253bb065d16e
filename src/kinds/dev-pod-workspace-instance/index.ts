import './mutations.ts';
import './schema.ts';

export { DevPodWorkspaceInstance as resource } from './resource.ts';
