import { startSimulator } from '../../../dev/simulator/simulator.ts';
import { ApiClient } from '../../contract/api-client.ts';
import { editing, grant, kinds, namespaces } from '../access/grants.ts';
import { controlPlaneMissing, startControlPlane } from '../control-plane.ts';
import { realCluster, simulatedCluster, type Cluster } from '../live/cluster.ts';
import { customResourceDefinitions } from '../live/environment.ts';

/** A cluster whose objects change during a drill. */
export interface DrillCluster extends AsyncDisposable {
  readonly kubeconfig: string;
  readonly objects: Cluster;
  /** Bearer tokens of viewers who see and may change everything that drills select. */
  readonly tokens: readonly string[];
  /** Makes the API server unreachable. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Service accounts of the viewers. */
const VIEWERS = ['ann', 'bob', 'cleo', 'dan'];
const GROUP = 'system:serviceaccounts:drill';
const grants = grant(`group:${GROUP}`, editing, kinds(), namespaces());

/** Clusters for drills, available or not. */
export const drillClusters = [
  { server: 'the simulator', missing: undefined, startCluster: startSimulatedCluster },
  { server: 'kube-apiserver', missing: controlPlaneMissing, startCluster: startRealCluster },
] as const;

export async function startSimulatedCluster(): Promise<DrillCluster> {
  const users = VIEWERS.map((name) => ({ name, groups: [GROUP], token: `token-of-${name}` }));
  const simulator = await startSimulator({ objects: [...customResourceDefinitions, ...grants], users });
  const { kubeconfig, faults } = simulator;
  return {
    kubeconfig,
    objects: simulatedCluster(simulator),
    tokens: users.map(({ token }) => token),
    stop: () => faults.stop(),
    start: () => faults.start(),
    [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose](),
  };
}

async function startRealCluster(): Promise<DrillCluster> {
  await using started = new AsyncDisposableStack();
  const controlPlane = started.use(await startControlPlane());
  const api = await ApiClient.connect(controlPlane.kubeconfig);
  for (const definition of customResourceDefinitions) await api.define(definition);
  const [role, binding] = grants;
  await api.create('/apis/rbac.authorization.k8s.io/v1/clusterroles', role);
  await api.create('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', binding);
  await api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'drill' } });
  const tokens = await Promise.all(VIEWERS.map((name) => createToken(api, name)));
  const running = started.move();
  return {
    kubeconfig: controlPlane.kubeconfig,
    objects: realCluster(api),
    tokens,
    stop: () => controlPlane.stopApiServer(),
    start: () => controlPlane.startApiServer(),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Creates a service account and returns a token of it. */
async function createToken(api: ApiClient, name: string): Promise<string> {
  const accounts = '/api/v1/namespaces/drill/serviceaccounts';
  await api.create(accounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } });
  const { body } = await api.post(`${accounts}/${name}/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 3_600 },
  });
  return (body as { readonly status: { readonly token: string } }).status.token;
}
