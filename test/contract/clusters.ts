import { afterAll, beforeAll, describe } from 'vitest';
import { CURRENT_VERSION, isKubernetesVersion, type KubernetesVersion } from '../../dev/simulator/server-version.ts';
import { startSimulator } from '../../dev/simulator/simulator.ts';
import { controlPlaneMissing, controlPlaneVersion, startControlPlane } from '../support/control-plane.ts';
import { startGatewayFor, type GatewayOptions, type TestGateway } from '../support/test-gateway.ts';
import { ApiClient } from './api-client.ts';

/** A cluster without controllers that a contract is tested against. */
export interface Cluster extends AsyncDisposable {
  readonly name: ClusterName;
  readonly url: string;
  readonly kubeconfig: string;
  readonly api: ApiClient;
  /** Minor version of Kubernetes: 34 for 1.34. */
  readonly minorVersion: number;
  /** Bearer token of the user `impersonator`, who has no rights until RBAC objects grant some. */
  readonly impersonatorToken: string;
  /** Starts the gateway under test. All its clients act as the administrator of the kubeconfig. */
  startGateway(options?: GatewayOptions): Promise<TestGateway>;
  /** Kills the API server. Stored objects persist. */
  stop(): Promise<void>;
  /** Starts the API server on the same port with the same certificate. Resolves when it is ready. */
  start(): Promise<void>;
  restart(): Promise<void>;
  /** Compacts the stored history. The history in the memory of the API server is lost only by a restart. */
  compact(): Promise<void>;
}

type ClusterName = 'simulator' | 'kube-apiserver';

interface ClusterKind {
  readonly name: ClusterName;
  /** Reason if this cluster is not available. */
  readonly missing: string | undefined;
  readonly start: () => Promise<Cluster>;
}

/** All kinds of clusters that a contract can be tested against, available or not. */
export const clusters: readonly ClusterKind[] = [
  { name: 'simulator', missing: undefined, start: startSimulated },
  { name: 'kube-apiserver', missing: controlPlaneMissing, start: startReal },
];

/** Runs a contract against every available cluster, each started once for all tests. */
export function describeOnClusters(title: string, contract: (cluster: () => Cluster) => void): void {
  for (const { name, missing, start } of clusters) {
    if (missing) console.warn(`“${title}” is not held against a ${name}: ${missing}.`);
    describe.skipIf(missing)(`${title} (${name})`, () => {
      let cluster: Cluster;
      beforeAll(async () => {
        cluster = await start();
      });
      afterAll(() => cluster[Symbol.asyncDispose]());
      contract(() => cluster);
    });
  }
}

const IMPERSONATOR = { name: 'impersonator', token: 'token-of-the-impersonator' };

/** Minor version of Kubernetes that the simulator behaves like: the one of the compared kube-apiserver. */
async function startSimulated(): Promise<Cluster> {
  const simulator = await startSimulator({
    bookmarkIntervalMs: 100,
    version: simulatedVersion(),
    users: [IMPERSONATOR],
  });
  const { faults, kubeconfig } = simulator;
  return complete({
    name: 'simulator',
    kubeconfig,
    impersonatorToken: IMPERSONATOR.token,
    stop: () => faults.stop(),
    start: () => faults.start(),
    compact: () => Promise.resolve(faults.compact()),
    [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose](),
  });
}

async function startReal(): Promise<Cluster> {
  const controlPlane = await startControlPlane();
  return complete({
    name: 'kube-apiserver',
    kubeconfig: controlPlane.kubeconfig,
    impersonatorToken: controlPlane.impersonatorToken,
    stop: () => controlPlane.stopApiServer(),
    start: () => controlPlane.startApiServer(),
    compact: () => controlPlane.compact(),
    [Symbol.asyncDispose]: () => controlPlane[Symbol.asyncDispose](),
  });
}

function simulatedVersion(): KubernetesVersion {
  const version = controlPlaneVersion() ?? CURRENT_VERSION;
  if (isKubernetesVersion(version)) return version;
  console.warn(`The simulator does not know Kubernetes ${version}: it behaves like ${CURRENT_VERSION}.`);
  return CURRENT_VERSION;
}

async function complete(
  server: Omit<Cluster, 'url' | 'api' | 'minorVersion' | 'startGateway' | 'restart'>,
): Promise<Cluster> {
  const api = await ApiClient.connect(server.kubeconfig);
  const { text } = await api.get('/version');
  return {
    ...server,
    url: api.url,
    api,
    minorVersion: Number(/"minor":\s*"(\d+)/u.exec(text)?.[1]),
    startGateway: (options) => startGatewayFor(server.kubeconfig, options),
    async restart() {
      await server.stop();
      await server.start();
    },
  };
}
