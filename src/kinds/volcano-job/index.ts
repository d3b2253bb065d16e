import './mutations.ts';
import './schema.ts';

export { VolcanoJob as resource } from './resource.ts';
