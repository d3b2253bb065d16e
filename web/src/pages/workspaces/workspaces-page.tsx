import { useComputed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { useTitle } from '../../components/use-title.ts';
import { useStore } from '../../data/store.ts';
import { query } from '../../router.ts';
import { BulkBar } from './bulk-bar.tsx';
import { EmptyList } from './empty-list.tsx';
import { arranged, countStates, filtersOf, matching } from './filters.ts';
import { createRowViews } from './row-view.ts';
import { Toolbar } from './toolbar.tsx';
import { WorkspaceTable } from './workspace-table.tsx';

/** The table of all workspaces that the viewer may list. */
export function WorkspacesPage() {
  const store = useStore();
  useTitle('');
  const { selected } = store.table;
  const viewOf = useComputed(() => createRowViews(store.kinds.value));
  const all = useComputed(() => store.rows.value?.map(viewOf.value));
  const filters = useComputed(() => filtersOf(query.value));
  const matched = useComputed(() => matching(all.value ?? [], filters.value));
  const counts = useComputed(() => countStates(matched.value));
  const rows = useComputed(() => arranged(matched.value, filters.value));
  const chosen = useComputed(() => rows.value.filter(({ workspace }) => selected.value.has(workspace.id)));
  const namespaces = useMemo(
    () => [...new Set(all.value?.map(({ workspace }) => workspace.namespaceName))].sort(),
    [all.value],
  );
  const isCounted = store.workspaces.state.value.status !== 'connecting';
  // The first rows may have none that the filters show.
  const isLoading = !isCounted && rows.value.length === 0;
  return (
    <div class="page">
      <Toolbar
        filters={filters.value}
        counts={counts.value}
        total={matched.value.length}
        namespaces={namespaces}
        kinds={store.kinds.value}
        isCounted={isCounted}
      />
      {isLoading || rows.value.length > 0 ? (
        <WorkspaceTable rows={rows.value} filters={filters.value} selected={selected} isLoading={isLoading} />
      ) : (
        <EmptyList isFiltered={(all.value?.length ?? 0) > 0} />
      )}
      <BulkBar rows={chosen.value} selected={selected} />
    </div>
  );
}
