import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { createContext, type Context } from 'preact';
import { useContext } from 'preact/hooks';
import {
  FirstWorkspacesDocument,
  IdentityDocument,
  KindRowsDocument,
  WorkspaceRowsDocument,
  type IdentityQuery,
  type KindRowsSubscription,
  type WorkspaceRowFragment,
} from '../__generated__/graphql.ts';
import type { RowOf } from '../../../client/src/index.ts';
import { createCreationRights, type CreationRights } from './creation-rights.ts';
import { followRows, type LiveRows } from './live-list.ts';
import { createPermissions, type Permissions } from './permissions.ts';
import type { Session } from './session.ts';

/** Time after which a failed request for the identity is sent again. */
const RETRY_MS = 5_000;

export type WorkspaceRow = WorkspaceRowFragment;
export type KindRow = RowOf<KindRowsSubscription>;

/** State of the table of workspaces that is kept while another page is shown. */
interface TableState {
  /** Ids of the selected rows. */
  readonly selected: Signal<ReadonlySet<string>>;
  /** Id of the row that has the focus, or had it last. */
  readonly activeId: Signal<string | undefined>;
  /** Pixels that were scrolled, with the filters at that time. */
  scrolled: { readonly filters: string; readonly top: number };
}

/** State shared by all pages of a session. */
export interface Store {
  readonly session: Session;
  readonly workspaces: LiveRows<WorkspaceRow>;
  readonly kinds: ReadonlySignal<ReadonlyMap<string, KindRow>>;
  /** Rows of the list or, until it has a snapshot, the first ones. Undefined until either is loaded. */
  readonly rows: ReadonlySignal<readonly WorkspaceRow[] | undefined>;
  /** Undefined until it is loaded. */
  readonly identity: ReadonlySignal<IdentityQuery | undefined>;
  readonly permissions: Permissions;
  readonly creationRights: CreationRights;
  readonly table: TableState;
  readonly dispose: () => void;
}

export function createStore(session: Session): Store {
  const kindRows = followRows(session, KindRowsDocument, {});
  const kinds = computed(() => new Map(kindRows.state.value.rows.map((kind) => [kind.name, kind])));
  const first = signal<readonly WorkspaceRow[] | undefined>(undefined);
  const ending = new AbortController();
  const after = session.request(FirstWorkspacesDocument, {}, ending.signal).then(
    (data) => (first.value = data.workspaces.nodes),
    () => undefined, // the list reports its own errors
  );
  const workspaces = followRows(session, WorkspaceRowsDocument, {}, { after });
  const rows = computed(() => {
    const { status, rows: list } = workspaces.state.value;
    return status === 'connecting' ? first.value : list;
  });
  const permissions = createPermissions(session);
  const creationRights = createCreationRights(session);
  return {
    session,
    workspaces,
    kinds,
    rows,
    identity: loadIdentity(session, ending.signal),
    permissions,
    creationRights,
    table: { selected: signal(new Set()), activeId: signal(undefined), scrolled: { filters: '', top: 0 } },
    dispose: () => {
      ending.abort();
      workspaces.stop();
      kindRows.stop();
      permissions.dispose();
      creationRights.dispose();
      session.dispose();
    },
  };
}

/** Asks who the viewer is, again after each failure. */
function loadIdentity(session: Session, end: AbortSignal): Store['identity'] {
  const identity = signal<IdentityQuery | undefined>(undefined);
  const load = () =>
    void session.request(IdentityDocument, {}, end).then(
      (data) => (identity.value = data),
      () => end.aborted || setTimeout(load, RETRY_MS),
    );
  load();
  return identity;
}

export const StoreContext = createContext<Store | undefined>(undefined);

export function useStore(): Store {
  return useNearest(StoreContext);
}

/** Returns the value of the nearest provider of a context around a component. @throws {TypeError} if there is none */
export function useNearest<T>(context: Context<T | undefined>): T {
  const value = useContext(context);
  if (value === undefined) throw new TypeError('Expected a provider of the context around this component, got none.');
  return value;
}
