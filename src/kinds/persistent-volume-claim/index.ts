import './mutations.ts';
import './schema.ts';
import './volume-mount.ts';

export { PersistentVolumeClaim as resource } from './resource.ts';
