import './mutations.ts';
import './schema.ts';
import './secret-mount.ts';

export { Secret as resource } from './resource.ts';
