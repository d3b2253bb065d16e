import { setTimeout as delay } from 'node:timers/promises';
import { builder } from '../../graphql/builder.ts';
import { failure } from '../../graphql/errors.ts';
import { changesWithoutObjects, dependsOn } from '../../graphql/field-dependencies.ts';
import { ResourceAmountType } from '../../graphql/resource-amount.ts';
import { UnsharedSubscription } from '../../subscriptions/unshared-subscription.ts';
import { NamespaceType } from '../namespace/refs.ts';
import { Pod } from '../pod/resource.ts';
import { SpawnerOptionType } from '../workspace-kind/option.ts';
import { WorkspaceKindType } from '../workspace-kind/refs.ts';
import { WorkspaceKind } from '../workspace-kind/resource.ts';
import { WorkspaceFilterInput } from './filter.ts';
import { groupingArgs, groupingOf, WorkspaceGroup } from './grouping.ts';
import { optionKeyOf, Workspace } from './resource.ts';
import { stateCountsOf, WorkspaceStateCount } from './state-counts.ts';
import { MIN_INTERVAL_MS, totalsClock } from './totals-clock.ts';
import { totalsOfListed, totalsReaderOf } from './totals-reader.ts';
import { idleTotalsOf, type Totals } from './totals.ts';

const WorkspaceIdleTotals = builder.objectRef<ReturnType<typeof idleTotalsOf>>('WorkspaceIdleTotals').implement({
  description: 'Totals of the idle workspaces of a group.',
  fields: (t) => ({
    count: t.exposeInt('count', { description: 'Number of idle workspaces.' }),
    requests: t.field({
      type: [ResourceAmountType],
      description: 'Sum of their requests, sorted by resource.',
      resolve: ({ requests }) => requests,
    }),
    gpuLoadCounted: t.exposeBoolean('countsGpuLoads', {
      description:
        'Whether workspaces whose GPUs have had a load are left out. False if the gateway has no source of the load of GPUs, or the source does not answer: then only the last activity counts, and loads that are known from before.',
    }),
  }),
});

const WorkspaceTotals = builder.objectRef<Totals>('WorkspaceTotals').implement({
  description: 'Totals of a group of workspaces, over those that you may list.',
  fields: (t) => ({
    group: t.field({
      type: [WorkspaceGroup],
      description: 'Values that the workspaces have in common, one for each entry of `groupBy`, in its order.',
      resolve: ({ group }) => [...group],
    }),
    count: t.exposeInt('count', { description: 'Number of workspaces.' }),
    stateCounts: t.field({
      type: [WorkspaceStateCount],
      description: 'Number of workspaces per state. States without workspaces are left out.',
      resolve: ({ states }) => stateCountsOf(states),
    }),
    requests: t.field({
      type: [ResourceAmountType],
      description:
        'Sum of `resources.requests` of the workspaces that have a pod, sorted by resource. It is exact: only `value` has the precision of a double.',
      resolve: ({ requests }) => [...requests],
    }),
    idle: t.field({
      type: WorkspaceIdleTotals,
      description:
        'Totals of the RUNNING workspaces without activity, and without a load of their GPUs, for `inactiveForSeconds`. Those without known activity do not count. A subscription computes them at least every minute.',
      args: {
        inactiveForSeconds: t.arg.int({
          required: true,
          description: 'Seconds since the last activity, at least 0. BAD_REQUEST if it is negative.',
        }),
      },
      extensions: changesWithoutObjects(),
      resolve: (totals, { inactiveForSeconds: seconds }, { client }) => {
        if (seconds >= 0) return idleTotalsOf(totals, seconds, client.reader.gpuLoads);
        throw failure('BAD_REQUEST', `Expected inactiveForSeconds to be at least 0, got ${seconds}.`);
      },
    }),
  }),
});

const args = builder.args((t) => ({
  namespace: t.string({
    description: 'Namespace of the workspaces. Null for every namespace in which you may list workspaces.',
  }),
  filter: t.field({
    type: WorkspaceFilterInput,
    description: 'Filter for workspaces. Null for all that you may list.',
  }),
}));

builder.queryField('workspaceTotals', (t) =>
  t.field({
    type: [WorkspaceTotals],
    description:
      'Totals of the matching workspaces that you may list: one for each group, sorted by its values, or one of all without `groupBy`.',
    args: { ...args, ...groupingArgs },
    extensions: dependsOn(Pod, WorkspaceKind),
    resolve: async (_, { namespace, filter, ...grouped }, { client }) => {
      const grouping = groupingOf(grouped);
      const workspaces = await client.reader.lister(Workspace, namespace);
      const reads = { workspaces, related: client.reader };
      const { prepare, read } = await totalsReaderOf(client, reads, { namespace, filter, grouping });
      await prepare();
      const totals = read();
      // Without a filter, an index has counted them.
      const counted = filter ? totals.reduce((sum, { count }) => sum + count, 0) : 0;
      client.cost.add(totals.length + counted);
      return totals;
    },
  }),
);

builder.subscriptionField('workspaceTotals', (t) =>
  t.field({
    type: [WorkspaceTotals],
    description:
      'Sends the totals, and again when they have changed, at most once a second. Ends with FORBIDDEN if the permission is revoked.',
    args: { ...args, ...groupingArgs },
    extensions: dependsOn(Pod, WorkspaceKind),
    subscribe: async (_, { namespace, filter, ...grouped }, { client }) => {
      const grouping = groupingOf(grouped);
      const workspaces = await client.reader.listerForWatch(Workspace, { namespace });
      const reads = { workspaces, related: client.reader.prefetchedForWatch() };
      const { prepare, read } = await totalsReaderOf(client, reads, { namespace, filter, grouping });
      const currentClock = await client.reader.unrestricted.derived(
        totalsClock(!reads.related.prefetched(Pod).seesNothing),
      );
      const visibility = client.reader.visibility.signature;
      const key = JSON.stringify([visibility, namespace ?? null, filter ?? null, grouping]);
      async function* results(signal: AbortSignal) {
        while (!signal.aborted) {
          await prepare();
          const readAt = performance.now();
          const clock = currentClock();
          const { tick } = clock;
          yield clock.shared(key, read);
          await clock.after(tick, signal);
          const pauseMs = readAt + MIN_INTERVAL_MS - performance.now();
          if (pauseMs > 0) await delay(pauseMs, undefined, { signal }).catch(() => undefined); // it has ended
        }
      }
      const { seesNothing } = workspaces;
      return new UnsharedSubscription(results, { isLog: false, isIncremental: false, visibility, seesNothing });
    },
    resolve: (totals) => totals,
  }),
);

const ofList = 'over those that you may list. See `Query.workspaceTotals`.';

builder.objectField(NamespaceType, 'totals', (t) =>
  t.field({
    type: [WorkspaceTotals],
    description: `Totals of the workspaces in the namespace, ${ofList}`,
    args: groupingArgs,
    extensions: dependsOn(Workspace, Pod, WorkspaceKind),
    resolve: ({ metadata }, grouped, { client }) =>
      totalsOfListed(client, client.reader.prefetched(Workspace).list(metadata.name), groupingOf(grouped)),
  }),
);

builder.objectField(WorkspaceKindType, 'totals', (t) =>
  t.field({
    type: [WorkspaceTotals],
    description: `Totals of the workspaces of this kind, ${ofList}`,
    args: groupingArgs,
    extensions: dependsOn(Workspace, Pod, WorkspaceKind),
    resolve: ({ metadata }, grouped, { client }) =>
      totalsOfListed(client, client.reader.prefetched(Workspace).byIndex('kind', metadata.name), groupingOf(grouped)),
  }),
);

builder.objectField(SpawnerOptionType, 'totals', (t) =>
  t.field({
    type: [WorkspaceTotals],
    description: `Totals of the workspaces that have the option in their spec, ${ofList}`,
    args: groupingArgs,
    extensions: dependsOn(Workspace, Pod, WorkspaceKind),
    resolve: ({ workspaceKind, list, spec }, grouped, { client }) => {
      const key = optionKeyOf(workspaceKind.metadata.name, spec.id ?? '');
      return totalsOfListed(client, client.reader.prefetched(Workspace).byIndex(list, key), groupingOf(grouped));
    },
  }),
);
