import './schema.ts';

export { PersistentVolume as resource } from './resource.ts';
