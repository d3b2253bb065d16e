import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { Authorizer } from './access/authorizer.ts';
import { whoAmI } from './access/viewer.ts';
import { startClusterCache, type ClusterCache } from './cache/cluster-cache.ts';
import type { ResourceStatus } from './cache/kept-resource.ts';
import type { Config } from './config.ts';
import { createContext } from './graphql/context.ts';
import { publicError } from './graphql/errors.ts';
import type { LiveStatistics } from './graphql/live/statistics.ts';
import { resources } from './kinds/index.ts';
import { Client } from './kubernetes/client.ts';
import { createConnection } from './kubernetes/connection.ts';
import { kubernetesVersionOf } from './kubernetes/discovery.ts';
import { schema } from './schema.ts';
import { readExampleTabs } from './server/example-tabs.ts';
import { startHttpServer, type Readiness } from './server/http-server.ts';

export interface GatewayStatistics {
  readonly kinds: readonly ResourceStatus[];
  readonly live: LiveStatistics;
}

export interface Gateway extends AsyncDisposable {
  /** Address of the endpoint, e.g. `http://127.0.0.1:4000/graphql`. */
  readonly url: string;
  /** Resolves when every kind has been read once, or is known not to be served. */
  readonly ready: Promise<unknown>;
  /** What has happened to its watches and subscriptions, for who exports it. */
  readonly statistics: () => GatewayStatistics;
}

/**
 * Connects to the cluster, begins to keep its copy, and serves it. Disposing drains the clients, then stops the watches.
 * @throws {StatusError} when the cluster cannot be reached
 * @throws {Error} when the kubeconfig cannot be used, or the port is taken
 */
export async function startGateway(config: Config, log: Logger): Promise<Gateway> {
  const connection = await createConnection(config.connection);
  const client = new Client(connection);
  const starting = new AbortController().signal;
  const kubernetesVersion = await kubernetesVersionOf(client, starting);
  const viewer = await whoAmI(client, connection.userName, starting);
  log.info({ server: connection.server, kubernetesVersion, identity: viewer.name }, 'connected');
  const cache = startClusterCache({ ...config, client, resources, log });
  const cluster = { client, cache, authorizer: new Authorizer(client) };
  const { enforceFilterRules } = config;
  const live = () => server.pipeline.live.statistics;
  const onUnexpected = (error: unknown) => log.error({ err: error }, 'unexpected error');
  const facts = { version: gatewayVersion(), kubernetesVersion, enforceFilterRules, onUnexpected, live };
  const server = await startHttpServer({
    ...config,
    drainMs: config.drainSeconds * 1_000,
    slowReaderTimeoutMs: config.slowReaderTimeoutSeconds * 1_000,
    schema,
    tabs: readExampleTabs(fileURLToPath(new URL('../schema/operations', import.meta.url))),
    createContext: (signal) => createContext({ cluster, viewer, gateway: facts }, signal),
    publicError: (error) => publicError(error, onUnexpected),
    readiness: () => readinessOf(cache),
  }).catch(async (error: unknown) => {
    await cache[Symbol.asyncDispose]();
    throw error;
  });
  log.info({ url: server.url }, 'serving');
  void cache.settled.then(() => log.info('ready'));
  return {
    url: server.url,
    ready: cache.settled,
    statistics: () => ({ kinds: cache.statuses(), live: server.pipeline.live.statistics }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await cache[Symbol.asyncDispose]();
    },
  };
}

/** Ready when every kind that the cluster serves has been read. */
function readinessOf(cache: ClusterCache): Readiness {
  const waitingFor = cache
    .statuses()
    .flatMap(({ available, synced, resource }) => (available && !synced ? resource.plural : []));
  return { ready: waitingFor.length === 0, waitingFor };
}

function gatewayVersion(): string {
  const { version }: { version: string } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  );
  return version;
}
