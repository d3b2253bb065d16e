import type { Manifest } from '../../../dev/simulator/api-object.ts';
import { startSimulator, type Simulator } from '../../../dev/simulator/simulator.ts';
import { workspaceCrd } from '../../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../../dev/demo/crds/workspace-kind.ts';
import type { Config } from '../../../src/config.ts';
import { headerAuthentication } from '../authentication.ts';
import { startGatewayFor, type TestGateway } from '../test-gateway.ts';
import { waitFor } from '../wait-for.ts';
import { bound } from './rbac-objects.ts';
import { Caller, testUser, type AuthenticationMode, type TestUser } from './users.ts';
import { OTHER_KINDS, type Stored, type StoredCluster } from './visibility-model.ts';

const API = 'kubeflow.org/v1beta1';
export const MODES = ['token', 'header'] as const;

const authentications = {
  token: { mode: 'token' },
  // The users are members of system:authenticated.
  header: { ...headerAuthentication, allowSystemIdentities: true },
} as const satisfies Record<AuthenticationMode, Config['authentication']>;

/** A cluster administrator, for reads of the actual state. */
const administrator = testUser('administrator');
const administration = bound(administrator, 'cluster-admin');

export interface AccessEnvironmentOptions extends Partial<Config> {
  readonly users: readonly TestUser[];
  readonly objects: readonly Manifest[];
  readonly modes?: readonly AuthenticationMode[];
}

/** A cluster with one gateway for each authentication mode. */
export class AccessEnvironment implements AsyncDisposable {
  readonly cluster: Simulator;
  readonly #gateways: ReadonlyMap<AuthenticationMode, TestGateway>;
  readonly #callers: Caller[] = [];

  private constructor(cluster: Simulator, gateways: ReadonlyMap<AuthenticationMode, TestGateway>) {
    this.cluster = cluster;
    this.#gateways = gateways;
  }

  static async start({
    users,
    objects,
    modes = MODES,
    ...settings
  }: AccessEnvironmentOptions): Promise<AccessEnvironment> {
    const cluster = await startSimulator({
      bookmarkIntervalMs: 200,
      users: [...users, administrator],
      objects: [workspaceCrd, workspaceKindCrd, administration, ...objects],
    });
    const gateways = new Map<AuthenticationMode, TestGateway>();
    for (const mode of modes) {
      const authentication = authentications[mode];
      gateways.set(mode, await startGatewayFor(cluster.kubeconfig, { authentication, ...settings }));
    }
    return new AccessEnvironment(cluster, gateways);
  }

  caller(who: TestUser, mode: AuthenticationMode): Caller {
    const caller = new Caller(who, { mode, url: () => this.gateway(mode).url });
    this.#callers.push(caller);
    return caller;
  }

  administrator(mode: AuthenticationMode): Caller {
    return this.caller(administrator, mode);
  }

  gateway(mode: AuthenticationMode): TestGateway {
    const gateway = this.#gateways.get(mode);
    if (!gateway) throw new RangeError(`Expected a gateway in mode ${mode}, got none.`);
    return gateway;
  }

  /** Returns the stored objects of the cluster. */
  stored(): StoredCluster {
    const stored = (apiVersion: string, kind: string) => this.cluster.list(apiVersion, kind) as unknown as Stored[];
    return {
      namespaces: stored('v1', 'Namespace'),
      kinds: stored(API, 'WorkspaceKind'),
      workspaces: stored(API, 'Workspace'),
      others: Object.entries(OTHER_KINDS).flatMap(([kind, { apiVersion }]) => stored(apiVersion, kind)),
    };
  }

  /** Waits until every gateway has received the stored objects. */
  async waitUntilSynced(): Promise<void> {
    const { namespaces, kinds, workspaces, others } = this.stored();
    const copied = others.filter(({ kind }) => kind !== 'Secret');
    const expected = [...namespaces, ...kinds, ...workspaces, ...copied].map(({ metadata }) => versionOf(metadata));
    for (const mode of this.#gateways.keys()) {
      const caller = this.administrator(mode);
      await waitFor(async () => {
        const cached = await cachedVersions(caller);
        return cached.size === expected.length && expected.every((each) => cached.has(each));
      }, 'the gateways have caught up');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const caller of this.#callers) await caller[Symbol.asyncDispose]();
    for (const gateway of this.#gateways.values()) await gateway[Symbol.asyncDispose]();
    await this.cluster[Symbol.asyncDispose]();
  }
}

async function cachedVersions(caller: Caller): Promise<ReadonlySet<string>> {
  const copied = [
    'workspaces',
    'workspaceKinds',
    'namespaces',
    'pods',
    'persistentVolumeClaims',
    'persistentVolumes',
    'storageClasses',
    'clusterNodes',
  ];
  const limits = 'limits: namespaces { nodes { resourceQuotas { ...object } limitRanges { ...object } } }';
  const { data } = await caller.ask(
    `{ ${copied.map((list) => `${list} { nodes { ...object } }`).join(' ')} events(first: 1000) { nodes { ...object } } ${limits} }
    fragment object on KubernetesObject { metadata { uid resourceVersion } }`,
  );
  return new Set(objectsIn(data).map(({ metadata }) => versionOf(metadata)));
}

/** Returns all objects with metadata in a response. */
function objectsIn(value: unknown): readonly { readonly metadata: object }[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('metadata' in value) return [value as { readonly metadata: object }];
  return Object.values(value).flatMap(objectsIn);
}

function versionOf(metadata: object): string {
  const { uid, resourceVersion } = metadata as { readonly uid: string; readonly resourceVersion: string };
  return `${uid} ${resourceVersion}`;
}
