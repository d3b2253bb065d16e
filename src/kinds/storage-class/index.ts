import './schema.ts';

export { StorageClass as resource } from './resource.ts';
