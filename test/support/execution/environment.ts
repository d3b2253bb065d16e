import { pino } from 'pino';
import { Authorizer } from '../../../src/auth/authorizer.ts';
import type { ResourceAttributes } from '../../../src/auth/resource-attributes.ts';
import type { Viewer } from '../../../src/auth/viewer.ts';
import { ClusterCache, type StoreVersion } from '../../../src/cache/cluster-cache.ts';
import { OperationExecutor } from '../../../src/execution/operation-executor.ts';
import { RowCache } from '../../../src/execution/row-cache.ts';
import { BulkActions } from '../../../src/graphql/bulk-actions.ts';
import { ConcurrencyLimit } from '../../../src/graphql/concurrency-limit.ts';
import { createContext, type Context, type GatewayInfo } from '../../../src/graphql/context.ts';
import { Deadline } from '../../../src/graphql/deadline.ts';
import { SubscriptionCounters } from '../../../src/graphql/subscription-statistics.ts';
import { WorkspacePartEvent } from '../../../src/kinds/event/resource.ts';
import { resources } from '../../../src/kinds/index.ts';
import { MountingPod } from '../../../src/kinds/pod/resource.ts';
import { StatefulSet } from '../../../src/kinds/workspace/stateful-set.ts';
import { createApiConnection } from '../../../src/kubernetes/api-connection.ts';
import { Namespace } from '../../../src/kinds/namespace/resource.ts';
import { Client } from '../../../src/kubernetes/client.ts';
import { BytesInFlight } from '../../../src/scheduling/bytes-in-flight.ts';
import { schema } from '../../../src/schema.ts';
import type { Cluster } from '../../../src/viewer-client/cluster.ts';
import { DerivedStates } from '../../../src/viewer-client/derived-states.ts';
import { PodUsages } from '../../../src/viewer-client/pod-usages.ts';
import { SentWrites } from '../../../src/viewer-client/sent-writes.ts';
import { SharedLogs } from '../../../src/viewer-client/shared-logs.ts';
import type { Manifest } from '../../../dev/simulator/api-object.ts';
import { compareVersions } from '../../../src/kubernetes/object.ts';
import { eventOf } from '../events.ts';
import { waitFor } from '../wait-for.ts';
import { startSimulator, type Simulator } from '../../../dev/simulator/simulator.ts';
import { workspaceCrd } from '../../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../../dev/demo/crds/workspace-kind.ts';

/** Permissions of the viewers, by name. */
const permissions: Readonly<Record<string, (attributes: ResourceAttributes) => boolean>> = {
  admin: () => true,
  editor: ({ namespace, resource }) => namespace === 'team-a' || resource === 'workspacekinds',
  reader: ({ namespace, verb }) => namespace === 'team-b' && ['get', 'list', 'watch'].includes(verb),
  nobody: () => false,
};

/** A cluster cache over a simulated cluster, with the parts of a gateway that execute operations, without its server. */
export interface ExecutionEnvironment extends AsyncDisposable {
  readonly simulator: Simulator;
  readonly rows: RowCache;
  readonly viewers: readonly string[];
  /** Returns a text that changes with the cache. */
  state(): string;
  executor(mode: 'compiled' | 'reference'): OperationExecutor;
  /** Returns a new context of a viewer. */
  context(viewer: string): Context;
  /** Resolves when the cache has received all changes. */
  readonly caughtUp: () => Promise<void>;
}

/** All operations of a test have one deadline. Tests with 100,000 cases take more than ten minutes on a busy machine. */
const LONGEST_TEST_MS = 24 * 60 * 60_000;

export async function startExecutionEnvironment(objects: readonly Manifest[]): Promise<ExecutionEnvironment> {
  await using started = new AsyncDisposableStack();
  const simulator = started.use(await startSimulatorOf(objects));
  const client = new Client(await createApiConnection({ type: 'text', text: simulator.kubeconfig }));
  const rows = new RowCache();
  const cache = started.use(
    new ClusterCache({
      client,
      resources: [...resources, StatefulSet, WorkspacePartEvent, MountingPod],
      log: pino({ level: 'silent' }),
      watchIdleTimeoutMs: 90_000,
      discoveryIntervalMs: 60_000,
      observer: rows,
    }),
  );
  await cache.hasSynced;
  const deadline = started.use(new Deadline(LONGEST_TEST_MS));
  const derived = started.use(new DerivedStates());
  const cluster = clusterOf(cache, derived);
  const viewers = Object.keys(permissions);
  const byName = new Map(viewers.map((name) => [name, viewerOf(name, client)]));
  const running = started.move();
  return {
    simulator,
    rows,
    viewers,
    state: () => JSON.stringify([rows.changes, cache.versions]),
    executor: (mode) => new OperationExecutor({ schema, rows, mode }),
    context: (name) => {
      const viewer = byName.get(name);
      if (!viewer) throw new TypeError(`Expected one of the viewers ${viewers.join(', ')}, got ${name}.`);
      return createContext({ cluster, gateway }, { viewer, deadline });
    },
    caughtUp: () => caughtUp(cache, simulator),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Sends bookmarks so often that all stores reach each version soon. */
function startSimulatorOf(objects: readonly Manifest[]): Promise<Simulator> {
  return startSimulator({ objects: [workspaceCrd, workspaceKindCrd, ...objects], bookmarkIntervalMs: 10 });
}

/**
 * Waits until all stores have reached the version of now, by bookmarks. Those of events get none, so it changes an event in each
 * namespace that has any.
 */
async function caughtUp(cache: ClusterCache, simulator: Simulator): Promise<void> {
  const message = String(Math.random());
  const namespaces = ['team-a', 'team-b'];
  const [marker] = namespaces.map((namespace) =>
    simulator.apply(eventOf('Workspace', 'ws-0', { metadata: { name: 'marker', namespace }, message })),
  );
  const version = marker?.metadata.resourceVersion ?? '';
  const hasChanges = ({ namespace }: StoreVersion) => namespace === undefined || namespaces.includes(namespace);
  const isReached = () =>
    cache.versions.filter(hasChanges).every((each) => compareVersions(each.version, version) >= 0);
  await waitFor(isReached, 'the cache has received the changes');
}

const TTL_MS = 600_000;
const logReads = new ConcurrencyLimit({ perViewer: { setting: 'MAX_LOG_STREAMS_PER_VIEWER', max: 10 }, noun: 'logs' });

const bytesInFlight = new BytesInFlight(1e9);

const gateway: GatewayInfo = {
  bytesInFlight,
  version: '0',
  kubernetesVersion: () => 'v1.37.0',
  enforceFilterRules: true,
  onUnexpected: (error) => {
    throw error;
  },
  onObjectWrite: () => undefined,
  logReads,
  bulkActions: new BulkActions({ max: 10, maxPerViewer: 10, onEnd: () => undefined }),
  live: () => ({ sharedSubscriptions: 0, subscribers: 0, ...new SubscriptionCounters() }),
};

function clusterOf(cache: ClusterCache, derived: DerivedStates): Cluster {
  const namespaces = cache.store(Namespace);
  return {
    cache,
    authorizer: new Authorizer({
      allowedTtlMs: TTL_MS,
      deniedTtlMs: TTL_MS,
      observedTtlMs: TTL_MS,
      graceMs: TTL_MS,
      countNamespaces: () => namespaces.size,
    }),
    usages: new PodUsages(),
    gpuLoads: undefined,
    logs: new SharedLogs(),
    derived,
    bytesInFlight,
    writes: new SentWrites(() => undefined),
    limits: { maxPage: 1_000, maxOperationCost: 100_000 },
    namespaces: () => Array.from(namespaces.list(), ({ metadata }) => metadata.name),
  };
}

/** Returns a viewer whose access is reviewed here instead of by the API server. Uncached reads have the identity of the gateway. */
function viewerOf(name: string, client: Client): Viewer {
  const isAllowed = permissions[name] ?? (() => false);
  return {
    name,
    groups: [],
    key: name,
    client,
    clientIdentity: 'gateway',
    reviewAccess: (attributes) => Promise.resolve({ allowed: isAllowed(attributes), reason: '' }),
    reauthenticate: () => Promise.resolve(),
  };
}
