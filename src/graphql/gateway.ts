import type { ResourceStatus } from '../viewer-client/reader.ts';
import { builder } from './builder.ts';
import type { GatewayInfo } from './context.ts';
import type { SubscriptionStatistics } from './subscription-statistics.ts';

type WatchStatistics = ResourceStatus['watch'];

const CauseCount = builder.objectRef<readonly [cause: string, count: number]>('CauseCount').implement({
  description: 'How often something has happened for one cause.',
  fields: (t) => ({
    cause: t.string({ description: 'Why, e.g. `start`, `expired`, `broken`.', resolve: ([cause]) => cause }),
    count: t.int({ description: 'How often, since the gateway started.', resolve: ([, count]) => count }),
  }),
});

const WatchStatisticsType = builder.objectRef<WatchStatistics>('WatchStatistics').implement({
  description: 'What has happened to the watch of one kind since the gateway started.',
  fields: (t) => ({
    events: t.exposeInt('events', { description: 'Changes that the API server has told.' }),
    bookmarks: t.exposeInt('bookmarks', { description: 'How often it has told that there was no change.' }),
    malformed: t.exposeInt('malformed', { description: 'What it sent that could not be read, and was passed over.' }),
    lists: t.field({
      type: [CauseCount],
      description:
        'How often everything had to be listed, by what made it necessary: `start` each time that the copy was begun, `poll` where the kind cannot be watched.',
      resolve: ({ lists }) => Object.entries(lists),
    }),
    failures: t.field({
      type: [CauseCount],
      description: 'How often the watch was interrupted, by cause.',
      resolve: ({ failures }) => Object.entries(failures),
    }),
    averageLagMs: t.float({
      nullable: true,
      description:
        'From a write to its receipt, in milliseconds: only as exact as the seconds that Kubernetes notes. Null before the first.',
      resolve: ({ lag: { count, totalMs } }) => (count === 0 ? null : totalMs / count),
    }),
    maxLagMs: t.float({
      nullable: true,
      description: 'The longest of them. Null before the first.',
      resolve: ({ lag: { count, maxMs } }) => (count === 0 ? null : maxMs),
    }),
  }),
});

const KindUpdatesEnum = builder.enumType('KindUpdates', {
  description: 'How changes of a kind come to the gateway now.',
  values: {
    WATCHED: { value: 'watched', description: 'The API server tells each change as it happens.' },
    POLLED: {
      value: 'polled',
      description:
        'The cluster serves the kind without `watch`: everything is listed every 10 seconds, and subscribers are told the differences.',
    },
    ON_DEMAND: {
      value: 'on-demand',
      description:
        'Nobody has read it for a while, so there is no copy. The next query or subscription has it read and followed, and waits for that.',
    },
    LIVE_READS: {
      value: 'live-reads',
      description: 'There is never a copy: each query reads it from the API server. It cannot be subscribed to.',
    },
  } as const,
});

const ServedKindType = builder.objectRef<ResourceStatus>('ServedKind').implement({
  description: 'One kind of object, and how fresh the gateway’s copy of it is.',
  fields: (t) => ({
    kind: t.string({ description: 'The kind, e.g. `Workspace`.', resolve: ({ resource }) => resource.kind }),
    group: t.string({
      description: 'Its API group; empty for the core group.',
      resolve: ({ resource }) => resource.group,
    }),
    version: t.string({ description: 'The API version that is read.', resolve: ({ resource }) => resource.version }),
    available: t.exposeBoolean('available', { description: 'False while the cluster does not serve the kind.' }),
    updates: t.field({
      type: KindUpdatesEnum,
      description: 'How changes of the kind come to the gateway now.',
      resolve: ({ updates }) => updates,
    }),
    synced: t.exposeBoolean('synced', {
      description:
        'Whether there is a complete copy. It may be behind while the API server cannot be reached. False for what nobody reads, where `updates` is ON_DEMAND or LIVE_READS.',
    }),
    objects: t.int({
      description: 'How many objects of the copy you may see.',
      resolve: ({ resource }, _, { client }) => client.reader.visibleCount(resource),
    }),
    lastEventAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When the API server last told something of the kind: an event, or that there was none. Null before the first time, and where you may not list the kind everywhere.',
      resolve: async ({ resource, lastEventAt }, _, { client }) =>
        lastEventAt !== undefined && (await client.can('list', resource)) ? new Date(lastEventAt).toISOString() : null,
    }),
    watch: t.field({
      type: WatchStatisticsType,
      nullable: true,
      description: 'What has happened to its watch. Null where you may not list the kind everywhere.',
      resolve: async ({ resource, watch }, _, { client }) => ((await client.can('list', resource)) ? watch : null),
    }),
  }),
});

const SubscriptionStatisticsType = builder.objectRef<SubscriptionStatistics>('LiveStatistics').implement({
  description: 'What has happened to the subscriptions since the gateway started.',
  fields: (t) => ({
    groups: t.exposeInt('groups', { description: 'Operations that are followed now, each once for all its readers.' }),
    readers: t.exposeInt('readers', { description: 'Subscriptions that are open now.' }),
    renderings: t.exposeFloat('renderings', { description: 'How often an object was executed and serialised.' }),
    frames: t.exposeFloat('frames', { description: 'Events handed to clients.' }),
    coalesced: t.exposeFloat('coalesced', { description: 'Intermediate states that slow readers have skipped.' }),
    resets: t.exposeFloat('resets', { description: 'Returning readers that had to begin anew.' }),
    resumes: t.exposeFloat('resumes', { description: 'Returning readers that went on where they had been.' }),
    slowCloses: t.exposeFloat('slowCloses', { description: 'Clients that were given up because they did not read.' }),
  }),
});

const GatewayType = builder.objectRef<GatewayInfo>('Gateway').implement({
  description: 'What this gateway serves and how fresh it is.',
  fields: (t) => ({
    version: t.exposeString('version', { description: 'Version of the gateway.' }),
    kubernetesVersion: t.string({
      nullable: true,
      description: 'Version of the API server. Null while it has not been reached.',
      resolve: ({ kubernetesVersion }) => kubernetesVersion ?? null,
    }),
    kinds: t.field({
      type: [ServedKindType],
      description: 'The kinds that the gateway serves, and how fresh its copy of each is.',
      resolve: async (_, __, { client }) => [...(await client.reader.statuses())],
    }),
    live: t.field({
      type: SubscriptionStatisticsType,
      nullable: true,
      description:
        'How many are following, and how well they keep up. Null unless you may list everywhere what is always watched.',
      resolve: async ({ live }, _, { client }) => {
        const watched = (await client.reader.statuses()).filter(({ resource }) => resource.cache.watched === 'always');
        const seen = await Promise.all(watched.map(({ resource }) => client.can('list', resource)));
        return seen.every(Boolean) ? live() : null;
      },
    }),
  }),
});

builder.queryField('gateway', (t) =>
  t.field({ type: GatewayType, description: 'The gateway itself.', resolve: (_, __, { gateway }) => gateway }),
);
