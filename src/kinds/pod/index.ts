import './log.ts';
import './schema.ts';
import './usage.ts';
import './workspace-pod.ts';

export { Pod as resource } from './resource.ts';
