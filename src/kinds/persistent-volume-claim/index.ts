import './mutations.ts';
import './schema.ts';

export { PersistentVolumeClaim as resource } from './resource.ts';
