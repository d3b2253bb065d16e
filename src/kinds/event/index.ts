import './schema.ts';
import './workspace-events.ts';

export { Event as resource } from './resource.ts';
