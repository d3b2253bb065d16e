import { GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { expect, it } from 'vitest';
import { readConfig } from '../config.ts';
import { OperationExecutor } from '../execution/operation-executor.ts';
import { RowCache } from '../execution/row-cache.ts';
import { ConcurrencyLimit } from '../graphql/concurrency-limit.ts';
import { failure } from '../graphql/errors.ts';
import { Pipeline } from './pipeline.ts';

const INTERNAL = failure('INTERNAL', 'Internal error.');
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { name: { type: GraphQLString } } }),
  mutation: new GraphQLObjectType({ name: 'Mutation', fields: { rename: { type: GraphQLString } } }),
});

it('keeps precompiled documents, and compiles their operations, when they are valid', () => {
  const pipeline = new Pipeline({
    ...readConfig({ KUBECONFIG: '/dev/null' }),
    schema,
    endpoint: '/graphql',
    executor: new OperationExecutor({ schema, rows: new RowCache(), mode: 'compiled' }),
    logReads: new ConcurrencyLimit({ perViewer: { setting: 'MAX_LOG_STREAMS_PER_VIEWER', max: 1 }, noun: 'logs' }),
    createContext: () => {
      throw INTERNAL;
    },
    publicError: () => INTERNAL,
    recheckMs: 10_000,
  });
  const results = ['{ name }', '{ nope }', 'mutation { rename }'].map((query) => pipeline.precompile(query));
  expect(results).toEqual(['compiled', 'refused', 'valid']);
  const known = ['{ name }', '{ nope }', '{ other: name }'].map((text) => pipeline.knownDocument(text) !== undefined);
  expect(known).toEqual([true, false, false]);
});
