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
import type { RequestRecord, SimulatedRequest } from './request.ts';
import { route } from './router.ts';
import { storageKeyOf } from './served-resource.ts';
import { CURRENT_VERSION, type KubernetesVersion, serverVersionOf } from './server-version.ts';
import { EMPTY_SNAPSHOT, type Snapshot, Storage } from './storage.ts';
import { WatchBroadcaster } from './watch-broadcaster.ts';
import type { LogReader } from './logs/container-log.ts';

/** Options of `startSimulator`. */
export interface SimulatorOptions {
  /** Port on 127.0.0.1; by default any free one. */
  readonly port?: number;
  /** Initial objects. Applied in order, so definitions have to precede their objects. */
  readonly objects?: readonly (Manifest | KubernetesObject)[];
  readonly admission?: readonly AdmissionHook[];
  /** Resources of aggregated API servers. */
  readonly aggregated?: readonly AggregatedResource[];
  readonly bookmarkIntervalMs?: number;
  /** Users with bearer tokens besides the administrator. RBAC objects decide about their access. */
  readonly users?: readonly TokenUser[];
  /** Kubernetes version to behave like; by default the newest supported one. */
  readonly version?: KubernetesVersion;
}

/** Running API server, and direct access to its state for tests and the demo. Disposing of it ends all connections. */
export interface Simulator extends AsyncDisposable {
  readonly url: string;
  /** Kubeconfig of the administrator with the current token, for https on the same port. */
  readonly kubeconfig: string;
  /** Current bearer token of the administrator, a member of `system:masters`. */
  readonly token: string;
  /** Last 100,000 answered requests, oldest first. */
  readonly requests: readonly RequestRecord[];
  /** Requests, oldest first, whose client disconnected before they were answered. */
  readonly cancelled: readonly SimulatedRequest[];
  readonly openWatches: number;
  /** Number of open log streams. */
  readonly openLogs: number;
  /** Returns a kubeconfig with the token. The token may be unknown: its requests get 401. */
  kubeconfigFor(token: string): string;
  /** Adds a user, or replaces the one with the same token. */
  addUser(user: TokenUser): void;
  /** Revokes a token: requests with it get 401. Open watches continue, like those of kube-apiserver. */
  revokeToken(token: string): void;
  readonly faults: Faults;
  /** Registers the resource of an aggregated API server. Undoing it ends the watches of the resource. */
  aggregate(resource: AggregatedResource): Undo;
  /**
   * Stores an object as given, status included. An existing object keeps its uid; a change increments its
   * resourceVersion, and a change of the spec its generation. Applies defaults and pruning, but skips admission and
   * validation.
   */
  apply(manifest: Manifest | KubernetesObject): KubernetesObject;
  /** Deletes an object and its dependents without waiting for finalizers. @throws {TypeError} if it does not exist */
  delete(apiVersion: string, kind: string, name: string, namespace?: string): void;
  /**
   * Appends lines to the log of a container. The pod's status decides which log a client gets: that of the latest run
   * while the container is `running`, also the previous one with `lastState.terminated`, and only that between runs.
   */
  log(namespace: string, pod: string, container: string, text: string, options?: LogOptions): void;
  /** Ends the log of a container and the streams that follow it. Later lines belong to another run. */
  endLog(namespace: string, pod: string, container: string): void;
  get(apiVersion: string, kind: string, name: string, namespace?: string): KubernetesObject | undefined;
  list(apiVersion: string, kind: string, namespace?: string): readonly KubernetesObject[];
}

const REMEMBERED_REQUESTS = 100_000;
const SYSTEM_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Starts an API server on loopback; resolves when it listens. The caller has to dispose of it. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { admission = [], users = [] } = options;
  const state = createClusterState(options);
  const behaviour = normalBehaviour();
  const tokens = createTokenAuthenticator(users, () => behaviour.token);
  const cluster = { ...state, admission, behaviour, tokens };
  const requests: RequestRecord[] = [];
  const cancelled: SimulatedRequest[] = [];
  const openLogs = new Set<LogReader>();
  const serve = createHttpServer({
    watches: state.watches,
    openLogs,
    userOf: (request) =>
      impersonationIn(request)?.user ?? bearerTokenUser(tokens, request.headers.authorization)?.name ?? '',
    onAnswered: (record) => remember(requests, record),
    onCancelled: (request) => remember(cancelled, request),
    handle: async (request) => (await intercept(request)) ?? route(cluster, request),
  });
  const listener = createListener(serve);
  const stop = (): Promise<void> => {
    state.watches.closeAll('destroy');
    return listener.stop();
  };
  const { faults, intercept } = createFaults({
    ...cluster,
    start: () => listener.start(),
    stop,
    restore: state.restore,
  });
  await listener.start(options.port ?? 0);
  return createHandle({ state, requests, cancelled, openLogs, faults, listener, behaviour, tokens });
}

function remember<R>(requests: R[], record: R): void {
  requests.push(record);
  if (requests.length > REMEMBERED_REQUESTS) requests.shift();
}

interface HandleParts {
  readonly state: ClusterState;
  readonly requests: readonly RequestRecord[];
  readonly cancelled: readonly SimulatedRequest[];
  readonly openLogs: ReadonlySet<LogReader>;
  readonly faults: Faults;
  readonly listener: Listener;
  readonly behaviour: Behaviour;
  readonly tokens: SimulatedCluster['tokens'];
}

function createHandle(parts: HandleParts): Simulator {
  const { state, requests, cancelled, openLogs, faults, listener, behaviour, tokens } = parts;
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
    cancelled,
    get openWatches(): number {
      return state.watches.size;
    },
    get openLogs(): number {
      return openLogs.size;
    },
    faults,
    aggregate: state.aggregate,
    apply: (manifest) => forceApply(state, manifest),
    delete: (apiVersion, kind, name, namespace) => forceDelete(state, { apiVersion, kind, name, namespace }),
    log: (namespace, pod, container, text, options) => state.logs.append({ namespace, pod, container }, text, options),
    endLog: (namespace, pod, container) => state.logs.end({ namespace, pod, container }),
    ...objectReader(state),
    async [Symbol.asyncDispose](): Promise<void> {
      state.watches.stop();
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

  function createInitialObjects(given: readonly (Manifest | KubernetesObject)[]): void {
    for (const name of SYSTEM_NAMESPACES)
      forceApply(parts, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    for (const manifest of [...BOOTSTRAP_POLICY, ...given]) forceApply(parts, manifest);
  }

  /** Replaces all objects while no watch is open. */
  function restore(data: 'lose' | Snapshot): void {
    storage.restore(data === 'lose' ? EMPTY_SNAPSHOT : data);
    registry.refresh();
    authorizer.refresh();
    if (data !== 'lose') return;
    logs.clear();
    createInitialObjects(namespaces);
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
  createInitialObjects(objects);
  return { ...parts, authorizer, logs, server, restore, aggregate };
}

interface KubeconfigOptions {
  readonly port: number;
  readonly certificate: string;
  readonly token: string;
  /** Name of the user entry. */
  readonly user: string;
}

/** Returns a kubeconfig with one user with a bearer token. The server is https: kubectl sends no token by http. */
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
