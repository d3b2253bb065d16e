import './graphql/errors.ts';
import './graphql/gateway.ts';
import './graphql/node.ts';
import './graphql/scalars.ts';
import './graphql/viewer.ts';
import './kinds/index.ts';
import { builder } from './graphql/builder.ts';

/** Everything that the files above have added to the builder. */
export const schema = builder.toSchema();
