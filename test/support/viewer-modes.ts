import type { Manifest } from '../../dev/simulator/api-object.ts';
import { startSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import type { Config } from '../../src/config.ts';
import { headerAuthentication as header } from './authentication.ts';
import { connectUser, type UserCredentials, type UserClient } from './user-client.ts';
import { startGatewayFor, type TestGateway } from './test-gateway.ts';
import { grant, type Rule } from './access/grants.ts';

const alice = { name: 'alice', token: 'token-of-alice' };

/** Modes in which a gateway reads and writes for a viewer. Only in `header` does it use its own identity. */
export const viewerModes = ['header', 'impersonate', 'token', 'kubeconfig'] as const;
export type ViewerMode = (typeof viewerModes)[number];

interface Mode {
  readonly authentication: Config['authentication'];
  readonly passport: UserCredentials;
}

const modes = {
  header: { authentication: header, passport: { headers: { 'kubeflow-userid': 'alice' } } },
  impersonate: {
    authentication: { ...header, impersonate: true },
    passport: { headers: { 'kubeflow-userid': 'alice' } },
  },
  token: { authentication: { mode: 'token' }, passport: { token: alice.token } },
  kubeconfig: { authentication: { mode: 'kubeconfig' }, passport: { headers: {} } },
} as const satisfies Record<ViewerMode, Mode>;

/** A cluster with a gateway in one of the modes, and Alice as its viewer. */
export interface ViewerFixture extends AsyncDisposable {
  readonly cluster: Simulator;
  readonly gateway: TestGateway;
  readonly alice: UserClient;
}

interface StageOptions extends Partial<Config> {
  readonly objects: readonly Manifest[];
  /** Cluster-wide rules of Alice. */
  readonly rights: readonly Rule[];
  /** Token of the gateway identity, by default of the administrator. In mode `kubeconfig` the identity is Alice. */
  readonly gatewayRights?: readonly Rule[];
  readonly when?: 'ready' | 'at once';
}

export async function startViewerFixture(
  mode: ViewerMode,
  { objects, rights, gatewayRights, ...settings }: StageOptions,
): Promise<ViewerFixture> {
  const own = { name: 'gateway', token: 'token-of-gateway' };
  const cluster = await startSimulator({
    users: [alice, own],
    objects: [
      workspaceCrd,
      workspaceKindCrd,
      ...grant(alice.name, ...rights),
      ...grant(own.name, ...(gatewayRights ?? [])),
      ...objects,
    ],
  });
  const { authentication, passport } = modes[mode];
  const identity = mode === 'kubeconfig' ? alice.token : own.token;
  const kubeconfig = mode === 'kubeconfig' || gatewayRights ? cluster.kubeconfigFor(identity) : cluster.kubeconfig;
  const gateway = await startGatewayFor(kubeconfig, { authentication, ...settings });
  const person = connectUser(gateway.url, passport);
  return {
    cluster,
    gateway,
    alice: person,
    async [Symbol.asyncDispose]() {
      await person[Symbol.asyncDispose]();
      await gateway[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    },
  };
}
