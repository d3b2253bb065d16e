import type { Logger } from 'pino';
import { whoAmI } from './auth/authenticators/kubeconfig.ts';
import type { Config } from './config.ts';
import { createApiConnection, type ConnectionOptions } from './kubernetes/api-connection.ts';
import { Client } from './kubernetes/client.ts';
import { KubeconfigError } from './kubernetes/kubeconfig.ts';
import { ServerVersion } from './kubernetes/server-version.ts';
import { isUnauthorized, StatusError } from './kubernetes/status-error.ts';

/**
 * Connects to the API server. Its version and the gateway's identity prove that it accepts the credentials.
 * @param signal ends the start, and later the exec plugins
 * @throws {KubeconfigError} if the kubeconfig is invalid, or the API server does not accept the credentials
 * @throws {StatusError} if the API server cannot be reached
 */
export async function connect(
  config: Config,
  log: Logger,
  { signal, onRequest, traceRequest }: ConnectionOptions & { readonly signal: AbortSignal },
) {
  const execPluginTimeoutMs = config.execPluginTimeoutSeconds * 1_000;
  const connection = await createApiConnection(config.connection, {
    ...config,
    execPluginTimeoutMs,
    signal,
    onRequest,
    traceRequest,
  });
  const client = new Client(connection);
  try {
    const [version, self] = await Promise.all([
      ServerVersion.load(client, { signal }),
      whoAmI(client, connection.userName, signal),
    ]);
    const { current: kubernetesVersion } = version;
    log.info({ server: connection.server, kubernetesVersion, identity: self.name }, 'connected to the API server');
    const isVersionAnswered = () => version.isAnswered;
    return { connection, client, kubernetesVersion: () => version.current, isVersionAnswered, self };
  } catch (error) {
    if (!isUnauthorized(error)) throw withServer(error, connection.server);
    const owner = config.connection.type === 'in-cluster' ? "the pod's service account" : 'the kubeconfig';
    throw new KubeconfigError(
      `Expected the API server at ${connection.server} to accept the credentials of ${owner}, got 401 Unauthorized: the token or certificate may have expired, or may be of another cluster.`,
      { cause: error },
    );
  }
}

/** Returns an error whose message has the address of the API server: a wrong one is a common reason of unexpected answers. */
function withServer(error: unknown, server: string): unknown {
  if (!(error instanceof StatusError) || error.message.includes(server)) return error;
  const message = `Expected the API server at ${server} to return its version and the gateway's identity. ${error.message}`;
  return new StatusError({ ...error.details, message });
}
