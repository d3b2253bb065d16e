import './mutations/create.ts';
import './mutations/delete.ts';
import './mutations/patch.ts';
import './mutations/replace.ts';
import './mutations/update.ts';
