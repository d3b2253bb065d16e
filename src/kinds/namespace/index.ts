import './schema.ts';

export { Namespace as resource } from './resource.ts';
