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
  const deployment = JSON.parse(printed) as Deployment;
  const { serviceAccountName } = deployment.spec.template.spec;
  const token = await kubectl.run('create', 'token', serviceAccountName, '-n', NAMESPACE);
  return {
    config: configOf(deployment),
    kubeconfig: cluster.kubeconfig.replace(/token: \S+/u, `token: ${token.trim()}`),
  };
}

/** The parts of a Deployment that tests read. */
export interface Deployment {
  readonly spec: { readonly template: { readonly spec: PodSpec } };
}

interface PodSpec {
  readonly serviceAccountName: string;
  readonly terminationGracePeriodSeconds: number;
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
}

interface Probe {
  readonly httpGet: { readonly port: string | number };
}

/** Returns the container of the gateway. */
export function gatewayIn({ spec }: Deployment): Container {
  const container = spec.template.spec.containers.find(({ name }) => name === 'gateway');
  if (!container) throw new TypeError('Expected a container with the name gateway.');
  return container;
}

/** Returns the configuration of the gateway. Values from ConfigMaps and Secrets are left out. */
export function configOf(deployment: Deployment): Config {
  const variables = gatewayIn(deployment).env.map(({ name, value }) => [name, value] as const);
  // Kubernetes sets this variable in every pod.
  return readConfig({ ...Object.fromEntries(variables), KUBERNETES_SERVICE_HOST: '10.0.0.1' });
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
  const user = connectUser(gateway.url, operatorOf(cluster, authentication));
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
  if (authentication.mode !== 'header' || authentication.trustedProxyCidrs.length === 0) return authentication;
  return { ...authentication, trustedProxyCidrs: ['127.0.0.1/32'] };
}

function operatorOf({ kubeconfig }: Cluster, authentication: Config['authentication']): UserCredentials {
  if (authentication.mode === 'header') return { headers: { [authentication.userHeader]: OPERATOR } };
  return { token: /token: (\S+)/u.exec(kubeconfig)?.[1] ?? '' };
}
