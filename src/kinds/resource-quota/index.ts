import './schema.ts';

export { ResourceQuota as resource } from './resource.ts';
