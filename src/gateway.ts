import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { Authorizer } from './auth/authorizer.ts';
import { headerAuthenticator } from './auth/authenticators/header.ts';
import type { Authenticator } from './auth/authenticator.ts';
import { kubeconfigAuthenticator, whoAmI } from './auth/authenticators/kubeconfig.ts';
import { ResourceNameGrants } from './auth/resource-name-grants.ts';
import { tokenAuthenticator } from './auth/authenticators/token.ts';
import { startClusterCache, type ClusterCache } from './cache/cluster-cache.ts';
import type { ResourceStatus } from './cache/informer.ts';
import type { Config } from './config.ts';
import { createContext } from './graphql/context.ts';
import { publicError } from './graphql/errors.ts';
import type { SubscriptionStatistics } from './graphql/subscription-statistics.ts';
import type { Viewer } from './auth/viewer.ts';
import { resources } from './kinds/index.ts';
import { pictureAt } from './kinds/workspace-kind/pictures.ts';
import { Namespace } from './kinds/namespace/resource.ts';
import type { Cluster } from './viewer-client/cluster.ts';
import { readErrorFor } from './viewer-client/read-error.ts';
import { Client } from './kubernetes/client.ts';
import { createApiConnection } from './kubernetes/api-connection.ts';
import { kubernetesVersionOf } from './kubernetes/discovery.ts';
import { redactedError } from './kubernetes/redacted.ts';
import { PodUsages } from './viewer-client/pod-usages.ts';
import { schema } from './schema.ts';
import { readExampleTabs } from './server/example-tabs.ts';
import { startHttpServer, type Readiness } from './server/http-server.ts';

export interface GatewayStatistics {
  readonly kinds: readonly ResourceStatus[];
  readonly live: SubscriptionStatistics;
}

export interface Gateway extends AsyncDisposable {
  /** Address of the endpoint, e.g. `http://127.0.0.1:4000/graphql`. */
  readonly url: string;
  /** Resolves when every kind that is always watched has been read once, or is known not to be served. */
  readonly ready: Promise<unknown>;
  /** What has happened to its watches and subscriptions, for who exports it. */
  readonly statistics: () => GatewayStatistics;
}

/**
 * Connects to the cluster, begins to keep its copy, and serves it. Disposing drains the clients, then stops the watches.
 * @param graphiqlHeaders what GraphiQL's headers editor holds at first: JSON with comments
 * @throws {StatusError} when the cluster cannot be reached
 * @throws {Error} when the kubeconfig cannot be used, or the port is taken
 */
export async function startGateway(
  config: Config,
  log: Logger,
  { graphiqlHeaders }: { readonly graphiqlHeaders?: string } = {},
): Promise<Gateway> {
  const connection = await createApiConnection(config.connection);
  const client = new Client(connection);
  const starting = new AbortController().signal;
  const kubernetesVersion = await kubernetesVersionOf(client, starting);
  const self = await whoAmI(client, connection.userName, starting);
  log.info({ server: connection.server, kubernetesVersion, identity: self.name }, 'connected');
  const cache = startClusterCache({ ...config, client, resources, log });
  const cluster = clusterOf(config, client, cache);
  const { enforceFilterRules } = config;
  const live = () => server.pipeline.subscriptions.statistics;
  const onUnexpected = (error: unknown) => log.error({ error: redactedError(error) }, 'unexpected error');
  const facts = { version: gatewayVersion(), kubernetesVersion, enforceFilterRules, onUnexpected, live };
  const server = await startHttpServer({
    ...config,
    drainMs: config.drainSeconds * 1_000,
    slowReaderTimeoutMs: config.slowReaderTimeoutSeconds * 1_000,
    schema,
    graphiqlHeaders: graphiqlHeaders ?? headersEditorFor(config),
    tabs: readExampleTabs(fileURLToPath(new URL('../schema/operations', import.meta.url))),
    recheckMs: config.authorizationTtlSeconds * 1_000,
    authenticate: authenticatorOf(config, client, self),
    createContext: (viewer, signal) => createContext({ cluster, viewer, gateway: facts }, signal),
    assetAt: (viewer, path, signal) =>
      pictureAt(createContext({ cluster, viewer, gateway: facts }, signal), client, path),
    publicError: (error) => publicError(error, onUnexpected),
    readiness: () => readinessOf(cache),
  }).catch(async (error: unknown) => {
    await cache[Symbol.asyncDispose]();
    throw error;
  });
  log.info({ url: server.url }, 'serving');
  void cache.hasSynced.then(() => log.info('ready'));
  return {
    url: server.url,
    ready: cache.hasSynced,
    statistics: () => ({ kinds: cache.statuses(), live: server.pipeline.subscriptions.statistics }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await cache[Symbol.asyncDispose]();
    },
  };
}

/** What who opens GraphiQL has to fill in. */
function headersEditorFor({ authentication }: Config): string {
  return authentication.mode === 'token' ? '{\n  // "authorization": "Bearer …"\n}' : '';
}

/** The way of knowing who asks that the settings choose. */
function authenticatorOf(
  { authentication }: Config,
  client: Client,
  self: Pick<Viewer, 'name' | 'groups'>,
): Authenticator {
  switch (authentication.mode) {
    case 'header':
      return headerAuthenticator(client, authentication);
    case 'token':
      return tokenAuthenticator(client);
    case 'kubeconfig':
      return kubeconfigAuthenticator(client, self);
    default:
      throw new TypeError(`Unknown authentication mode ${JSON.stringify(authentication satisfies never)}`);
  }
}

function clusterOf(config: Config, client: Client, cache: ClusterCache): Cluster {
  const allowedTtlMs = config.authorizationTtlSeconds * 1_000;
  const deniedTtlMs = Math.min(config.denialTtlSeconds * 1_000, allowedTtlMs);
  const namespaces = cache.store(Namespace);
  return {
    cache,
    authorizer: new Authorizer({ allowedTtlMs, deniedTtlMs, graceMs: config.authorizationGraceSeconds * 1_000 }),
    grants: new ResourceNameGrants(client, allowedTtlMs),
    usages: new PodUsages(),
    namespaces: () => {
      if (namespaces.version === '') throw readErrorFor(Namespace, namespaces.failure);
      return Array.from(namespaces.list(), ({ metadata }) => metadata.name);
    },
  };
}

/** Ready when every kind that the cluster serves has been read, of those that are always watched. */
function readinessOf(cache: ClusterCache): Readiness {
  const waitingFor = cache
    .statuses()
    .filter(({ available, synced, resource }) => resource.cache.watched === 'always' && available && !synced)
    .map(({ resource }) => resource.plural);
  return { ready: waitingFor.length === 0, waitingFor };
}

function gatewayVersion(): string {
  const { version }: { version: string } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  );
  return version;
}
