import type { WorkspaceState } from '../../__generated__/graphql.ts';
import { compareTexts } from '../../data/sorting.ts';
import type { RowView } from './row-view.ts';

const sortFields = ['state', 'name', 'kind', 'size', 'gpu', 'namespace', 'activity'] as const;
export type SortField = (typeof sortFields)[number];

/** The selection of rows, as it is in the URL. */
export interface Filters {
  readonly states: readonly WorkspaceState[];
  readonly namespace: string;
  readonly kind: string;
  readonly search: string;
  readonly sort: SortField;
  readonly isDescending: boolean;
}

/** States, those that need attention first. */
export const states: readonly WorkspaceState[] = ['ERROR', 'PENDING', 'RUNNING', 'TERMINATING', 'PAUSED', 'UNKNOWN'];

/** Returns the filters of the URL. Unknown values are ignored. */
export function filtersOf(query: URLSearchParams): Filters {
  const chosen = new Set(query.get('state')?.toUpperCase().split(','));
  const sort = query.get('sort') ?? '';
  return {
    states: states.filter((state) => chosen.has(state)),
    namespace: query.get('namespace') ?? '',
    kind: query.get('kind') ?? '',
    search: query.get('q') ?? '',
    sort: sortFields.find((field) => field === sort.replace(/^-/u, '')) ?? 'name',
    isDescending: sort.startsWith('-'),
  };
}

/** Returns the rows that match everything but the states, which the chips count. */
export function matching(rows: readonly RowView[], { namespace, kind, search }: Filters): readonly RowView[] {
  const words = search.toLowerCase().split(/\s+/u).filter(Boolean);
  return rows.filter(
    ({ workspace, searchText }) =>
      (namespace === '' || workspace.namespaceName === namespace) &&
      (kind === '' || workspace.kindName === kind) &&
      words.every((word) => searchText.includes(word)),
  );
}

/** Returns the number of rows in each state. */
export function countStates(rows: readonly RowView[]): ReadonlyMap<WorkspaceState, number> {
  const counts = new Map<WorkspaceState, number>();
  for (const { workspace } of rows) counts.set(workspace.state, (counts.get(workspace.state) ?? 0) + 1);
  return counts;
}

/** Returns the rows in the chosen states, sorted. */
export function arranged(rows: readonly RowView[], filters: Filters): readonly RowView[] {
  const chosen =
    filters.states.length === 0 ? rows : rows.filter(({ workspace }) => filters.states.includes(workspace.state));
  const compare = comparisons[filters.sort];
  const sign = filters.isDescending ? -1 : 1;
  return [...chosen].sort((a, b) => sign * compare(a, b) || byName(a, b));
}

type Comparison = (a: RowView, b: RowView) => number;

const stateRank = new Map(states.map((state, index) => [state, index]));

const comparisons: Readonly<Record<SortField, Comparison>> = {
  state: (a, b) => (stateRank.get(a.workspace.state) ?? 0) - (stateRank.get(b.workspace.state) ?? 0),
  name: byName,
  kind: (a, b) => compareTexts(a.kindName, b.kindName) || compareTexts(a.image, b.image),
  size: (a, b) => compareTexts(a.size, b.size),
  gpu: (a, b) => a.gpus - b.gpus,
  namespace: (a, b) => compareTexts(a.workspace.namespaceName, b.workspace.namespaceName),
  activity: (a, b) => compareTexts(activityOf(a), activityOf(b)),
};

/** Compares by the text of the search, which begins with the display name in lower case. */
function byName(a: RowView, b: RowView): number {
  return compareTexts(a.searchText, b.searchText) || compareTexts(a.workspace.id, b.workspace.id);
}

function activityOf({ workspace }: RowView): string {
  return workspace.activity.lastActivityAt ?? '';
}
