import { useStore } from '../../data/store.ts';
import { navigate } from '../../router.ts';

interface EmptyListProps {
  /** Whether there are rows that the filters hide. */
  readonly isFiltered: boolean;
  /** Whether all rows are loaded. */
  readonly isSettled: boolean;
}

/** Why the table is empty, and what to do about it. */
export function EmptyList({ isFiltered, isSettled }: EmptyListProps) {
  const { identity, workspaces } = useStore();
  const { status, error } = workspaces.state.value;
  const name = identity.value?.viewer.name ?? 'You';
  const isForbidden = status === 'failed' && error?.code === 'FORBIDDEN';
  if (isFiltered)
    return (
      <div class="empty">
        <h2>No workspace matches these filters</h2>
        <button type="button" class="button" onClick={() => navigate('./')}>
          Clear the filters
        </button>
      </div>
    );
  if (status === 'failed' && !isForbidden)
    return (
      <div class="empty" role="alert">
        <h2>The workspaces cannot be shown</h2>
        <p>{error?.message}</p>
      </div>
    );
  if (!isSettled) return <div class="empty" />;
  return (
    <div class="empty">
      <h2>There are no workspaces that you may see</h2>
      <p>
        <strong>{name}</strong> sees the workspaces of all namespaces in which the cluster allows <code>list</code> of{' '}
        <code>workspaces.kubeflow.org</code>. Either there are none yet, or your account has no role in a namespace: its
        owner can add you, for example with the role <code>kubeflow-view</code>.
      </p>
    </div>
  );
}
