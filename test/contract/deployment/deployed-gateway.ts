import path from 'node:path';
import { readConfig, type Config } from '../../../src/config.ts';
import { startGatewayFor, type GatewayOptions, type TestGateway } from '../../support/test-gateway.ts';
import { connectUser, type UserCredentials } from '../../support/user-client.ts';
import type { Cluster } from '../clusters.ts';
import type { Kubectl } from '../kubectl.ts';

export const NAMESPACE = 'kubeflow-system';
const NAME = 'workspaces-gateway';
/** User with all permissions, of whom the gateway has no credentials but the header. */
export const OPERATOR = 'operator@example.com';

/** A directory of `deploy/overlays` after `kubectl apply -k`. */
export interface Deployed {
  /** Configuration that results from the environment variables of the Deployment. */
  readonly config: Config;
  /** Kubeconfig with a token of the Deployment's ServiceAccount. */
  readonly kubeconfig: string;
}

export function directoryOf(overlay: string): string {
  return path.resolve(import.meta.dirname, '../../../deploy/overlays', overlay);
}

/** Applies an overlay. @throws {Error} if the API server refuses an object, warns of one, or kubectl does */
export async function applyOverlay(cluster: Cluster, kubectl: Kubectl, overlay: string): Promise<Deployed> {
  await kubectl.run('apply', '-k', directoryOf(overlay), '--warnings-as-errors');
  const printed = await kubectl.run('get', 'deployment', NAME, '-n', NAMESPACE, '-o', 'json');
  const deployment = JSON.parse(printed) as AppliedDeployment;
  const { serviceAccountName, containers } = deployment.spec.template.spec;
  const gateway = containers.find(({ name }) => name === 'gateway');
  const variables = (gateway?.env ?? []).map(({ name, value }) => [name, value] as const);
  const token = await kubectl.run('create', 'token', serviceAccountName, '-n', NAMESPACE);
  return {
    // Kubernetes sets this variable in every pod.
    config: readConfig({ ...Object.fromEntries(variables), KUBERNETES_SERVICE_HOST: '10.0.0.1' }),
    kubeconfig: cluster.kubeconfig.replace(/token: \S+/u, `token: ${token.trim()}`),
  };
}

interface AppliedDeployment {
  readonly spec: { readonly template: { readonly spec: PodSpec } };
}

interface PodSpec {
  readonly serviceAccountName: string;
  readonly containers: readonly { readonly name: string; readonly env: readonly Variable[] }[];
}

interface Variable {
  readonly name: string;
  readonly value?: string;
}

/**
 * Returns the cluster with gateways that have the mode and the permissions of the deployed one. Their clients are a user with
 * all permissions, so that those of the ServiceAccount decide.
 */
export function clusterOf(cluster: Cluster, deployed: Deployed): Cluster {
  return { ...cluster, startGateway: (options) => startDeployed(cluster, deployed, options) };
}

async function startDeployed(cluster: Cluster, deployed: Deployed, options: GatewayOptions = {}): Promise<TestGateway> {
  const { kubeconfig, config } = deployed;
  const authentication = trustingLoopback(config.authentication);
  const gateway = await startGatewayFor(kubeconfig, { authentication, ...options });
  const user = connectUser(gateway.url, operatorOf(cluster, authentication.mode));
  return {
    ...gateway,
    connect: (settings) => user.connect(settings),
    subscribe: (query, variables) => user.subscribe(query, variables),
    async query(query, variables, signal) {
      const { status: _, ...answer } = await user.ask(query, variables, signal);
      return answer;
    },
    async [Symbol.asyncDispose]() {
      await user[Symbol.asyncDispose]();
      await gateway[Symbol.asyncDispose]();
    },
  };
}

/** The clients of the test connect from another loopback address than a sidecar. */
function trustingLoopback(authentication: Config['authentication']): Config['authentication'] {
  if (authentication.mode !== 'header') return authentication;
  return { ...authentication, trustedProxyCidrs: ['127.0.0.1/32'] };
}

function operatorOf({ kubeconfig }: Cluster, mode: Config['authentication']['mode']): UserCredentials {
  if (mode !== 'token') return { headers: { 'kubeflow-userid': OPERATOR } };
  return { token: /token: (\S+)/u.exec(kubeconfig)?.[1] ?? '' };
}
