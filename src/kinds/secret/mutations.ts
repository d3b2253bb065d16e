import './mutations/create.ts';
import './mutations/delete.ts';
import './mutations/update.ts';
