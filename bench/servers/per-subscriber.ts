import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { useEngine } from '@envelop/core';
import { execute, subscribe, type ExecutionArgs } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { createYoga } from 'graphql-yoga';
import { pino } from 'pino';
import { WebSocketServer } from 'ws';
import { Authorizer } from '../../src/auth/authorizer.ts';
import { kubeconfigAuthenticator } from '../../src/auth/authenticators/kubeconfig.ts';
import { ClusterCache } from '../../src/cache/cluster-cache.ts';
import { createContext } from '../../src/graphql/context.ts';
import { BulkActions } from '../../src/graphql/bulk-actions.ts';
import { ConcurrencyLimit } from '../../src/graphql/concurrency-limit.ts';
import { Deadline } from '../../src/graphql/deadline.ts';
import { SubscriptionCounters } from '../../src/graphql/subscription-statistics.ts';
import { resources } from '../../src/kinds/index.ts';
import { Workspace, type WorkspaceObject } from '../../src/kinds/workspace/resource.ts';
import { Client } from '../../src/kubernetes/client.ts';
import { createApiConnection } from '../../src/kubernetes/api-connection.ts';
import { DerivedStates } from '../../src/viewer-client/derived-states.ts';
import { PodUsages } from '../../src/viewer-client/pod-usages.ts';
import { SharedLogs } from '../../src/viewer-client/shared-logs.ts';
import { SentWrites } from '../../src/viewer-client/sent-writes.ts';
import { BytesInFlight } from '../../src/scheduling/bytes-in-flight.ts';
import { schema } from '../../src/schema.ts';
import { Broadcast } from './broadcast.ts';
import { kubeconfigArgument, handleBenchRequests } from './measured-server.ts';

/**
 * The gateway's schema and store behind yoga and graphql-ws, set up as both document it: each subscriber has an iterator,
 * and each event is executed and serialized per subscriber. The source of events is not yoga's own, which throws when a
 * subscriber is 1,024 events behind.
 */
interface Executors {
  readonly execute: typeof execute;
  readonly subscribe: typeof subscribe;
}

const client = new Client(await createApiConnection({ type: 'text', text: kubeconfigArgument() }));
const log = pino({ level: 'silent' });
const cache = new ClusterCache({
  client,
  resources,
  log,
  watchIdleTimeoutMs: 3_600_000,
  discoveryIntervalMs: 5_000,
});
await cache.hasSynced;
const events = new Broadcast<{ type: 'MODIFIED'; object: WorkspaceObject; cursor: string }>();
cache.store(Workspace).addEventHandler({
  changed: ({ object }) => events.publish({ type: 'MODIFIED', object, cursor: '' }),
  reset: () => undefined,
  failed: (error) => console.error(error),
});
const field = schema.getSubscriptionType()?.getFields()['workspaces'];
if (!field) throw new TypeError('Expected a subscription field `workspaces`.');
field.subscribe = () => events.iterate();

const bytesInFlight = new BytesInFlight(134_217_728);
const contextOptions = {
  cluster: {
    cache,
    authorizer: new Authorizer({ allowedTtlMs: 10_000, deniedTtlMs: 5_000, graceMs: 0 }),
    usages: new PodUsages(),
    gpuLoads: undefined,
    logs: new SharedLogs(),
    derived: new DerivedStates(),
    writes: new SentWrites(() => {}),
    limits: { maxPage: 10_000, maxOperationCost: 500_000 },
    namespaces: () => [],
    bytesInFlight,
  },
  gateway: {
    version: 'bench',
    kubernetesVersion: () => undefined,
    enforceFilterRules: true,
    onUnexpected: () => {},
    onObjectWrite: () => {},
    logReads: new ConcurrencyLimit({ perViewer: { setting: 'MAX_LOG_STREAMS_PER_VIEWER', max: 50 }, noun: 'logs' }),
    bulkActions: new BulkActions({ max: 50, maxPerViewer: 5, onEnd: () => {} }),
    bytesInFlight,
    live: () => ({ sharedSubscriptions: 0, subscribers: 0, ...new SubscriptionCounters() }),
  },
};
const viewer = await kubeconfigAuthenticator(client, { name: 'bench', groups: [] })({
  header: () => [],
  remoteAddress: undefined,
});
const yoga = createYoga({
  schema,
  logging: false,
  plugins: [useEngine({ execute, subscribe })],
});
const server = createServer((request, response) => void yoga(request, response));
const sockets = new WebSocketServer({ server, path: '/graphql', perMessageDeflate: false });
useServer(
  {
    execute: (args) => (args.rootValue as Executors).execute(args),
    subscribe: (args) => (args.rootValue as Executors).subscribe(args),
    onSubscribe: async (context, _id, params) => {
      const enveloped = yoga.getEnveloped({ ...context, req: context.extra.request, params });
      const args: ExecutionArgs = {
        schema: enveloped.schema,
        operationName: params.operationName,
        document: enveloped.parse(params.query),
        variableValues: params.variables,
        contextValue: createContext(contextOptions, { viewer, deadline: new Deadline(60_000) }),
        rootValue: { execute: enveloped.execute, subscribe: enveloped.subscribe },
      };
      const errors = enveloped.validate(args.schema, args.document);
      return errors.length > 0 ? errors : args;
    },
  },
  sockets,
);
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  handleBenchRequests({ url: `http://127.0.0.1:${port}/graphql`, subscribers: () => events.subscribers });
});
