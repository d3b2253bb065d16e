import type { Signal } from '@preact/signals';
import type { ComponentProps } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { KindIcon } from '../../components/kind-icon.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { navigate, workspacePath } from '../../router.ts';
import { RowActions } from './row-actions.tsx';
import type { RowView } from './row-view.ts';

interface TableRowProps {
  readonly row: RowView;
  readonly index: number;
  readonly isActive: boolean;
  readonly isSelected: boolean;
  /** Whether changes flash: not while a list is loaded. */
  readonly isFlashing: boolean;
  /** Id of the row that has the focus. */
  readonly activeId: Signal<string | undefined>;
  readonly focusId: Signal<string | undefined>;
  readonly onSelect: (id: string) => void;
}

/** One workspace. It changes in place, and flashes once for each change. */
export function TableRow(props: TableRowProps) {
  const { row, index, isActive, isSelected, isFlashing, activeId, focusId, onSelect } = props;
  const { workspace } = row;
  const ref = useRef<HTMLDivElement>(null);
  // The arrow keys move between rows, so the Tab key stops at the controls of one row only.
  const tabIndex = isActive ? undefined : -1;
  useFlash(ref, workspace, isFlashing);
  useEffect(() => {
    if (focusId.value !== workspace.id) return;
    focusId.value = undefined;
    ref.current?.focus({ preventScroll: true });
  }, [focusId.value, workspace.id]);
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the table handles the keys of its rows
    <div
      ref={ref}
      role="row"
      class="table-row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      tabIndex={isActive ? 0 : -1}
      onFocusIn={() => {
        activeId.value = workspace.id;
      }}
      onClick={(event) => openUnlessControl(event, workspacePath(workspace))}
    >
      <span role="cell" class="cell-select">
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={`Select ${workspace.displayName}`}
          checked={isSelected}
          onChange={() => onSelect(workspace.id)}
        />
      </span>
      <RowCells row={row} tabIndex={tabIndex} />
      <span role="cell" class="cell-actions">
        <RowActions row={row} tabIndex={tabIndex} />
      </span>
    </div>
  );
}

/** Shows a page for a click on a row, but not for one on its controls, or for the end of a text selection. */
function openUnlessControl({ target }: MouseEvent, to: string): void {
  const isControl = target instanceof Element && target.closest('a, button, input, label, [popover]');
  const isSelecting = getSelection()?.isCollapsed === false;
  if (!isControl && !isSelecting) navigate(to);
}

function RowCells({ row, tabIndex }: ComponentProps<typeof RowActions>) {
  const { workspace, size, resources, gpus, transition, reason } = row;
  return (
    <>
      <span role="cell" class="cell-state">
        <StateBadge state={workspace.state} transition={transition} />
      </span>
      <span role="cell" class="cell-name">
        <a class="title" tabIndex={tabIndex} href={workspacePath(workspace)} data-page title={workspace.displayName}>
          {workspace.displayName}
        </a>
        <span class="subtitle">
          <span class="in-namespace">{workspace.namespaceName}/</span>
          {workspace.name}
        </span>
      </span>
      <span role="cell" class="cell-namespace">
        {workspace.namespaceName}
      </span>
      <KindCell row={row} />
      <span role="cell" class="cell-size">
        <span class="line">{size}</span>
        <span class="subtitle">
          {gpus > 0 && <span class="in-gpu">{gpus} GPU · </span>}
          {resources}
        </span>
      </span>
      <span role="cell" class="cell-gpu">
        {gpus > 0 ? <span class="gpu">{gpus} GPU</span> : <span class="muted">–</span>}
      </span>
      <span role="cell" class="cell-activity">
        <RelativeTime time={workspace.activity.lastActivityAt} />
      </span>
      <span role="cell" class="cell-reason" title={reason}>
        <span>{reason || (workspace.pendingRestart && 'Its image or size has been replaced: see Edit.')}</span>
      </span>
    </>
  );
}

function KindCell({ row: { kind, kindName, image } }: { readonly row: RowView }) {
  return (
    <span role="cell" class="cell-kind">
      <KindIcon url={kind?.icon.url} name={kindName} />
      <span>
        <span class="line">{kind ? kindName : <em>{kindName} (missing)</em>}</span>
        <span class="subtitle" title={image}>
          {image}
        </span>
      </span>
    </span>
  );
}

/** Flashes an element once when the value changes, unless the person prefers less motion. */
function useFlash(ref: { readonly current: HTMLElement | null }, value: unknown, isOn: boolean): void {
  const last = useRef(value);
  useEffect(() => {
    // The first rows of a query are replaced by equal ones of the list.
    const hasChanged = last.current !== value && JSON.stringify(last.current) !== JSON.stringify(value);
    last.current = value;
    if (!hasChanged || !isOn || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    ref.current?.animate({ backgroundColor: ['var(--flash)', 'transparent'] }, { duration: 1_600, easing: 'ease-out' });
  }, [value]);
}
