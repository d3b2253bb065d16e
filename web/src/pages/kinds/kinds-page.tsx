import { useMemo } from 'preact/hooks';
import { KindCardsDocument, NamespaceOffersDocument } from '../../__generated__/graphql.ts';
import type { ListState } from '../../../../client/src/index.ts';
import { NamespaceChoice } from '../../components/choice.tsx';
import { ListMessage } from '../../components/list-message.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { sortedBy } from '../../data/sorting.ts';
import { useStore } from '../../data/store.ts';
import { useLiveRows } from '../../data/use-live.ts';
import { query } from '../../router.ts';
import { KindCard } from './kind-card.tsx';
import { countWorkspaces, type WorkspaceCounts } from './workspace-counts.ts';

/** Kinds of workspaces, and the offer of each namespace. */
export function KindsPage() {
  const namespace = query.value.get('namespace') ?? '';
  const list = useLiveRows(KindCardsDocument, { namespace, isChosen: namespace !== '' });
  const offers = useLiveRows(NamespaceOffersDocument, {});
  const counts = useWorkspaceCounts(namespace);
  const kinds = sortedBy(list.rows, ({ displayName }) => displayName);
  const namespaces = sortedBy(offers.rows, ({ name }) => name);
  return (
    <div class="page details" aria-busy={list.status === 'connecting'}>
      <PageTitle
        title="Kinds"
        about="Images and sizes of workspaces. Filter rules may change the offer of a namespace."
      >
        <NamespaceChoice value={namespace} names={namespaces.map(({ name }) => name)} />
      </PageTitle>
      {kinds.length === 0 ? (
        <NoKinds state={list} />
      ) : (
        kinds.map((kind) => (
          <KindCard
            key={kind.id}
            kind={kind}
            namespace={namespace}
            namespaces={offers.status === 'connecting' ? undefined : namespaces}
            counts={counts}
          />
        ))
      )}
    </div>
  );
}

function NoKinds({ state }: { readonly state: ListState<unknown> }) {
  return (
    <ListMessage state={state}>
      <h2>There are no kinds that you may see</h2>
      <p>
        An administrator creates them as <code>WorkspaceKind</code> objects. People with a role in a namespace see those
        that it is offered.
      </p>
    </ListMessage>
  );
}

/** Counts the workspaces of a namespace, or of all if it is empty. Undefined until they are loaded. */
function useWorkspaceCounts(namespace: string): WorkspaceCounts | undefined {
  const { status, rows } = useStore().workspaces.state.value;
  return useMemo(
    () => (status === 'connecting' ? undefined : countWorkspaces(rows, namespace)),
    [status, rows, namespace],
  );
}
