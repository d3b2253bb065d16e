import { setTimeout as delay } from 'node:timers/promises';
import { builder } from '../../graphql/builder.ts';
import { failure } from '../../graphql/errors.ts';
import { changesWithoutObjects, dependsOn } from '../../graphql/field-dependencies.ts';
import { ResourceAmountType } from '../../graphql/resource-amount.ts';
import type { PrefetchedReader } from '../../viewer-client/reader.ts';
import type { ScopedLister } from '../../viewer-client/scoped-lister.ts';
import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { UnsharedSubscription } from '../../subscriptions/unshared-subscription.ts';
import { NamespaceType } from '../namespace/refs.ts';
import { Pod } from '../pod/resource.ts';
import { SpawnerOptionType } from '../workspace-kind/option.ts';
import { WorkspaceKindType } from '../workspace-kind/refs.ts';
import { WorkspaceKind } from '../workspace-kind/resource.ts';
import { type WorkspaceFilter, WorkspaceFilterInput, workspaceMatcher } from './filter.ts';
import { groupingArgs, groupingOf, WorkspaceGroup, type Grouping } from './grouping.ts';
import { optionKeyOf, Workspace, type WorkspaceObject } from './resource.ts';
import { stateCountsOf, WorkspaceStateCount } from './state-counts.ts';
import { MIN_INTERVAL_MS, totalsClock } from './totals-clock.ts';
import { totalsDerivation, type TotalsIndex } from './totals-index.ts';
import { contributionOf, idleTotalsOf, totalsOf, totalsOfContributions, type Tallies, type Totals } from './totals.ts';

const WorkspaceIdleTotals = builder.objectRef<ReturnType<typeof idleTotalsOf>>('WorkspaceIdleTotals').implement({
  description: 'Totals of the idle workspaces of a group.',
  fields: (t) => ({
    count: t.exposeInt('count', { description: 'Number of idle workspaces.' }),
    requests: t.field({
      type: [ResourceAmountType],
      description: 'Sum of their requests, sorted by resource.',
      resolve: ({ requests }) => requests,
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
        'Totals of the RUNNING workspaces without activity for `inactiveForSeconds`. Those without known activity do not count. A subscription computes them at least every minute.',
      args: {
        inactiveForSeconds: t.arg.int({
          required: true,
          description: 'Seconds since the last activity, at least 0. BAD_REQUEST if it is negative.',
        }),
      },
      extensions: changesWithoutObjects(),
      resolve: (totals, { inactiveForSeconds: seconds }) => {
        if (seconds >= 0) return idleTotalsOf(totals, seconds);
        throw failure('BAD_REQUEST', `Expected inactiveForSeconds to be at least 0, got ${seconds}.`);
      },
    }),
  }),
});

interface TotalsArgs {
  readonly namespace?: string | null | undefined;
  readonly filter?: WorkspaceFilter | null | undefined;
  readonly grouping: Grouping;
}

/** Objects that totals read, as far as one viewer sees them. */
interface TotalsReads {
  readonly workspaces: ScopedLister<WorkspaceObject>;
  readonly related: PrefetchedReader;
}

/** Returns a function that reads the totals at any later time. */
async function totalsReaderOf(client: ViewerClient, reads: TotalsReads, args: TotalsArgs): Promise<() => Totals[]> {
  const { workspaces, related } = reads;
  const { namespace, filter, grouping } = args;
  if (workspaces.seesNothing) return () => totalsOf(grouping, []);
  const indexes = await indexesFor(client, reads, args);
  if (!filter && indexes) return () => totalsOf(grouping, indexes.tallies());
  const contribution = (workspace: WorkspaceObject) =>
    indexes?.of(workspace.metadata.namespace ?? '')?.contributionOf(workspace) ??
    contributionOf(related, workspace, grouping);
  const matches = workspaceMatcher(filter, related, (workspace) => contribution(workspace).anyRequests);
  return () => {
    const matching = workspaces.list(namespace ?? undefined).filter(matches);
    return totalsOfContributions(matching.map(contribution), grouping);
  };
}

/** Indexes of the workspaces that one viewer sees. */
interface VisibleIndexes {
  /** Returns the index for a namespace. */
  readonly of: (namespace: string) => TotalsIndex | undefined;
  /** Returns the tallies of all visible namespaces. */
  readonly tallies: () => Tallies;
}

/**
 * Viewers who may not list pods see other requests and nodes than those who may, so there are two indexes. Undefined for
 * viewers who may read some WorkspaceKinds and not others: no index has the requests that they see.
 */
async function indexesFor(
  client: ViewerClient,
  { workspaces, related }: TotalsReads,
  { namespace, grouping }: TotalsArgs,
): Promise<VisibleIndexes | undefined> {
  const kindScope = related.prefetched(WorkspaceKind).fullScope;
  if (kindScope !== 'all' && kindScope.size > 0) return undefined;
  const podScope = related.prefetched(Pod).fullScope;
  const visible = namespace ? new Set([namespace]) : workspaces.fullScope;
  const seesPods = (name: string) => podScope === 'all' || podScope.has(name);
  const seesAllPods = podScope === 'all' || (visible !== 'all' && [...visible].every(seesPods));
  const indexOf = (readsPods: boolean) =>
    client.reader.derivedUnrestricted(totalsDerivation({ grouping, readsPods, readsKinds: kindScope === 'all' }));
  const withPods = podScope === 'all' || podScope.size > 0 ? await indexOf(true) : undefined;
  const withoutPods = seesAllPods ? undefined : await indexOf(false);
  const indexFor = (name: string) => (seesPods(name) ? withPods : withoutPods)?.();
  const whole = podScope === 'all' ? withPods : podScope.size === 0 ? withoutPods : undefined;
  return {
    of: indexFor,
    tallies: () => {
      if (visible === 'all' && whole) return whole().all;
      const names = visible === 'all' ? (withoutPods ?? withPods)?.().namespaces : visible;
      return [...(names ?? [])].flatMap((name) => [...(indexFor(name)?.talliesIn(name) ?? [])]);
    },
  };
}

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
      const totals = (await totalsReaderOf(client, reads, { namespace, filter, grouping }))();
      client.cost.add(totals.length);
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
      const read = await totalsReaderOf(client, reads, { namespace, filter, grouping });
      const currentClock = await client.reader.derivedUnrestricted(
        totalsClock(!reads.related.prefetched(Pod).seesNothing),
      );
      const visibility = client.reader.visibility.signature;
      const key = JSON.stringify([visibility, namespace ?? null, filter ?? null, grouping]);
      async function* results(signal: AbortSignal) {
        while (!signal.aborted) {
          const readAt = performance.now();
          const clock = currentClock();
          const { tick } = clock;
          yield clock.shared(key, read);
          await clock.after(tick, signal);
          const pauseMs = readAt + MIN_INTERVAL_MS - performance.now();
          if (pauseMs > 0) await delay(pauseMs, undefined, { signal }).catch(() => undefined); // it has ended
        }
      }
      return new UnsharedSubscription(results, { isLog: false, visibility, seesNothing: workspaces.seesNothing });
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

function totalsOfListed(client: ViewerClient, workspaces: readonly WorkspaceObject[], grouping: Grouping): Totals[] {
  return totalsOfContributions(
    workspaces.map((workspace) => contributionOf(client.reader, workspace, grouping)),
    grouping,
  );
}
