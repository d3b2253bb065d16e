import './schema.ts';

export { VolcanoJob as resource } from './resource.ts';
