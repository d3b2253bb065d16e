import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { startAccessIndex } from './access-index.ts';
import { createAuthenticator, identityHeaders } from './authentication.ts';
import type { GatewayIdentity } from './auth/authenticators/kubeconfig.ts';
import type { Credentials } from './auth/authenticator.ts';
import { clientAddressOf, trustedProxyMatcher } from './auth/client-address.ts';
import { ClusterCache } from './cache/cluster-cache.ts';
import type { ResourceStatus } from './cache/informer.ts';
import type { Config } from './config.ts';
import { OperationExecutor } from './execution/operation-executor.ts';
import { RowCache } from './execution/row-cache.ts';
import { atMostEvery, LOG_INTERVAL_MS, originOf } from './kubernetes/log-limit.ts';
import { BulkActions, type BulkActionsOptions } from './graphql/bulk-actions.ts';
import { createContext, type Caller, type GatewayInfo } from './graphql/context.ts';
import { publicError } from './graphql/errors.ts';
import { ConcurrencyLimit } from './graphql/concurrency-limit.ts';
import type { SubscriptionStatistics } from './graphql/subscription-statistics.ts';
import { WorkspacePartEvent } from './kinds/event/resource.ts';
import { resources } from './kinds/index.ts';
import { ScheduledPod } from './kinds/cluster-node/resource.ts';
import { MountingPod } from './kinds/pod/resource.ts';
import { StatefulSet } from './kinds/workspace/stateful-set.ts';
import { Pictures } from './kinds/workspace-kind/pictures.ts';
import { Workspace } from './kinds/workspace/resource.ts';
import { startRestartFinisher } from './kinds/workspace/restart-finisher.ts';
import type { Cluster } from './viewer-client/cluster.ts';
import { createCluster } from './cluster.ts';
import { connect } from './connect.ts';
import type { ApiConnection } from './kubernetes/api-connection.ts';
import type { Client } from './kubernetes/client.ts';
import { redactedError } from './kubernetes/redacted.ts';
import { NONE_LOST, type LostLines } from './observability/log-output.ts';
import { Observers } from './observers.ts';
import { operationNamesIn } from './settings/persisted-operations.ts';
import { schema } from './schema.ts';
import { exampleOf, readExampleTabs, type GraphiQLTab } from './server/graphiql-examples.ts';
import { ConnectionLimit, openFileLimit } from './server/connection-limit.ts';
import { startHttpServer, type HttpServer, type HttpServerOptions } from './server/http-server.ts';
import type { Readiness } from './server/request-handler.ts';
import type { Person } from './server/person.ts';
import { gatewayVersion } from './version.ts';

/** Cached resources that are no kinds of their own: they are visible as others, see `visibleAs`. */
const supporting = [StatefulSet, WorkspacePartEvent, MountingPod, ScheduledPod] as const;

/** Statistics since the gateway was started. */
export interface GatewayStatistics {
  readonly kinds: readonly ResourceStatus[];
  readonly live: SubscriptionStatistics;
}

/** A running gateway. Disposing drains the clients, then stops the watches, and resolves when both have ended. */
interface Gateway extends AsyncDisposable {
  /** URL of the GraphQL endpoint, e.g. `http://127.0.0.1:4000/graphql`. */
  readonly url: string;
  /** URL of the metrics, e.g. `http://127.0.0.1:9090/metrics`. Undefined without metrics. */
  readonly metricsUrl: string | undefined;
  /**
   * Resolves when each always-watched kind has synced, or the cluster is known not to serve it, and the example operations are
   * prepared.
   */
  readonly ready: Promise<unknown>;
  readonly statistics: () => GatewayStatistics;
  /** Makes the gateway unready, so that load balancers send it no more clients. It serves all requests until it is disposed of. */
  readonly announceShutdown: () => void;
}

interface StartOptions {
  /** Initial text of GraphiQL's headers editor: JSON with comments. */
  readonly graphiqlHeaders?: string;
  /** People of the demo, as whom visitors of the dashboard and of GraphiQL can act. */
  readonly people?: readonly Person[];
  /** Aborts the start. Has no effect once the gateway serves. */
  readonly signal?: AbortSignal;
  /** Returns the lines that the log has lost, for the metrics. None by default. */
  readonly lostLogLines?: () => LostLines;
}

/**
 * Connects to the cluster, starts the cluster cache and the HTTP server. Resolves when the server listens, which may be
 * before the cache has synced: see {@link Gateway.ready}.
 * @throws {StatusError} if the API server cannot be reached
 * @throws {KubeconfigError} if the kubeconfig is invalid, or the API server does not accept its credentials
 * @throws {Error} if the port is in use, or the start was aborted
 */
export async function startGateway(
  config: Config,
  log: Logger,
  { signal: starting = new AbortController().signal, lostLogLines = () => NONE_LOST, ...pages }: StartOptions = {},
): Promise<Gateway> {
  const stopping = new AbortController();
  const isStarted = followUntilStarted(starting, stopping);
  const onUnexpected = logUnexpected(log);
  const tabs = readExampleTabs(fileURLToPath(new URL('../schema/operations', import.meta.url)));
  await using parts = new AsyncDisposableStack();
  const observers = parts.use(await observersFor(config, { tabs, log, lostLogLines, onUnexpected }));
  const { onObjectWrite, onOperation, onApiRequest: onRequest, tracing } = observers;
  const connected = await connect(config, log, { signal: stopping.signal, onRequest, traceRequest: tracing?.request });
  const { client } = connected;
  const { cache, rbac, cluster, rows, kinds } = startCluster({ config, log, client, stopping, parts, tracing });
  const bulkActions = bulkActionsFor(config, log);
  const reports = { onUnexpected, onObjectWrite, live: () => server.subscriptions() };
  const viewerParts = { ...connected, ...reports, cluster, log, bulkActions };
  const server: HttpServer = parts.use(
    await startHttpServer({
      ...httpOptionsFor(config, { ...pages, tabs, log }),
      executor: new OperationExecutor({ schema, rows, mode: config.execution }),
      ...viewerOptions(config, viewerParts),
      publicError: (error) => publicError(error, onUnexpected),
      onOperation,
      onOperationBegin: tracing?.begin,
      readiness: () => readinessOf(cache, connected),
    }),
  );
  parts.defer(() => bulkActions.stop()); // before the server ends the subscriptions to them
  const { announceShutdown, url } = server;
  const statistics = (): GatewayStatistics => ({ kinds: cache.statuses(), live: server.subscriptions() });
  const metricsUrl = await observers.serveMetrics({ ...server, ...cluster, kinds });
  isStarted();
  logStart(log, { url, metricsUrl }, { hasSynced: cache.hasSynced, precompiled: server.precompiled });
  finishRestarts(cache, client, { log, signal: stopping.signal });
  const running = parts.move();
  const ready = Promise.all([cache.hasSynced, rbac?.attempted, server.precompiled]);
  return { url, metricsUrl, ready, statistics, announceShutdown, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

interface ObservedParts {
  readonly tabs: readonly GraphiQLTab[];
  readonly log: Logger;
  readonly lostLogLines: () => LostLines;
  readonly onUnexpected: (error: unknown) => void;
}

function observersFor(config: Config, { tabs, onUnexpected, ...parts }: ObservedParts): Promise<Observers> {
  const names = tabs.map((tab) => exampleOf(tab).operation);
  const operationNames = [...names, ...operationNamesIn(config.persistedOperations.values())];
  return Observers.create(config, { ...parts, operationNames, version: gatewayVersion(), onError: onUnexpected });
}

interface ClusterStart {
  readonly config: Config;
  readonly log: Logger;
  readonly client: Client;
  readonly stopping: AbortController;
  /** Disposed of in reverse order: first the server, which is added later, then the writes, and the watches last. */
  readonly parts: AsyncDisposableStack;
  readonly tracing: Observers['tracing'];
}

/** Starts the cluster cache and the RBAC index, and creates the parts that all viewers share. */
function startCluster({ config, log, client, stopping, parts, tracing }: ClusterStart) {
  const rows = new RowCache();
  const options = { ...config, client, resources: [...resources, ...supporting], log, observer: rows };
  const cache = parts.use(new ClusterCache(options));
  const rbac = startAccessIndex(config, client, log);
  if (rbac) parts.use(rbac);
  const cluster = createCluster(config, { cache, log, accesses: rbac?.accesses, traceReview: tracing?.review });
  parts.defer(() => cluster.derived[Symbol.dispose]());
  if (cluster.gpuLoads) parts.use(cluster.gpuLoads);
  parts.defer(() => stopping.abort());
  parts.defer(() => cluster.writes.drain(config.drainSeconds * 1_000));
  const kinds = () => [...cache.statuses(), ...(rbac?.statuses() ?? [])];
  return { cache, rbac, cluster, rows, kinds };
}

/** Logs if the limit of open files allows fewer WebSockets than the settings do, and later, at most every 10 s, refused connections. */
function connectionLimits(
  { maxWebsockets }: Config,
  log: Logger,
): Pick<HttpServerOptions, 'connectionLimit' | 'maxWebsockets'> {
  const openFiles = openFileLimit();
  const logRefused = atMostEvery({ intervalMs: LOG_INTERVAL_MS }, (_, suppressed) =>
    log.warn({ openFiles, maxConnections: limit.max, suppressed }, 'refuses connections: too few open files'),
  );
  const limit = new ConnectionLimit(openFiles, () => logRefused(undefined));
  const allowed = limit.webSocketsUpTo(maxWebsockets);
  if (allowed < maxWebsockets)
    log.info({ openFiles, maxWebsockets, allowed }, 'MAX_WEBSOCKETS exceeds what the limit of open files allows');
  return { connectionLimit: limit, maxWebsockets: allowed };
}

function logStart(
  log: Logger,
  urls: Pick<Gateway, 'url' | 'metricsUrl'>,
  { hasSynced, precompiled }: Pick<ClusterCache, 'hasSynced'> & Pick<HttpServer, 'precompiled'>,
): void {
  log.info(urls, 'serving');
  void hasSynced.then(() => log.info('cluster cache synced'));
  void precompiled.then((examples) => log.info(examples, 'example operations prepared'));
}

/** Returns a function that logs errors, of one origin at most once in 10 s. */
function logUnexpected(log: Logger): (error: unknown) => void {
  return atMostEvery({ intervalMs: LOG_INTERVAL_MS, kindOf: originOf }, (error, suppressed) =>
    log.error({ error: redactedError(error), ...(suppressed > 0 && { suppressed }) }, 'unexpected error'),
  );
}

/** Starts to finish the restarts of workspaces that another gateway has begun. */
function finishRestarts(cache: ClusterCache, client: Client, { log, signal }: { log: Logger; signal: AbortSignal }) {
  startRestartFinisher({
    workspaces: cache.store(Workspace),
    client,
    signal,
    onFailure: ({ metadata: { namespace, name } }, error) =>
      log.warn({ namespace, name, error: redactedError(error) }, 'cannot finish the restart of a workspace'),
  });
}

function bulkActionsFor({ maxBulkActions: max, maxBulkActionsPerViewer: maxPerViewer }: Config, log: Logger) {
  const onEnd: BulkActionsOptions['onEnd'] = (viewer, action) => log.info({ viewer, action }, 'bulk action ended');
  return new BulkActions({ max, maxPerViewer, onEnd });
}

function gatewayInfo(
  { enforceFilterRules, maxLogStreamsPerViewer: max }: Config,
  facts: Pick<
    GatewayInfo,
    'kubernetesVersion' | 'onUnexpected' | 'onObjectWrite' | 'bulkActions' | 'bytesInFlight' | 'live'
  >,
): GatewayInfo {
  const logReads = new ConcurrencyLimit({
    perViewer: { setting: 'MAX_LOG_STREAMS_PER_VIEWER', max },
    noun: 'subscriptions to logs and queries of logs',
  });
  return { version: gatewayVersion(), enforceFilterRules, logReads, ...facts };
}

/** Makes the controller abort with the signal until the returned function is called. */
function followUntilStarted(signal: AbortSignal, controller: AbortController): () => void {
  const abort = () => controller.abort();
  signal.addEventListener('abort', abort);
  return () => signal.removeEventListener('abort', abort);
}

interface PageOptions extends Omit<StartOptions, 'signal' | 'lostLogLines'> {
  readonly tabs: readonly GraphiQLTab[];
  readonly log: Logger;
}

/** The options of the HTTP server that depend on the configuration only. */
function httpOptionsFor(config: Config, { graphiqlHeaders, people = [], tabs, log }: PageOptions) {
  const isTrustedProxy = trustedProxyMatcher(config.trustedProxyCidrs);
  return {
    ...config,
    ...connectionLimits(config, log),
    schema,
    addressOf: (credentials: Credentials) => clientAddressOf(credentials, isTrustedProxy),
    keepAliveMs: config.keepAliveSeconds * 1_000,
    drainMs: config.drainSeconds * 1_000,
    requestTimeoutMs: config.requestTimeoutSeconds * 1_000,
    slowReaderTimeoutMs: config.slowReaderTimeoutSeconds * 1_000,
    recheckMs: Math.min(config.authorizationTtlSeconds, config.observedAuthorizationTtlSeconds / 2) * 1_000,
    people,
    graphiqlHeaders: graphiqlHeaders ?? defaultGraphiqlHeaders(config),
    dashboard: {
      directory: fileURLToPath(new URL('../web/dist', import.meta.url)),
      settings: { authentication: config.authentication.mode, connectBaseUrl: config.connectBaseUrl, people },
    },
    tabs,
  };
}

interface ViewerOptions {
  readonly cluster: Cluster;
  readonly client: Client;
  readonly self: GatewayIdentity;
  readonly kubernetesVersion: () => string | undefined;
  readonly log: Logger;
  readonly onUnexpected: (error: unknown) => void;
  readonly onObjectWrite: GatewayInfo['onObjectWrite'];
  readonly bulkActions: BulkActions;
  readonly live: () => SubscriptionStatistics;
}

/** The options of the HTTP server that authenticate viewers and read from the cluster on behalf of them. */
function viewerOptions(
  config: Config,
  { cluster, client, self, log, ...facts }: ViewerOptions,
): Pick<
  HttpServerOptions,
  'authenticate' | 'identityHeaders' | 'bytesInFlight' | 'createContext' | 'assetAt' | 'logReads'
> {
  const { bytesInFlight } = cluster;
  const info = gatewayInfo(config, { ...facts, bytesInFlight });
  const pictures = new Pictures(client);
  const contextOf = (caller: Caller) => createContext({ cluster, gateway: info }, caller);
  return {
    bytesInFlight,
    logReads: info.logReads,
    authenticate: createAuthenticator(config, { client, self, log }),
    identityHeaders: identityHeaders(config),
    createContext: contextOf,
    assetAt: (caller, path) => pictures.at(contextOf(caller), path),
  };
}

/** Initial text of GraphiQL's headers editor: a template for the token, if one is required. */
function defaultGraphiqlHeaders({ authentication }: Config): string {
  return authentication.mode === 'token' ? '{\n  // "authorization": "Bearer …"\n}' : '';
}

interface ConnectedServer {
  readonly connection: ApiConnection;
  readonly kubernetesVersion: () => string | undefined;
  readonly isVersionAnswered: () => boolean;
}

/**
 * Ready if each always-watched kind that the cluster serves has synced, and requests to the API server succeed. While they fail, it reads
 * the version in the background, and is not ready if that fails, too: in an idle gateway whose watches go on, the only requests may be
 * those for a kind that it may not read, or whose aggregated API server is away.
 */
function readinessOf(
  cache: ClusterCache,
  { connection, kubernetesVersion, isVersionAnswered }: ConnectedServer,
): Readiness {
  const waitingFor = cache
    .statuses()
    .filter(({ available, synced, resource }) => resource.cache.watched === 'always' && available && !synced)
    .map(({ resource }) => resource.plural);
  if (connection.isFailing) {
    kubernetesVersion();
    if (!isVersionAnswered()) waitingFor.push('requests to the API server');
  }
  return { ready: waitingFor.length === 0, waitingFor };
}
