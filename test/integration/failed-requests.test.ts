import { GraphQLError, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { OperationExecutor } from '../../src/execution/operation-executor.ts';
import { RowCache } from '../../src/execution/row-cache.ts';
import { ConcurrencyLimit } from '../../src/graphql/concurrency-limit.ts';
import { failure } from '../../src/graphql/errors.ts';
import { BytesInFlight } from '../../src/scheduling/bytes-in-flight.ts';
import { ConnectionLimit } from '../../src/server/connection-limit.ts';
import { startHttpServer, type HttpServerOptions } from '../../src/server/http-server.ts';
import { Client } from '../../src/kubernetes/client.ts';
import { createApiConnection } from '../../src/kubernetes/api-connection.ts';
import { kubeconfigAuthenticator } from '../../src/auth/authenticators/kubeconfig.ts';
import { kubeconfig } from '../support/kubeconfig.ts';

const INTERNAL = failure('INTERNAL', 'Internal error.');

const client = new Client(await createApiConnection(kubeconfig({ server: 'http://127.0.0.1:1' })));

/** Options of a server whose operations are never executed. */
function optionsOf(parts: Partial<HttpServerOptions>): HttpServerOptions {
  const query = new GraphQLObjectType({ name: 'Query', fields: { name: { type: GraphQLString } } });
  const schema = new GraphQLSchema({ query });
  return {
    ...readConfig({ KUBECONFIG: '/dev/null', PORT: '0' }),
    schema,
    executor: new OperationExecutor({ schema, rows: new RowCache(), mode: 'compiled' }),
    connectionLimit: new ConnectionLimit(Infinity, () => undefined),
    tabs: [],
    dashboard: { directory: '/nonexistent', settings: { authentication: 'kubeconfig', connectBaseUrl: '' } },
    graphiqlHeaders: '',
    logReads: new ConcurrencyLimit({ perViewer: { setting: 'MAX_LOG_STREAMS_PER_VIEWER', max: 1 }, noun: 'logs' }),
    bytesInFlight: new BytesInFlight(1_000_000),
    addressOf: () => 'here',
    readiness: () => ({ ready: true, waitingFor: [] }),
    assetAt: () => Promise.resolve(undefined),
    identityHeaders: new Set(),
    authenticate: kubeconfigAuthenticator(client, { name: 'alice', groups: [] }),
    onOperation: () => undefined,
    createContext: () => {
      throw INTERNAL;
    },
    publicError: () => INTERNAL,
    requestTimeoutMs: 10_000,
    keepAliveMs: 1_000,
    drainMs: 0,
    slowReaderTimeoutMs: 10_000,
    recheckMs: 10_000,
    ...parts,
  };
}

const body = JSON.stringify({ errors: [{ message: 'Internal error.', extensions: { code: 'INTERNAL' } }] });

it('answers 500 and reports the error when an operation over Server-Sent Events fails unexpectedly', async () => {
  const reported: unknown[] = [];
  const unserializable = new GraphQLError('', { extensions: { code: 'BAD_REQUEST', value: 1n } });
  await using server = await startHttpServer(
    optionsOf({ publicError: (error) => (reported.push(error) === 1 ? unserializable : INTERNAL) }),
  );
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: '{"query":"{"}',
  });
  expect([response.status, (await response.text()).trim()]).toEqual([500, body]);
  expect(reported[1]).toMatchObject({ message: expect.stringContaining('BigInt') });
});

it('reports that it is not ready until the example operations are prepared when the cluster has been read', async () => {
  const query = '{ name }';
  await using server = await startHttpServer(optionsOf({ tabs: [{ name: '01-name', query }] }));
  expect(server.readiness()).toEqual({ ready: false, waitingFor: ['example operations'] });
  await expect(server.precompiled).resolves.toEqual({ valid: 1, compiled: 1 });
  expect(server.readiness()).toEqual({ ready: true, waitingFor: [] });
});

it('prepares no further example operations when the server stops', async () => {
  const tabs = Array.from({ length: 1_000 }, (_, index) => ({ name: `${index}`, query: `{ a${index}: name }` }));
  const server = await startHttpServer(optionsOf({ tabs }));
  await server[Symbol.asyncDispose]();
  expect((await server.precompiled).valid).toBeLessThan(tabs.length);
});

function failingReadiness(): never {
  throw new TypeError('unexpected');
}

it('answers 500 and reports the error when a probe fails unexpectedly', async () => {
  const reported: unknown[] = [];
  await using server = await startHttpServer(
    optionsOf({ readiness: failingReadiness, publicError: (error) => (reported.push(error), INTERNAL) }),
  );
  const response = await fetch(new URL('/readyz', server.url));
  expect([response.status, (await response.text()).trim(), reported]).toEqual([
    500,
    body,
    [new TypeError('unexpected')],
  ]);
});

it('takes the request for cancelled, not for failed, when its client leaves within the body', async () => {
  const reported: unknown[] = [];
  const publicError = (error: unknown) => (reported.push(error), INTERNAL);
  const server = await startHttpServer(optionsOf({ publicError }));
  const { port } = new URL(server.url);
  const socket = connect({ port: Number(port), host: '127.0.0.1' });
  const headers = `host: localhost:${port}\r\ncontent-type: application/json\r\ncontent-length: 100\r\nexpect: 100-continue`;
  socket.write(`POST /graphql HTTP/1.1\r\n${headers}\r\n\r\n{"query":"`);
  await once(socket, 'data'); // 100 Continue: the request is handled
  socket.destroy();
  await server[Symbol.asyncDispose](); // all requests have ended
  expect(reported).toEqual([]);
});
