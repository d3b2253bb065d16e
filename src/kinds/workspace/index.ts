import './mutations.ts';
import './schema.ts';
import './state-counts.ts';

export { Workspace as resource } from './resource.ts';
