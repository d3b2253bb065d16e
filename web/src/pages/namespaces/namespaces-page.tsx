import { useMemo } from 'preact/hooks';
import {
  NamespaceRowsDocument,
  type NamespaceRowsSubscription,
  type WorkspaceState,
} from '../../__generated__/graphql.ts';
import type { RowOf } from '../../../../client/src/index.ts';
import { ListMessage } from '../../components/list-message.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { Search } from '../../components/search.tsx';
import { StateCounts } from '../../components/state-counts.tsx';
import { sortedBy } from '../../data/sorting.ts';
import { useStore } from '../../data/store.ts';
import { useLiveRows } from '../../data/use-live.ts';
import { namespacePath, query } from '../../router.ts';

type CountsByState = ReadonlyMap<WorkspaceState, number>;

/** Namespaces, with the number of workspaces in each state. */
export function NamespacesPage() {
  const { workspaces } = useStore();
  const list = useLiveRows(NamespaceRowsDocument, {});
  const search = query.value.get('q') ?? '';
  const { status, rows } = workspaces.state.value;
  const counts = useMemo(() => (status === 'connecting' ? undefined : countByNamespace(rows)), [status, rows]);
  const found = list.rows.filter(({ name }) => name.includes(search.trim().toLowerCase()));
  const shown = sortedBy(found, ({ name }) => name);
  return (
    <div class="page details" aria-busy={list.status === 'connecting'}>
      <PageTitle title="Namespaces" about="Namespaces that you may see. Each count leads to the workspaces.">
        <Search label="Search namespaces by name" value={search} />
      </PageTitle>
      {list.rows.length === 0 ? (
        <ListMessage state={list}>
          <h2>There are no namespaces that you may see</h2>
          <p>Your account has no role in a namespace. The owner of one can add you.</p>
        </ListMessage>
      ) : (
        <ul class="namespaces card">
          {shown.map((namespace) => (
            <NamespaceItem
              key={namespace.id}
              namespace={namespace}
              counts={counts && (counts.get(namespace.name) ?? new Map())}
            />
          ))}
          {shown.length === 0 && <li class="muted">No namespace matches “{search}”.</li>}
        </ul>
      )}
    </div>
  );
}

interface NamespaceItemProps {
  readonly namespace: RowOf<NamespaceRowsSubscription>;
  /** Undefined until they are loaded. */
  readonly counts: CountsByState | undefined;
}

function NamespaceItem({ namespace: { name, phase }, counts }: NamespaceItemProps) {
  return (
    <li>
      <div class="row-line">
        <a class="title" href={namespacePath(name)} data-page>
          {name}
        </a>
        {phase === 'TERMINATING' && <span class="tag warning">is being deleted</span>}
      </div>
      <StateCounts namespace={name} counts={counts} />
    </li>
  );
}

interface CountedRow {
  readonly namespaceName: string;
  readonly state: WorkspaceState;
}

function countByNamespace(rows: readonly CountedRow[]): ReadonlyMap<string, CountsByState> {
  const counts = new Map<string, Map<WorkspaceState, number>>();
  for (const { namespaceName, state } of rows) {
    const ofNamespace = counts.get(namespaceName) ?? new Map<WorkspaceState, number>();
    ofNamespace.set(state, (ofNamespace.get(state) ?? 0) + 1);
    counts.set(namespaceName, ofNamespace);
  }
  return counts;
}
