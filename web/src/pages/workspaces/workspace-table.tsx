import { useSignal, type Signal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from '../../components/icon.tsx';
import { rem, showsCards } from '../../components/screen.ts';
import { VirtualRows } from '../../components/virtual-rows.tsx';
import { useStore } from '../../data/store.ts';
import { query, setQuery } from '../../router.ts';
import type { Filters, SortField } from './filters.ts';
import type { RowView } from './row-view.ts';
import { tableKeys, toggleId } from './table-keys.ts';
import { TableRow } from './table-row.tsx';

/** Heights of a row and of a card, in rem. The style sheet has the same. */
const ROW_REM = 3.625;
const CARD_REM = 9;

interface WorkspaceTableProps {
  readonly rows: readonly RowView[];
  readonly filters: Filters;
  /** Ids of the selected rows. */
  readonly selected: Signal<ReadonlySet<string>>;
  readonly isLoading: boolean;
}

export function WorkspaceTable(props: WorkspaceTableProps) {
  const { rows, isLoading } = props;
  const viewport = useRef<HTMLDivElement>(null);
  return (
    <div class="table-frame">
      <div
        ref={viewport}
        class="table"
        role="table"
        aria-label="Workspaces"
        aria-rowcount={rows.length + 1}
        aria-busy={isLoading}
      >
        <HeaderRow {...props} />
        {isLoading ? <Placeholder /> : <Rows {...props} viewport={viewport} />}
      </div>
    </div>
  );
}

interface RowsProps extends WorkspaceTableProps {
  readonly viewport: RefObject<HTMLElement | null>;
}

function Rows({ rows, selected, viewport }: RowsProps) {
  const { permissions, workspaces, table } = useStore();
  const { activeId } = table;
  useEffect(markFirstRows, []);
  const scrolled = useScrolled(viewport);
  const focusId = useSignal<string | undefined>(undefined);
  const rowHeight = (showsCards.value ? CARD_REM : ROW_REM) * rem.value;
  const onRange = useCallback(
    (first: number, end: number) => permissions.watch(rows.slice(first, end).map(({ workspace }) => workspace.id)),
    [permissions, rows],
  );
  // The row after a removed one takes its place.
  const lastIndex = useRef(0);
  const foundIndex = rows.findIndex(({ workspace }) => workspace.id === activeId.value);
  const activeIndex = foundIndex === -1 ? Math.min(lastIndex.current, rows.length - 1) : foundIndex;
  lastIndex.current = activeIndex;
  const keys = { rows, activeIndex, rowHeight, viewport, activeId, focusId, selected };
  const onKeyDown = tableKeys({ ...keys, permissions: permissions.byId.value });
  return (
    <div role="presentation" onKeyDown={onKeyDown}>
      <VirtualRows items={rows} rowHeight={rowHeight} viewport={viewport} onRange={onRange} scrolled={scrolled}>
        {(row, index) => (
          <TableRow
            key={row.workspace.id}
            row={row}
            index={index}
            isActive={index === activeIndex}
            isSelected={selected.value.has(row.workspace.id)}
            isFlashing={workspaces.state.value.status === 'live'}
            activeId={activeId}
            focusId={focusId}
            onSelect={(id) => toggleId(selected, id)}
          />
        )}
      </VirtualRows>
    </div>
  );
}

/** Returns the pixels to scroll when the table is shown: those at which it was left, unless other filters were used. */
function useScrolled(viewport: RefObject<HTMLElement | null>): number {
  const { table } = useStore();
  const filters = query.value.toString();
  const scrolled = table.scrolled.filters === filters ? table.scrolled.top : 0;
  useLayoutEffect(() => {
    const element = viewport.current;
    if (element && table.scrolled.filters !== filters) element.scrollTop = 0;
    return () => {
      table.scrolled = { filters, top: element?.scrollTop ?? 0 };
    };
  }, [filters]);
  return scrolled;
}

/** Puts the time of the first rows into the performance timeline of the browser. */
function markFirstRows(): void {
  if (performance.getEntriesByName('first-rows').length === 0) performance.mark('first-rows');
}

const columns: readonly { readonly name: string; readonly title: string; readonly sort?: SortField }[] = [
  { name: 'state', title: 'State', sort: 'state' },
  { name: 'name', title: 'Workspace', sort: 'name' },
  { name: 'namespace', title: 'Namespace', sort: 'namespace' },
  { name: 'kind', title: 'Kind and image', sort: 'kind' },
  { name: 'size', title: 'Size', sort: 'size' },
  { name: 'gpu', title: 'GPU', sort: 'gpu' },
  { name: 'activity', title: 'Last active', sort: 'activity' },
  { name: 'reason', title: 'Message' },
];

function HeaderRow({ rows, filters, selected }: Pick<WorkspaceTableProps, 'rows' | 'filters' | 'selected'>) {
  const chosen = rows.filter(({ workspace }) => selected.value.has(workspace.id)).length;
  return (
    <div role="rowgroup" class="table-head">
      <div role="row" class="table-row" aria-rowindex={1}>
        <span role="columnheader" class="cell-select">
          <input
            type="checkbox"
            aria-label="Select all shown workspaces"
            checked={chosen > 0 && chosen === rows.length}
            ref={(box) => {
              if (box) box.indeterminate = chosen > 0 && chosen < rows.length;
            }}
            onChange={() => {
              selected.value = chosen === rows.length ? new Set() : new Set(rows.map(({ workspace }) => workspace.id));
            }}
          />
        </span>
        {columns.map((column) => (
          <ColumnHeader key={column.name} column={column} filters={filters} />
        ))}
        <span role="columnheader" class="cell-actions">
          <span class="visually-hidden">Actions</span>
        </span>
      </div>
    </div>
  );
}

function ColumnHeader({ column, filters }: { readonly column: (typeof columns)[number]; readonly filters: Filters }) {
  const { name, title, sort } = column;
  const isSorted = sort === filters.sort;
  const direction = filters.isDescending ? 'descending' : 'ascending';
  if (!sort)
    return (
      <span role="columnheader" class={`cell-${name}`}>
        {title}
      </span>
    );
  return (
    <span role="columnheader" class={`cell-${name}`} aria-sort={isSorted ? direction : 'none'}>
      <button
        type="button"
        class="sort"
        onClick={() => setQuery({ sort: isSorted && !filters.isDescending ? `-${sort}` : sort })}
      >
        {title}
        {isSorted && <Icon name={filters.isDescending ? 'down' : 'up'} />}
      </button>
    </span>
  );
}

/** Rows without content, of the same height as the loaded ones. */
function Placeholder() {
  return (
    <div role="rowgroup">
      {Array.from({ length: 12 }, (_, index) => (
        <div key={index} role="row" class="table-row">
          <span role="cell" />
          {columns.map(({ name }) => (
            <span key={name} role="cell" class={`cell-${name}`}>
              <span class="bone" />
            </span>
          ))}
        </div>
      ))}
    </div>
  );
}
