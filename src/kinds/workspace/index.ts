import './access-hint.ts';
import './mutations/create.ts';
import './mutations/delete-many.ts';
import './mutations/delete.ts';
import './mutations/patch.ts';
import './mutations/pause-many.ts';
import './mutations/pause.ts';
import './mutations/replace.ts';
import './mutations/restart.ts';
import './mutations/update.ts';
import './pause-cause.ts';
import './resources.ts';
import './schema.ts';
import './totals-schema.ts';

export { Workspace as resource } from './resource.ts';
