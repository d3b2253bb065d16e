import './mutations.ts';
import './schema.ts';

export { Secret as resource } from './resource.ts';
