import { byNamespaceAndName } from '../../kubernetes/ordering.ts';
import { derivedValues } from '../../kubernetes/object-field.ts';
import type { PrefetchedReader } from '../../viewer-client/prefetched-reader.ts';
import type { ScopedLister } from '../../viewer-client/scoped-lister.ts';
import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { Pod } from '../pod/resource.ts';
import { workspaceMatcher, type WorkspaceFilter } from './filter.ts';
import type { Grouping } from './grouping.ts';
import {
  relatedFieldsDerivation,
  relatedFieldsFor,
  relatedViewIn,
  relatedViewOf,
  type RelatedView,
} from './related-fields.ts';
import type { WorkspaceObject } from './resource.ts';
import { totalsIndexFor } from './totals-index.ts';
import { totalsOf, totalsOfValues, type Totals } from './totals.ts';

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

/** Reads the totals, at any time. */
interface TotalsReader {
  /** Builds the indexes that a read needs, and lets other work run meanwhile. */
  readonly prepare: () => Promise<void> | undefined;
  readonly read: () => Totals[];
}

/** Returns a reader of the totals of the workspaces that match a filter, or of all that are visible. */
export function totalsReaderOf(client: ViewerClient, reads: TotalsReads, args: TotalsArgs): Promise<TotalsReader> {
  const { workspaces, related } = reads;
  if (workspaces.seesNothing)
    return Promise.resolve({ prepare: () => undefined, read: () => totalsOf(args.grouping, []) });
  const viewIn = relatedViewIn(related);
  return args.filter || !viewIn || workspaces.seesSmallPart
    ? filteredTotals(client, reads, args)
    : allTotals(client, reads, { ...args, viewIn });
}

/** Reads the totals of the workspaces that match a filter, or of a few, which are examined or found by indexes. */
async function filteredTotals(
  client: ViewerClient,
  { workspaces, related: reader }: TotalsReads,
  { namespace, filter, grouping }: TotalsArgs,
): Promise<TotalsReader> {
  const view = relatedViewOf(reader, namespace ? new Set([namespace]) : workspaces.fullScope);
  const kept = view && (await client.reader.unrestricted.derived(relatedFieldsDerivation(view)));
  const derived = relatedFieldsFor(reader);
  const related = () => kept?.().fields ?? derived;
  const selection = () => ({
    namespace: namespace ?? undefined,
    ordering: byNamespaceAndName,
    filter: workspaceMatcher(filter, reader, related()),
  });
  return {
    prepare: () => workspaces.prepare(selection(), () => client.cost.pause()),
    read: () => totalsOfValues(workspaces.select(selection()).values, grouping, related()),
  };
}

interface AllTotalsArgs extends TotalsArgs {
  readonly viewIn: (namespace: string) => RelatedView;
}

/**
 * Reads the totals of all visible workspaces from indexes. Viewers who may list pods in some namespaces only see other requests and nodes
 * there than elsewhere, so theirs are from two indexes.
 */
async function allTotals(
  client: ViewerClient,
  { workspaces, related: reader }: TotalsReads,
  { namespace, grouping, viewIn }: AllTotalsArgs,
): Promise<TotalsReader> {
  const visible = namespace ? new Set([namespace]) : workspaces.fullScope;
  const podScope = reader.prefetched(Pod).fullScope;
  const indexFor = async (view: RelatedView) => {
    const fields = await client.reader.unrestricted.derived(relatedFieldsDerivation(view));
    return () => totalsIndexFor(grouping, fields().fields);
  };
  const seesPods = podScope === 'all' || podScope.size > 0;
  const seesAllPods = podScope === 'all' || (visible !== 'all' && [...visible].every((name) => podScope.has(name)));
  const { readsKinds } = viewIn('');
  const withPods = seesPods ? await indexFor({ readsPods: true, readsKinds }) : undefined;
  const withoutPods = seesAllPods ? undefined : await indexFor({ readsPods: false, readsKinds });
  const definitions = () => [withPods, withoutPods].flatMap((definition) => definition?.() ?? []);
  return {
    prepare: () => workspaces.prepare({}, () => client.cost.pause(), definitions()),
    read: () => {
      const [index, other] = workspaces.indexesUnrestricted(definitions());
      if (!index) return totalsOf(grouping, []);
      if (visible === 'all' && !other) return totalsOf(grouping, index.all);
      const indexIn = (name: string) => (other && !viewIn(name).readsPods ? other : index);
      const names = visible === 'all' ? index.namespaces : visible;
      return totalsOf(
        grouping,
        [...names].flatMap((name) => [...indexIn(name).talliesIn(name)]),
      );
    },
  };
}

/** Returns the totals of workspaces that have been listed. Each costs 1, as they are grouped one by one. */
export function totalsOfListed(
  client: ViewerClient,
  workspaces: readonly WorkspaceObject[],
  grouping: Grouping,
): Totals[] {
  client.cost.add(workspaces.length);
  const values = workspaces.map((workspace) => derivedValues(workspace));
  return totalsOfValues(values, grouping, relatedFieldsFor(client.reader));
}
