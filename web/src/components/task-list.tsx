import { useState } from 'preact/hooks';
import { useStore, type WorkspaceRow } from '../data/store.ts';
import { dismissTask, isUnsent, ownTasks, tasks, verbs, type Task, type TaskItem } from '../data/tasks.ts';
import { Icon } from './icon.tsx';
import { StateBadge } from './state-badge.tsx';
import { numberText } from '../data/resources.ts';
import { useLeaveWarning } from './use-leave-warning.ts';

/** Actions of the person in progress and their results, announced to screen readers. */
export function TaskList() {
  useLeaveWarning(() => tasks.peek().some(isUnsent));
  return (
    <div class="tasks" role="log" aria-label="Actions" aria-live="polite">
      {ownTasks(useStore()).map((task) => (
        <TaskCard key={task.id} task={task} />
      ))}
    </div>
  );
}

function TaskCard({ task }: { readonly task: Task }) {
  const { id, action, items } = task;
  const { doing, title } = verbs[action];
  const count = (status: TaskItem['status']) => items.filter((item) => item.status === status).length;
  const [running, failed] = [count('running'), count('failed')];
  const status = running > 0 ? 'running' : failed > 0 ? 'failed' : 'done';
  const single = items.length === 1 ? items[0] : undefined;
  const subject = single ? single.target.displayName : `${numberText(items.length)} workspaces`;
  return (
    <section class="task" data-status={status}>
      <header>
        <StatusIcon status={status} />
        <strong>
          {running > 0 ? doing : title} <bdi>{subject}</bdi>
        </strong>
        <button type="button" class="button icon-button" aria-label="Dismiss" onClick={() => dismissTask(id)}>
          <Icon name="close" />
        </button>
      </header>
      {single ? (
        <p>{single.message || 'Waiting until the controller reports it…'}</p>
      ) : (
        <>
          <progress max={items.length} value={items.length - running} aria-label={`${doing} ${subject}`} />
          <p>
            {numberText(count('done'))} accepted{failed > 0 && `, ${numberText(failed)} failed`}
            {running > 0 && `, ${numberText(running)} in progress`}
          </p>
          <ItemList items={items} isOpen={failed > 0} />
        </>
      )}
    </section>
  );
}

/** Bound of the results in the document. The others are counted. */
const MAX_ITEMS = 100;

function ItemList({ items, isOpen }: { readonly items: readonly TaskItem[]; readonly isOpen: boolean }) {
  const [isShown, setShown] = useState(isOpen);
  return (
    <details open={isOpen} onToggle={({ currentTarget }) => setShown(currentTarget.open)}>
      <summary>Results</summary>
      {isShown && <Items items={items} />}
    </details>
  );
}

/** The results, those that failed first. */
function Items({ items }: { readonly items: readonly TaskItem[] }) {
  const sorted = items.toSorted((a, b) => ranks[a.status] - ranks[b.status]).slice(0, MAX_ITEMS);
  const ids = new Set(sorted.map(({ target }) => target.id));
  const rows = useStore().rows.value?.filter(({ id }) => ids.has(id));
  const rowsById = new Map(rows?.map((row) => [row.id, row]));
  return (
    <ul>
      {sorted.map((item) => (
        <Item key={item.target.id} item={item} row={rowsById.get(item.target.id)} />
      ))}
      {items.length > MAX_ITEMS && <li class="muted">and {numberText(items.length - MAX_ITEMS)} more</li>}
    </ul>
  );
}

const ranks = { failed: 0, running: 1, done: 2 } as const;

/** One workspace with its result and its observed state. */
function Item({ item, row }: { readonly item: TaskItem; readonly row: WorkspaceRow | undefined }) {
  const { target, status, message } = item;
  return (
    <li>
      <StatusIcon status={status} />
      <span>
        <bdi>{target.displayName}</bdi> <span class="muted">{target.namespaceName}</span>
        {message && <small>{message}</small>}
      </span>
      {row && status === 'done' && <StateBadge state={row.state} transition={undefined} />}
    </li>
  );
}

const statusTexts = { running: 'In progress', done: 'Done', failed: 'Failed' } as const;

function StatusIcon({ status }: { readonly status: TaskItem['status'] }) {
  return (
    <span class="status-icon" data-status={status} role="img" aria-label={statusTexts[status]}>
      {status === 'running' ? <span class="spinner" /> : <Icon name={status === 'done' ? 'check' : 'alert'} />}
    </span>
  );
}
