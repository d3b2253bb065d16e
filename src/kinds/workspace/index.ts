import './mutations.ts';
import './schema.ts';

export { Workspace as resource } from './resource.ts';
