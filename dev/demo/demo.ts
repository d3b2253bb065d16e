import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino, type Logger } from 'pino';
import { readConfig, type Config } from '../../src/config.ts';
import { startGateway } from '../../src/gateway.ts';
import { Client } from '../../src/kubernetes/client.ts';
import { createApiConnection } from '../../src/kubernetes/api-connection.ts';
import { startSimulator } from '../simulator/simulator.ts';
import { volcanoAdmission } from './admission/volcano-rules.ts';
import { workspaceAdmission } from './admission.ts';
import { startActivityGenerator } from './activity-generator.ts';
import { gatewayServiceAccount, demoUsers, rbacObjects } from './users.ts';
import { startBackgroundControllers } from './background-controllers.ts';
import { startWorkspaceController } from './workspace-controller.ts';
import { aggregatedFixtures, aggregatedApis, clusterFixtures } from './fixtures.ts';

interface DemoOptions {
  readonly host?: string;
  /** Port of the gateway. 0 chooses a free port. */
  readonly port: number;
  /** Port of the simulated API server. 0, the default, chooses a free port. */
  readonly clusterPort?: number;
  /** Number of workspaces. The fixtures have some more than 20, which exist with any number. */
  readonly workspaces?: number;
  /** Settings of the gateway, such as `ALLOWED_ORIGINS`. */
  readonly settings?: Readonly<Record<string, string | undefined>>;
  readonly log?: Logger;
}

export interface Demo extends AsyncDisposable {
  /** URL of the GraphQL endpoint. It serves GraphiQL to browsers. */
  readonly url: string;
  /** Kubeconfig of the cluster administrator, for kubectl. Deleted on disposal. */
  readonly kubeconfigFile: string;
}

/** Initial text of GraphiQL's headers editor. */
const HEADERS = `{
  // Headers of this tab. An "authorization" takes precedence over the person of the side panel.
}`;

/** The people of the demo, as whom visitors of the dashboard and of GraphiQL act. */
const pages = {
  graphiqlHeaders: HEADERS,
  people: demoUsers.map(({ name, role, token }) => ({ name, role, token })),
};

/**
 * Starts a simulated cluster in this process, with fixtures, users and controllers, and a gateway connected to it.
 * Resolves when the gateway is ready.
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { clusterPort = 0, workspaces = 0, log = pino({ level: 'silent' }) } = options;
  await using started = new AsyncDisposableStack();
  const now = new Date();
  const simulator = started.use(
    await startSimulator({
      port: clusterPort,
      objects: [...clusterFixtures(now, workspaces), ...aggregatedFixtures(now), ...rbacObjects()],
      aggregated: aggregatedApis,
      admission: [...workspaceAdmission, ...volcanoAdmission],
      users: [...demoUsers, gatewayServiceAccount],
    }),
  );
  const directory = await mkdtemp(path.join(tmpdir(), 'workspaces-demo-'));
  started.defer(() => rm(directory, { recursive: true }));
  const kubeconfigFile = path.join(directory, 'kubeconfig');
  await writeFile(kubeconfigFile, simulator.kubeconfig, { mode: 0o600 });
  const client = new Client(await createApiConnection({ type: 'files', files: [kubeconfigFile] }));
  started.use(startWorkspaceController({ client, log }));
  started.use(startActivityGenerator({ client, log }));
  started.use(startBackgroundControllers(simulator));
  const gatewayKubeconfigFile = path.join(directory, 'gateway-kubeconfig');
  await writeFile(gatewayKubeconfigFile, simulator.kubeconfigFor(gatewayServiceAccount.token), { mode: 0o600 });
  const gateway = started.use(await startGateway(configOf(options, gatewayKubeconfigFile), log, pages));
  await gateway.ready;
  const running = started.move();
  return { url: gateway.url, kubeconfigFile, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

function configOf({ host, port, settings }: DemoOptions, kubeconfigFile: string): Config {
  return readConfig({
    METRICS_PORT: 'off',
    AUDIT_LOG: 'false', // the terminal shows problems only
    ...settings,
    KUBECONFIG: kubeconfigFile,
    AUTH_MODE: 'token',
    PORT: String(port),
    LISTEN_HOST: host,
    DRAIN_SECONDS: '2',
  });
}
