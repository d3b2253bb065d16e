import './mutations/create.ts';
import './mutations/delete.ts';
import './mutations/patch.ts';
import './mutations/pause.ts';
import './mutations/pause-many.ts';
import './mutations/replace.ts';
import './mutations/update.ts';
