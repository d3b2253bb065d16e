import type { Signal } from '@preact/signals';
import type { RefObject } from 'preact';
import { askFor } from '../../components/action-dialog.tsx';
import { navigate, workspacePath } from '../../router.ts';
import type { Permission } from '../../data/permissions.ts';
import { isApplicable } from './row-actions.tsx';
import type { RowView } from './row-view.ts';

interface TableKeysOptions {
  readonly rows: readonly RowView[];
  readonly activeIndex: number;
  readonly rowHeight: number;
  readonly viewport: RefObject<HTMLElement | null>;
  readonly activeId: Signal<string | undefined>;
  /** Id of the row that takes the focus when it is in the document. */
  readonly focusId: Signal<string | undefined>;
  readonly selected: Signal<ReadonlySet<string>>;
  /** By the ids of the workspaces. */
  readonly permissions: ReadonlyMap<string, Permission>;
}

/** Returns the handler of the keys of a focused row: arrows, Home, End and page keys move, Enter opens, Space selects. */
export function tableKeys(options: TableKeysOptions): (event: KeyboardEvent) => void {
  const { rows, activeIndex, rowHeight, viewport, selected, permissions } = options;
  const pageSize = Math.max(1, Math.floor((viewport.current?.clientHeight ?? 0) / rowHeight) - 2);
  const targets: Readonly<Record<string, number>> = {
    ArrowDown: activeIndex + 1,
    ArrowUp: activeIndex - 1,
    PageDown: activeIndex + pageSize,
    PageUp: activeIndex - pageSize,
    Home: 0,
    End: rows.length - 1,
  };
  return (event) => {
    const isOnRow = event.target instanceof HTMLElement && event.target.getAttribute('role') === 'row';
    const row = rows[activeIndex];
    if (!isOnRow || !row || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = targets[event.key];
    if (target !== undefined) moveTo(Math.min(Math.max(0, target), rows.length - 1), options);
    else if (event.key === 'Enter') navigate(workspacePath(row.workspace));
    else if (event.key === ' ') toggleId(selected, row.workspace.id);
    else if (event.key === 'Delete' && isApplicable('delete', row, permissions.get(row.workspace.id)))
      askFor('delete', [row.workspace]);
    else return;
    event.preventDefault();
  };
}

/** Selects a row, or removes it from the selection. */
export function toggleId(selected: Signal<ReadonlySet<string>>, id: string): void {
  const next = new Set(selected.value);
  if (!next.delete(id)) next.add(id);
  selected.value = next;
}

function moveTo(index: number, { rows, rowHeight, viewport, activeId, focusId }: TableKeysOptions): void {
  const id = rows[index]?.workspace.id;
  const element = viewport.current;
  if (!element || id === undefined) return;
  const headHeight = element.querySelector('.table-head')?.clientHeight ?? 0;
  const top = index * rowHeight;
  if (top < element.scrollTop) element.scrollTop = top;
  const overflow = top + rowHeight + headHeight - (element.scrollTop + element.clientHeight);
  if (overflow > 0) element.scrollTop += overflow;
  activeId.value = id;
  focusId.value = id;
}
