import { AccessHintDocument } from '../../__generated__/graphql.ts';
import { useStore } from '../../data/store.ts';
import { usePolled } from '../../data/use-polled.ts';
import { navigate } from '../../router.ts';

interface EmptyListProps {
  /** Whether there are rows that the filters hide. */
  readonly isFiltered: boolean;
}

/** Reason for which the table is empty when all rows are loaded, and a way to change it. */
export function EmptyList({ isFiltered }: EmptyListProps) {
  const { status, error } = useStore().workspaces.state.value;
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
  if (status === 'failed' && !isForbidden) return <NotShown message={error?.message} />;
  return <NoWorkspaces />;
}

function NotShown({ message }: { readonly message: string | undefined }) {
  return (
    <div class="empty" role="alert">
      <h2>The workspaces cannot be shown</h2>
      <p>{message}</p>
    </div>
  );
}

/** Distinguishes a viewer without permissions from a cluster without workspaces, also when either changes. */
function NoWorkspaces() {
  const { data, error } = usePolled(AccessHintDocument, {});
  if (!data) return error === undefined ? <div class="empty" /> : <NotShown message={error} />;
  const { name, accessHint } = data.viewer;
  return (
    <div class="empty">
      <h2>{accessHint === null ? 'There are no workspaces yet' : 'There are no workspaces that you may see'}</h2>
      <p class="break">
        {accessHint ?? `${name} may list workspaces. The first one appears here as soon as it is created.`}
      </p>
    </div>
  );
}
