import { GraphQLList, GraphQLObjectType, GraphQLSchema, GraphQLString, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { InjectedError } from '../../dev/simulator/faults.ts';
import { OperationExecutor } from '../../src/execution/operation-executor.ts';
import { RowCache } from '../../src/execution/row-cache.ts';
import { isContext } from '../../src/graphql/context.ts';
import { startExecutionEnvironment } from '../support/execution/environment.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { podOf } from '../support/pods.ts';
import { secret } from '../support/storage.ts';
import { startTestGateway } from '../support/test-gateway.ts';

const objects = [namespace('team-a'), workspace('nb'), podOf('nb'), secret('s-1')];
const READ = 'secret(namespace: "team-a", name: "s-1") { name }';
const LOG = 'workspaceLogs(namespace: "team-a", name: "nb") { text }';
const FAILING = 'node(id: "malformed") { id }';
const forbidden = { status: 403, reason: 'Forbidden', message: 'secrets "s-1" is forbidden' };
const refusedSecret: InjectedError = { ...forbidden, when: ({ resource }) => resource === 'secrets' };
const refusedLog: InjectedError = { ...forbidden, when: ({ subresource }) => subresource === 'log' };

describe('a compiled query that fails', () => {
  it.each([
    ['the API server refuses its request', `{ ${READ} }`, 'secrets', refusedSecret],
    ['another field fails', `{ ${READ} ${FAILING} }`, 'secrets', undefined],
    ['two fields read the same object', `{ a: ${READ} b: ${READ} ${FAILING} }`, 'secrets', undefined],
    ['the API server refuses a log', `{ ${LOG} }`, 'pods', refusedLog],
    ['another field than a log fails', `{ ${LOG} ${FAILING} }`, 'pods', undefined],
  ])('sends each request to the API server once when %s', async (_, query, resource, refusal) => {
    await using gateway = await startTestGateway({ objects, execution: 'compiled' });
    gateway.cluster.log('team-a', 'ws-nb-abcde-0', 'main', 'ready\n');
    if (refusal) gateway.cluster.faults.refuse(refusal);
    const { errors } = await gateway.query(query);
    expect(errors).toHaveLength(1);
    const reads = gateway.cluster.requests.filter((each) => each.resource === resource && each.verb === 'get');
    expect(reads).toHaveLength(1);
  });

  it('executes a compiled query once when it exceeds MAX_OPERATION_COST', async () => {
    await using environment = await startExecutionEnvironment([]);
    let calls = 0;
    const resolve = (_: unknown, __: unknown, context: unknown): readonly string[] => {
      calls += 1;
      if (isContext(context)) context.client.cost.add(context.client.cost.max + 1);
      return [];
    };
    const fields = { names: { type: new GraphQLList(GraphQLString), resolve } };
    const schema = new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields }) });
    const executor = new OperationExecutor({ schema, rows: new RowCache(), mode: 'compiled' });
    const contextValue = environment.context('admin');
    await executor.execute({ schema, document: parse('{ names }'), contextValue });
    expect(contextValue.client.cost.isExceeded).toBe(true);
    expect(calls).toBe(1);
  });
});
