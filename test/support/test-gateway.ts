import { randomUUID } from 'node:crypto';
import { type Client as WebSocketClient, type ClientOptions, createClient } from 'graphql-ws';
import { type Logger, pino } from 'pino';
import { WebSocket } from 'ws';
import { type Config, readConfig } from '../../src/config.ts';
import { type GatewayStatistics, startGateway } from '../../src/gateway.ts';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import type { AdmissionHook } from '../../dev/simulator/admission.ts';
import type { AggregatedResource } from '../../dev/simulator/aggregated-resource.ts';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { type Simulator, startSimulator } from '../../dev/simulator/simulator.ts';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { alwaysWatched, alwaysWatchedKinds } from './always-watched.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { namespace, workspace, workspaceKind } from './manifests.ts';
import { postOperation } from './post-operation.ts';
import { waitFor } from './wait-for.ts';
import type { TokenUser } from '../../dev/simulator/access/authentication.ts';

/** A GraphQL response over HTTP. */
export interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: Readonly<Record<string, unknown>>;
  }[];
}

/** A gateway under test with its clients. */
export interface TestGateway extends AsyncDisposable {
  readonly url: string;
  readonly metricsUrl: string | undefined;
  statistics(): GatewayStatistics;
  /** Returns the text of the metrics. Requires a `metricsPort`. */
  metrics(): Promise<string>;
  /** Returns the number of running subscriptions. */
  subscribers(): number;
  /** Sends an operation over HTTP. @param signal makes the client leave */
  query(query: string, variables?: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<Answer>;
  /** Creates a client with its own WebSocket, disposed with the gateway. */
  connect(options?: Partial<ClientOptions>): WebSocketClient;
  /** Subscribes on a separate WebSocket. */
  subscribe<D = Record<string, unknown>>(query: string, variables?: Readonly<Record<string, unknown>>): Subscription<D>;
}

/** Results of a subscription in order of arrival; `next()` waits for the next one. */
export interface Subscription<D> extends AsyncIterableIterator<{
  readonly data?: D | null;
  readonly errors?: Answer['errors'];
}> {
  return(): Promise<IteratorResult<{ readonly data?: D | null; readonly errors?: Answer['errors'] }>>;
}

export interface GatewayOptions extends Partial<Config> {
  readonly when?: 'ready' | 'at once';
  /** Default: a log of the level TEST_LOG_LEVEL, or none. */
  readonly log?: Logger;
}

const DEFAULTS = {
  DRAIN_SECONDS: '1',
  DISCOVERY_INTERVAL_MS: '50',
  AUDIT_LOG: 'false',
  METRICS_PORT: 'off',
  EXECUTION: 'compared',
};

/**
 * Starts a gateway for a kubeconfig, which compares the results of compiled queries with those of graphql-js. `when: 'at once'` does not
 * wait until it is ready.
 */
export async function startGatewayFor(
  kubeconfig: string,
  {
    when = 'ready',
    log = pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' }),
    ...settings
  }: GatewayOptions = {},
): Promise<TestGateway> {
  const defaults = readConfig({ ...DEFAULTS, KUBECONFIG: '/dev/null', PORT: '0' });
  const gateway = await startGateway({ ...defaults, connection: { type: 'text', text: kubeconfig }, ...settings }, log);
  if (when === 'ready') await gateway.ready;
  const clients: WebSocketClient[] = [];
  const connect = (options: Partial<ClientOptions> = {}) => {
    const client = createClient({
      url: gateway.url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      ...options,
    });
    clients.push(client);
    return client;
  };
  return {
    url: gateway.url,
    metricsUrl: gateway.metricsUrl,
    subscribers: () => gateway.statistics().live.subscribers,
    statistics: () => gateway.statistics(),
    metrics: async () => (await fetch(gateway.metricsUrl ?? '')).text(),
    connect,
    query: async (query, variables, signal) =>
      (await postOperation(gateway.url, query, { variables, signal })).json() as Promise<Answer>,
    subscribe: (query, variables) => connect().iterate({ query, variables }) as Subscription<never>,
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map(async (client) => client.dispose()));
      await gateway[Symbol.asyncDispose]();
    },
  };
}

export interface SimulatedGateway extends TestGateway {
  readonly cluster: Simulator;
  /** Waits until the gateway has received the present namespaces, WorkspaceKinds and workspaces of the cluster. */
  caughtUp(): Promise<void>;
  /** Waits until the cluster has answered the given number of requests of this verb. */
  requested(verb: string, times?: number): Promise<void>;
}

/** Starts a simulated cluster with the Workspace definitions and these objects, and a gateway for it. */
export async function startTestGateway(
  options: GatewayOptions & {
    readonly objects?: readonly (Manifest | KubernetesObject)[];
    readonly admission?: readonly AdmissionHook[];
    /** Users besides the administrator. */
    readonly users?: readonly TokenUser[];
    readonly aggregated?: readonly AggregatedResource[];
    readonly bookmarkIntervalMs?: number;
  } = {},
): Promise<SimulatedGateway> {
  const { objects = [], admission = [], users = [], aggregated = [], bookmarkIntervalMs = 50, ...settings } = options;
  const cluster = await startSimulator({
    bookmarkIntervalMs,
    admission,
    users,
    aggregated,
    objects: [workspaceCrd, workspaceKindCrd, ...objects],
  });
  const gateway = await startGatewayFor(cluster.kubeconfig, { execution: 'compiled', ...settings });
  const watched = settings.authorizer === 'reviews' ? alwaysWatchedKinds : alwaysWatched;
  if (settings.when !== 'at once') await waitFor(() => cluster.openWatches === watched.length, 'every kind is watched');
  return {
    ...gateway,
    cluster,
    caughtUp: () => waitUntilCaughtUp(gateway, cluster),
    requested: (verb, times = 1) =>
      waitFor(
        () => cluster.requests.filter((request) => request.verb === verb).length >= times,
        `${verb} was asked for`,
      ),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    },
  };
}

/**
 * Creates and deletes a marker of each kind, and waits until the gateway has received all of them. A watch sends changes in order,
 * but each kind has its own: a marker of one says nothing about the others.
 */
async function waitUntilCaughtUp(gateway: TestGateway, cluster: Simulator): Promise<void> {
  const marker = `caught-up-${randomUUID()}`;
  const markers = [namespace(marker), workspaceKind(marker), workspace(marker, { namespace: marker, kind: 'none' })];
  for (const manifest of markers) cluster.apply(manifest);
  const query = `{
    namespace(name: "${marker}") { name }
    workspaceKind(name: "${marker}") { name }
    workspace(namespace: "${marker}", name: "${marker}") { name }
  }`;
  const received = async (isThere: boolean) => {
    const { data, errors } = await gateway.query(query);
    return !errors && Object.values(data ?? {}).every((object) => (object !== null) === isThere);
  };
  await waitFor(() => received(true), 'the gateway has received the markers');
  for (const { apiVersion, kind, metadata } of markers.toReversed())
    cluster.delete(apiVersion, kind, marker, metadata.namespace);
  await waitFor(() => received(false), 'the gateway has received the deletion of the markers');
}
