import type { Signal } from '@preact/signals';
import { askFor } from '../../components/action-dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { useStore } from '../../data/store.ts';
import { verbs, type Action } from '../../data/tasks.ts';
import { numberText } from '../../data/resources.ts';
import { isApplicable } from './row-actions.tsx';
import type { RowView } from './row-view.ts';

const actions: readonly Action[] = ['pause', 'start', 'restart', 'delete'];

interface BulkBarProps {
  /** The selected rows that the filters show. */
  readonly rows: readonly RowView[];
  readonly selected: Signal<ReadonlySet<string>>;
}

/** Actions on the selected rows. Each is performed on the rows that it applies to. */
export function BulkBar({ rows, selected }: BulkBarProps) {
  const permissions = useStore().permissions.byId.value;
  if (rows.length === 0) return null;
  const targetsOf = (action: Action) =>
    rows.filter((row) => isApplicable(action, row, permissions.get(row.workspace.id)));
  return (
    <section class="bulk-bar" aria-label="Selected workspaces">
      <strong>{numberText(rows.length)} selected</strong>
      {actions.map((action) => {
        const targets = targetsOf(action);
        return (
          <button
            key={action}
            type="button"
            class={`button ${action === 'delete' ? 'danger' : ''}`}
            aria-disabled={targets.length === 0}
            onClick={() =>
              askFor(
                action,
                targets.map(({ workspace }) => workspace),
              )
            }
          >
            {verbs[action].title} {targets.length > 0 && targets.length < rows.length && numberText(targets.length)}
          </button>
        );
      })}
      <button
        type="button"
        class="button icon-button"
        aria-label="Clear the selection"
        onClick={() => {
          selected.value = new Set();
        }}
      >
        <Icon name="close" />
      </button>
    </section>
  );
}
