import './schema.ts';

export { LimitRange as resource } from './resource.ts';
