import type { GpuLoads } from '../viewer-client/gpu-loads.ts';
import type { ResourceStatus } from '../viewer-client/reader.ts';
import type { ViewerClient } from '../viewer-client/viewer-client.ts';
import { builder } from './builder.ts';
import type { GatewayInfo } from './context.ts';
import { changesWithoutObjects } from './field-dependencies.ts';
import type { SubscriptionStatistics } from './subscription-statistics.ts';

type WatchStatistics = ResourceStatus['watch'];

const CauseCount = builder.objectRef<readonly [cause: string, count: number]>('CauseCount').implement({
  description: 'Number of occurrences of one cause.',
  fields: (t) => ({
    cause: t.string({ description: 'Cause, e.g. `start`, `expired` or `broken`.', resolve: ([cause]) => cause }),
    count: t.int({ description: 'Number of occurrences since the gateway started.', resolve: ([, count]) => count }),
  }),
});

const WatchStatisticsType = builder.objectRef<WatchStatistics>('WatchStatistics').implement({
  description: 'Statistics of the watch of one kind since the gateway started.',
  fields: (t) => ({
    events: t.exposeInt('events', {
      description: 'Number of ADDED, MODIFIED and DELETED events received from the API server.',
    }),
    bookmarks: t.exposeInt('bookmarks', { description: 'Number of bookmarks received from the API server.' }),
    malformed: t.exposeInt('malformed', {
      description: 'Number of received events that could not be parsed and were skipped.',
    }),
    lists: t.field({
      type: [CauseCount],
      description:
        'Number of full lists by cause: `start` each time the watch starts, `poll` if the kind cannot be watched.',
      resolve: ({ lists }) => Object.entries(lists),
    }),
    failures: t.field({
      type: [CauseCount],
      description: 'Number of interruptions of the watch by cause.',
      resolve: ({ failures }) => Object.entries(failures),
    }),
    averageLagMs: t.float({
      nullable: true,
      description:
        'Average time from a write to its receipt, in milliseconds. Its precision is one second, that of Kubernetes timestamps. Null before the first measurement.',
      resolve: ({ lag: { count, totalMs } }) => (count === 0 ? null : totalMs / count),
    }),
    maxLagMs: t.float({
      nullable: true,
      description: 'Longest time from a write to its receipt, in milliseconds. Null before the first measurement.',
      resolve: ({ lag: { count, maxMs } }) => (count === 0 ? null : maxMs),
    }),
  }),
});

const KindUpdatesEnum = builder.enumType('KindUpdates', {
  description: 'Source of the changes of a kind.',
  values: {
    WATCHED: { value: 'watched', description: 'The API server sends each change through a watch.' },
    POLLED: {
      value: 'polled',
      description:
        'The cluster serves the kind without the verb `watch`: the gateway lists it every 10 seconds and sends the differences to subscribers.',
    },
    ON_DEMAND: {
      value: 'on-demand',
      description:
        'The kind has not been read recently and is not cached. The next query or subscription starts its watch and waits for the first list.',
    },
    LIVE_READS: {
      value: 'live-reads',
      description: 'The kind is never cached: each query reads it from the API server. It has no subscriptions.',
    },
  } as const,
});

const ServedKindType = builder.objectRef<ResourceStatus>('ServedKind').implement({
  description: 'A kind of object, and the freshness of its cached copy.',
  fields: (t) => ({
    kind: t.string({ description: 'Kind, e.g. `Workspace`.', resolve: ({ resource }) => resource.kind }),
    group: t.string({
      description: 'API group. Empty for the core group.',
      resolve: ({ resource }) => resource.group,
    }),
    version: t.string({
      description: 'API version that the gateway reads.',
      resolve: ({ resource }) => resource.version,
    }),
    available: t.exposeBoolean('available', {
      description: 'False while the cluster does not serve the kind. Its fields then fail with KIND_UNAVAILABLE.',
    }),
  }),
});

builder.objectFields(ServedKindType, (t) => ({
  updates: t.field({
    type: KindUpdatesEnum,
    description: 'Source of the changes of the kind.',
    resolve: ({ updates }) => updates,
  }),
  synced: t.exposeBoolean('synced', {
    description:
      'True if the cache holds a complete copy, which may be stale while the API server is unreachable. False if `updates` is ON_DEMAND or LIVE_READS.',
  }),
  objects: t.int({
    description: 'Number of cached objects that you may read.',
    resolve: ({ resource }, _, { client }) => client.reader.visibleCount(resource),
  }),
  lastEventAt: t.field({
    type: 'DateTime',
    nullable: true,
    description:
      'Time of the last event or bookmark from the API server. Null before the first one, and for viewers who may not list the kind in all namespaces.',
    resolve: async ({ resource, lastEventAt }, _, { client }) =>
      lastEventAt !== undefined && (await client.can('list', resource)) ? new Date(lastEventAt).toISOString() : null,
  }),
  staleSince: t.field({
    type: 'DateTime',
    nullable: true,
    description:
      'Time since which the watch is interrupted, so that changes may be missing in the copy until the API server answers again. Null while it runs. A connection that is silent is noticed after `WATCH_IDLE_TIMEOUT_MS`.',
    resolve: ({ staleSince }) => (staleSince === undefined ? null : new Date(staleSince).toISOString()),
  }),
  watch: t.field({
    type: WatchStatisticsType,
    nullable: true,
    description: 'Statistics of the watch. Null for viewers who may not list the kind in all namespaces.',
    resolve: async ({ resource, watch }, _, { client }) => ((await client.can('list', resource)) ? watch : null),
  }),
}));

const SubscriptionStatisticsType = builder.objectRef<SubscriptionStatistics>('SubscriptionStatistics').implement({
  description: 'Statistics of the subscriptions since the gateway started.',
  fields: (t) => ({
    sharedSubscriptions: t.exposeInt('sharedSubscriptions', {
      description:
        'Number of shared subscriptions: active operations, each executed once per change for all its subscribers.',
    }),
    subscribers: t.exposeInt('subscribers', { description: 'Number of active subscriptions.' }),
    renderings: t.exposeFloat('renderings', { description: 'Number of executions of an operation for one object.' }),
    events: t.exposeFloat('events', { description: 'Number of events sent to clients.' }),
    coalesced: t.exposeFloat('coalesced', {
      description: 'Number of intermediate states that slow subscribers did not receive.',
    }),
    resets: t.exposeFloat('resets', {
      description: 'Number of resumed subscriptions that started with a new snapshot.',
    }),
    resumes: t.exposeFloat('resumes', {
      description: 'Number of resumed subscriptions that continued from their cursor.',
    }),
    slowCloses: t.exposeFloat('slowCloses', {
      description: 'Number of connections closed because the client did not read.',
    }),
  }),
});

const RequestStatisticsType = builder.objectRef<GatewayInfo['bytesInFlight']>('RequestStatistics').implement({
  description: 'Memory of large requests and their answers.',
  fields: (t) => ({
    bytesInFlight: t.exposeFloat('total', {
      description: 'Estimated bytes of the large requests in progress, and of answers that clients have not taken yet.',
    }),
    refusals: t.exposeFloat('refusals', {
      description: 'Number of requests that were refused because of `MAX_BYTES_IN_FLIGHT`, since the gateway started.',
    }),
    closes: t.exposeFloat('closes', {
      description:
        'Number of clients that were disconnected because they did not read their answers while other requests waited, since the gateway started.',
    }),
  }),
});

const GpuLoadSourceType = builder.objectRef<Pick<GpuLoads, 'isCurrent' | 'updatedAt'>>('GpuLoadSource').implement({
  description: 'Source of the load of GPUs, of `Workspace.usage` and of idle workspaces.',
  fields: (t) => ({
    available: t.exposeBoolean('isCurrent', {
      description: 'Whether the source has answered lately. The log of the gateway has the reason if not.',
    }),
    updatedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Time of its last answer. Null if there was none.',
      resolve: ({ updatedAt }) => updatedAt?.toISOString() ?? null,
    }),
  }),
});

const GatewayType = builder.objectRef<GatewayInfo>('Gateway').implement({
  description: 'The gateway itself: the kinds that it serves, and their freshness.',
  fields: (t) => ({
    version: t.exposeString('version', { description: 'Version of the gateway.' }),
    kubernetesVersion: t.string({
      nullable: true,
      description: 'Version of the API server. Null until the API server has been reached.',
      resolve: ({ kubernetesVersion }) => kubernetesVersion() ?? null,
    }),
    kinds: t.field({
      type: [ServedKindType],
      description: 'Kinds that the gateway serves, with the freshness of their cached copies.',
      resolve: async (_, __, { client }) => [...(await client.reader.statuses())],
    }),
    gpuLoads: t.field({
      type: GpuLoadSourceType,
      nullable: true,
      description: 'Source of the load of GPUs. Null if the gateway has none (`PROMETHEUS_URL`).',
      extensions: changesWithoutObjects(),
      resolve: (_, __, { client }) => client.reader.gpuLoads ?? null,
    }),
    live: t.field({
      type: SubscriptionStatisticsType,
      nullable: true,
      description:
        'Statistics of subscriptions. Null for viewers who may not list all permanently watched kinds in all namespaces.',
      resolve: async ({ live }, _, { client }) => ((await listsEverything(client)) ? live() : null),
    }),
    requests: t.field({
      type: RequestStatisticsType,
      nullable: true,
      description:
        'Statistics of requests. Null for viewers who may not list all permanently watched kinds in all namespaces.',
      resolve: async ({ bytesInFlight }, _, { client }) => ((await listsEverything(client)) ? bytesInFlight : null),
    }),
  }),
});

/** Returns whether a viewer may list all permanently watched kinds in all namespaces. */
async function listsEverything(client: ViewerClient): Promise<boolean> {
  const watched = (await client.reader.statuses()).filter(({ resource }) => resource.cache.watched === 'always');
  const seen = await Promise.all(watched.map(async ({ resource }) => client.can('list', resource)));
  return seen.every(Boolean);
}

builder.queryField('gateway', (t) =>
  t.field({ type: GatewayType, description: 'The gateway itself.', resolve: (_, __, { gateway }) => gateway }),
);
