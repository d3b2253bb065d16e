import {
  NamespaceRowsDocument,
  ViewerPermissionsDocument,
  type ViewerPermissionsQuery,
} from '../../__generated__/graphql.ts';
import { Choice } from '../../components/choice.tsx';
import { Icon } from '../../components/icon.tsx';
import { useLiveRows } from '../../data/use-live-rows.ts';
import { usePolled } from '../../data/use-polled.ts';
import { query } from '../../router.ts';

type Viewer = ViewerPermissionsQuery['viewer'];

const permissions: readonly (readonly [keyof Viewer, string])[] = [
  ['readWorkspaces', 'See workspaces'],
  ['createWorkspaces', 'Create workspaces'],
  ['updateWorkspaces', 'Pause, start and change workspaces'],
  ['deleteWorkspaces', 'Delete workspaces'],
  ['readLogs', 'Read logs'],
  ['readClaims', 'See volume claims'],
  ['createClaims', 'Create volume claims'],
  ['readSecrets', 'See secrets'],
  ['createSecrets', 'Create secrets'],
  ['updateKinds', 'Change kinds'],
];

/** Who the gateway takes the viewer for, and what the cluster allows them in a namespace or in all of them. */
export function ViewerCard() {
  const chosen = query.value.get('namespace') ?? '';
  const { data, error } = usePolled(ViewerPermissionsDocument, { namespace: chosen === '' ? null : chosen });
  const viewer = data?.viewer;
  return (
    <section class="card" aria-labelledby="viewer">
      <h2 id="viewer">You</h2>
      <dl>
        <div>
          <dt>Name</dt>
          <dd class="break">{viewer?.name ?? '…'}</dd>
        </div>
        <div>
          <dt>Groups</dt>
          <dd class="break">{viewer ? viewer.groups.join(', ') || 'none' : '…'}</dd>
        </div>
      </dl>
      <NamespaceChoice chosen={chosen} />
      {error !== undefined && <p class="error">{error}</p>}
      <ul class="permissions">
        {permissions.map(([field, title]) => (
          <PermissionItem key={field} title={title} isAllowed={viewer?.[field]} />
        ))}
      </ul>
    </section>
  );
}

function NamespaceChoice({ chosen }: { readonly chosen: string }) {
  const { rows } = useLiveRows(NamespaceRowsDocument, {});
  const names = rows.map(({ name }) => name).sort();
  return (
    <div class="row-line">
      Permissions in
      <Choice
        label="Namespace of the permissions"
        name="namespace"
        all="all namespaces"
        value={chosen}
        options={names.map((name) => [name, name] as const)}
      />
    </div>
  );
}

interface PermissionItemProps {
  readonly title: string;
  /** Undefined until it is known. */
  readonly isAllowed: unknown;
}

function PermissionItem({ title, isAllowed }: PermissionItemProps) {
  return (
    <li data-allowed={isAllowed}>
      <Icon name={isAllowed === true ? 'check' : 'lock'} />
      {title}
      <span class="visually-hidden">{isAllowed === undefined ? ': loading' : isAllowed ? ': yes' : ': no'}</span>
    </li>
  );
}
