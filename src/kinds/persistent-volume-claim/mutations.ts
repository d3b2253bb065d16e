import './mutations/create.ts';
import './mutations/delete.ts';
