import './schema.ts';

export { ClusterNode as resource } from './resource.ts';
