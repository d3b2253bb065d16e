import { stringify } from 'yaml';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import { startClusterRoleAggregation } from './access/cluster-role-aggregation.ts';
import { bearerTokenUser, createTokenAuthenticator, type TokenUser } from './access/authentication.ts';
import { createRbacAuthorizer } from './access/rbac-authorizer.ts';
import { BOOTSTRAP_POLICY } from './access/bootstrap-policy.ts';
import { impersonationIn } from './access/impersonation.ts';
import { aggregatedResource, type AggregatedResource } from './aggregated-resource.ts';
import type { AdmissionHook } from './admission.ts';
import type { Manifest } from './api-object.ts';
import { forceApply, forceDelete } from './force-apply.ts';
import type { Behaviour, SimulatedCluster } from './cluster.ts';
import { createResourceRegistry } from './resource-registry.ts';
import { createFaults, type Faults, normalBehaviour, type Undo, undoOnce } from './faults.ts';
import { createHttpServer } from './http-server.ts';
import { createPodLogs, type LogOptions } from './logs/pod-logs.ts';
import { createListener, type Listener } from './listener.ts';
import { objectReader } from './object-reader.ts';
import type { RequestRecord } from './request.ts';
import { route } from './router.ts';
import { storageKeyOf } from './served-resource.ts';
import { CURRENT_VERSION, type KubernetesVersion, serverVersionOf } from './server-version.ts';
import { EMPTY_SNAPSHOT, type Snapshot, Storage } from './storage.ts';
import { WatchBroadcaster } from './watch-broadcaster.ts';
import type { LogReader } from './logs/container-log.ts';

export interface SimulatorOptions {
  /** By default any free port; always on 127.0.0.1. */
  readonly port?: number;
  /** Applied in order, so definitions come before their objects. */
  readonly objects?: readonly (Manifest | KubernetesObject)[];
  readonly admission?: readonly AdmissionHook[];
  /** What is served besides, as if by other API servers behind this one. */
  readonly aggregated?: readonly AggregatedResource[];
  readonly bookmarkIntervalMs?: number;
  /** Who may come besides the administrator, each with a bearer token. What they may do is for RBAC to say. */
  readonly users?: readonly TokenUser[];
  /** The version of Kubernetes whose API server this one behaves like. By default the newest supported. */
  readonly version?: KubernetesVersion;
}

/** A running API server, and a hand on it for those who arrange its world. */
export interface Simulator extends AsyncDisposable {
  readonly url: string;
  /** For kubectl and client libraries: the administrator with the current bearer token, by https on the same port. */
  readonly kubeconfig: string;
  /** The administrator's bearer token, for plain requests to `url`: a `system:masters`, who may do everything. */
  readonly token: string;
  /** The HTTP requests answered so far, in order: the last 100,000. */
  readonly requests: readonly RequestRecord[];
  readonly openWatches: number;
  /** How many logs are being sent. */
  readonly openLogs: number;
  /** The kubeconfig of whoever has this token. Tokens that nobody has are fine: their requests get 401. */
  kubeconfigFor(token: string): string;
  /** From now on the token stands for this user, whoever it stood for before. */
  addUser(user: TokenUser): void;
  /** From now on requests with this token get 401. Watches that are open go on, as with the real server. */
  revokeToken(token: string): void;
  readonly faults: Faults;
  /** Serves a resource, as if another API server had been put behind this one, until undone: then its watches end. */
  aggregate(resource: AggregatedResource): Undo;
  /**
   * Makes an object be as given, spec and status alike. It keeps its uid; its resourceVersion moves if anything changes,
   * its generation if the spec does. Defaults and pruning apply, admission and validation do not.
   */
  apply(manifest: Manifest | KubernetesObject): KubernetesObject;
  /** Removes an object at once, finalizers or not, with all that it owns. */
  delete(apiVersion: string, kind: string, name: string, namespace?: string): void;
  /**
   * Has a container print these lines, now or when told. Which log a client then gets is for the pod to say: while its
   * status has the container `running` the present run's, with `lastState.terminated` the previous one's too, and
   * between two runs only that.
   */
  log(namespace: string, pod: string, container: string, text: string, options?: LogOptions): void;
  /** Ends what a container prints, and with it who follows. What it prints afterwards is another run. */
  endLog(namespace: string, pod: string, container: string): void;
  get(apiVersion: string, kind: string, name: string, namespace?: string): KubernetesObject | undefined;
  list(apiVersion: string, kind: string, namespace?: string): readonly KubernetesObject[];
}

const REMEMBERED_REQUESTS = 100_000;
const SYSTEM_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Starts an API server on loopback. Must be disposed of: then nothing of it runs any more. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { admission = [], users = [] } = options;
  const world = createClusterState(options);
  const behaviour = normalBehaviour();
  const tokens = createTokenAuthenticator(users, () => behaviour.token);
  const cluster = { ...world, admission, behaviour, tokens };
  const requests: RequestRecord[] = [];
  const openLogs = new Set<LogReader>();
  const serve = createHttpServer({
    watches: world.watches,
    openLogs,
    userOf: (request) =>
      impersonationIn(request)?.user ?? bearerTokenUser(tokens, request.headers.authorization)?.name ?? '',
    onAnswered: (record) => remember(requests, record),
    reply: async (request) => (await intercept(request)) ?? route(cluster, request),
  });
  const listener = createListener(serve);
  const stop = (): Promise<void> => {
    world.watches.closeAll('destroy');
    return listener.stop();
  };
  const { faults, intercept } = createFaults({
    ...cluster,
    start: () => listener.start(),
    stop,
    restore: world.restore,
  });
  await listener.start(options.port ?? 0);
  return createHandle({ world, requests, openLogs, faults, listener, behaviour, tokens });
}

function remember(requests: RequestRecord[], record: RequestRecord): void {
  requests.push(record);
  if (requests.length > REMEMBERED_REQUESTS) requests.shift();
}

interface HandleParts {
  readonly world: ClusterState;
  readonly requests: readonly RequestRecord[];
  readonly openLogs: ReadonlySet<LogReader>;
  readonly faults: Faults;
  readonly listener: Listener;
  readonly behaviour: Behaviour;
  readonly tokens: SimulatedCluster['tokens'];
}

function createHandle({ world, requests, openLogs, faults, listener, behaviour, tokens }: HandleParts): Simulator {
  const access = objectReader(world);
  const { certificate } = listener;
  const kubeconfigOf = (token: string, user: string) =>
    writeKubeconfig({ certificate, port: listener.port(), token, user });
  return {
    url: `http://127.0.0.1:${listener.port()}`,
    get kubeconfig(): string {
      return kubeconfigOf(behaviour.token, 'admin');
    },
    get token(): string {
      return behaviour.token;
    },
    kubeconfigFor: (token) => kubeconfigOf(token, tokens.userOf(token)?.name ?? 'nobody'),
    addUser: (user) => tokens.add(user),
    revokeToken: (token) => tokens.revoke(token),
    requests,
    get openWatches(): number {
      return world.watches.size;
    },
    get openLogs(): number {
      return openLogs.size;
    },
    faults,
    aggregate: world.aggregate,
    apply: (manifest) => forceApply(world, manifest),
    delete: (apiVersion, kind, name, namespace) => forceDelete(world, { apiVersion, kind, name, namespace }),
    log: (namespace, pod, container, text, options) => world.logs.append({ namespace, pod, container }, text, options),
    endLog: (namespace, pod, container) => world.logs.end({ namespace, pod, container }),
    get: access.get,
    list: access.list,
    async [Symbol.asyncDispose](): Promise<void> {
      world.watches.stop();
      await listener.stop();
    },
  };
}

type ClusterState = ReturnType<typeof createClusterState>;

function createClusterState(options: SimulatorOptions) {
  const { objects = [], aggregated = [], bookmarkIntervalMs = 60_000, version = CURRENT_VERSION } = options;
  const server = serverVersionOf(version);
  const storage = new Storage();
  const registry = createResourceRegistry(storage);
  const watches = new WatchBroadcaster(storage, bookmarkIntervalMs);
  const authorizer = createRbacAuthorizer(storage, server);
  const logs = createPodLogs(storage);
  startClusterRoleAggregation(storage);
  const parts = { storage, registry, watches };
  const namespaces = objects.filter(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Namespace');

  function begin(given: readonly (Manifest | KubernetesObject)[]): void {
    for (const name of SYSTEM_NAMESPACES)
      forceApply(parts, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    for (const manifest of [...BOOTSTRAP_POLICY, ...given]) forceApply(parts, manifest);
  }

  /** Replaces everything, while nobody is watching. */
  function restore(data: 'lose' | Snapshot): void {
    storage.restore(data === 'lose' ? EMPTY_SNAPSHOT : data);
    registry.refresh();
    authorizer.refresh();
    if (data !== 'lose') return;
    logs.clear();
    begin(namespaces);
  }

  function aggregate(described: AggregatedResource): Undo {
    const resource = aggregatedResource(described);
    const withdraw = registry.aggregate(resource);
    return undoOnce(() => {
      withdraw();
      watches.closeAll('end', storageKeyOf(resource));
    });
  }

  aggregated.forEach(aggregate);
  begin(objects);
  return { ...parts, authorizer, logs, server, restore, aggregate };
}

interface KubeconfigOptions {
  readonly port: number;
  readonly certificate: string;
  readonly token: string;
  /** What the token's user is called in the file. */
  readonly user: string;
}

/** A kubeconfig with one cluster and one user, who has a bearer token. By https: kubectl sends no token otherwise. */
function writeKubeconfig({ port, certificate, token, user }: KubeconfigOptions): string {
  const authority = Buffer.from(certificate).toString('base64');
  const cluster = { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': authority };
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'simulator', cluster }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: 'simulator', context: { cluster: 'simulator', user, namespace: 'default' } }],
    'current-context': 'simulator',
  });
}
