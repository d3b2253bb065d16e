import {
  NamespaceRowsDocument,
  ViewerPermissionsDocument,
  type ViewerPermissionsQuery,
} from '../../__generated__/graphql.ts';
import { NamespaceChoice } from '../../components/choice.tsx';
import { Fact } from '../../components/fact.tsx';
import { Icon } from '../../components/icon.tsx';
import { useLiveRows } from '../../data/use-live.ts';
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

/** Identity of the viewer, and their permissions in a namespace or in all of them. */
export function ViewerCard() {
  const chosen = query.value.get('namespace') ?? '';
  const { data, error } = usePolled(ViewerPermissionsDocument, { namespace: chosen === '' ? null : chosen });
  const viewer = data?.viewer;
  return (
    <section class="card" aria-labelledby="viewer">
      <h2 id="viewer">You</h2>
      <dl class="break">
        <Fact title="Name">{viewer?.name ?? '…'}</Fact>
        <Fact title="Groups">{viewer ? viewer.groups.join(', ') || 'none' : '…'}</Fact>
      </dl>
      <PermissionNamespace chosen={chosen} />
      {error !== undefined && <p class="error">{error}</p>}
      <ul class="permissions">
        {permissions.map(([field, title]) => (
          <PermissionItem key={field} title={title} isAllowed={viewer?.[field]} />
        ))}
      </ul>
    </section>
  );
}

function PermissionNamespace({ chosen }: { readonly chosen: string }) {
  const { rows } = useLiveRows(NamespaceRowsDocument, {});
  const names = rows.map(({ name }) => name).sort();
  return (
    <div class="row-line">
      Permissions in
      <NamespaceChoice label="Namespace of the permissions" all="all namespaces" value={chosen} names={names} />
    </div>
  );
}

interface PermissionItemProps {
  readonly title: string;
  /** Undefined until it is known. */
  readonly isAllowed: unknown;
}

function PermissionItem({ title, isAllowed }: PermissionItemProps) {
  const isKnown = isAllowed !== undefined;
  return (
    <li data-allowed={isAllowed}>
      <Icon name={isAllowed ? 'check' : isKnown ? 'lock' : 'more'} />
      {title}
      <span class="visually-hidden">{isAllowed ? ': yes' : isKnown ? ': no' : ': loading'}</span>
    </li>
  );
}
