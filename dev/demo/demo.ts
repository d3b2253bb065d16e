import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino, type Logger } from 'pino';
import { readConfig } from '../../src/config.ts';
import { startGateway } from '../../src/gateway.ts';
import { Client } from '../../src/kubernetes/client.ts';
import { createApiConnection } from '../../src/kubernetes/api-connection.ts';
import { startSimulator } from '../simulator/simulator.ts';
import { volcanoAdmission } from './admission/volcano-rules.ts';
import { workspaceAdmission } from './admission.ts';
import { startActivityGenerator } from './activity-generator.ts';
import { gatewayServiceAccount, demoUsers, rbacObjects, type DemoUser } from './users.ts';
import { startBackgroundControllers } from './background-controllers.ts';
import { startWorkspaceController } from './workspace-controller.ts';
import { aggregatedFixtures, aggregatedApis, clusterFixtures } from './fixtures.ts';

interface DemoOptions {
  readonly host?: string;
  /** Of the gateway; 0: any free port. */
  readonly port: number;
  /** Of the cluster; by default any free port. */
  readonly clusterPort?: number;
  readonly log?: Logger;
}

export interface Demo extends AsyncDisposable {
  /** Address of the gateway’s endpoint, where a browser finds GraphiQL. */
  readonly url: string;
  /** For kubectl, as the administrator. */
  readonly kubeconfigFile: string;
}

/** The headers editor of GraphiQL at first: its owner is the first of the people, and finds there how to be another. */
function headersFor([first, ...others]: readonly DemoUser[]): string {
  const alternatives = others.flatMap((person) => ['', aboutOf(person), `  // ${headerOf(person)}`]);
  const chosen = first ? [aboutOf(first), `  ${headerOf(first)}`] : [];
  return ['{', ...chosen, ...alternatives, '}'].join('\n');
}

function aboutOf({ name, role }: DemoUser): string {
  return `  // ${name}, ${role}`;
}

function headerOf({ token }: DemoUser): string {
  return `"authorization": "Bearer ${token}"`;
}

/** Starts a cluster inside the process, with people and a controller in it, and a gateway before it that is ready to answer. */
export async function startDemo({
  host,
  port,
  clusterPort = 0,
  log = pino({ level: 'silent' }),
}: DemoOptions): Promise<Demo> {
  await using started = new AsyncDisposableStack();
  const now = new Date();
  const simulator = started.use(
    await startSimulator({
      port: clusterPort,
      objects: [...clusterFixtures(now), ...aggregatedFixtures(now), ...rbacObjects()],
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
  const config = readConfig({
    KUBECONFIG: gatewayKubeconfigFile,
    AUTH_MODE: 'token',
    PORT: String(port),
    HOST: host,
    DRAIN_SECONDS: '2',
  });
  const gateway = started.use(await startGateway(config, log, { graphiqlHeaders: headersFor(demoUsers) }));
  await gateway.ready;
  const running = started.move();
  return { url: gateway.url, kubeconfigFile, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
