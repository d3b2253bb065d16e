import { askFor } from '../../components/action-dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { Menu, type MenuItem } from '../../components/menu.tsx';
import type { Permission } from '../../data/permissions.ts';
import { useStore, type WorkspaceRow } from '../../data/store.ts';
import { runTask, verbs, type Action } from '../../data/tasks.ts';
import { editPath, navigate } from '../../router.ts';
import { settings } from '../../settings.ts';
import type { RowView } from './row-view.ts';

/** Whether an action changes something. Unknown permissions are tried: the result says so if they are missing. */
export function isApplicable(
  action: Action,
  { workspace, transition }: RowView,
  permission: Permission | undefined,
): boolean {
  if (action === 'delete') return permission?.canDelete !== false && transition !== 'deleting';
  if (permission?.canUpdate === false || transition === 'deleting') return false;
  return action === 'start' ? workspace.paused : !workspace.paused;
}

/** Why an action is not offered, in the words of the cluster. */
export function deniedText(action: Action, namespace: string): string {
  return `The cluster does not allow you to ${action === 'delete' ? 'delete' : 'update'} workspaces in ${namespace}.`;
}

/** Connect links and actions of a row. Nothing is offered that the viewer may not do. */
export function RowActions({ row }: { readonly row: RowView }) {
  const store = useStore();
  const { workspace, transition } = row;
  const permission = store.permissions.byId.value.get(workspace.id);
  const isViewOnly = permission && !permission.canUpdate && !permission.canDelete;
  const toggle: Action = workspace.paused ? 'start' : 'pause';
  // The API refuses to start a workspace while its pod terminates.
  const isChanging = transition === 'deleting' || transition === 'pausing';
  const reason = deniedText('pause', workspace.namespaceName);
  return (
    <div class="row-actions">
      <Connect workspace={workspace} />
      {isViewOnly ? (
        <span class="view-only" title={reason}>
          <Icon name="lock" /> View only<span class="visually-hidden">. {reason}</span>
        </span>
      ) : (
        <>
          <button
            type="button"
            class="button action"
            disabled={!permission?.canUpdate || isChanging}
            title={isChanging ? 'Wait until the change in progress is made.' : undefined}
            onClick={() => (toggle === 'start' ? runTask(store, toggle, [workspace]) : askFor(toggle, [workspace]))}
          >
            <Icon name={toggle === 'start' ? 'play' : 'pause'} />
            {verbs[toggle].title}
          </button>
          <Menu
            label={`More actions for ${workspace.displayName}`}
            button={<Icon name="more" />}
            items={itemsOf(row, permission)}
          />
        </>
      )}
    </div>
  );
}

function itemsOf(row: RowView, permission: Permission | undefined): readonly MenuItem[] {
  const { workspace, transition } = row;
  const denied = (action: Action, isAllowed: boolean | undefined) => {
    if (isAllowed === false) return deniedText(action, workspace.namespaceName);
    return transition === 'deleting' ? 'The workspace is being deleted.' : undefined;
  };
  return [
    editItem(workspace, denied('restart', permission?.canUpdate)),
    {
      key: 'restart',
      content: (
        <>
          <Icon name="restart" /> Restart
        </>
      ),
      disabledReason:
        denied('restart', permission?.canUpdate) ?? (workspace.paused ? 'The workspace is paused.' : undefined),
      onSelect: () => askFor('restart', [workspace]),
    },
    {
      key: 'delete',
      content: (
        <>
          <Icon name="trash" /> Delete
        </>
      ),
      isDangerous: true,
      disabledReason: denied('delete', permission?.canDelete),
      onSelect: () => askFor('delete', [workspace]),
    },
  ];
}

function editItem(workspace: WorkspaceRow, disabledReason: string | undefined): MenuItem {
  const content = (
    <>
      <Icon name="edit" /> Edit
    </>
  );
  return { key: 'edit', content, disabledReason, onSelect: () => navigate(editPath(workspace)) };
}

/** Link to the service of a workspace, or a menu if it has several. */
function Connect({ workspace }: { readonly workspace: WorkspaceRow }) {
  const [service, ...others] = workspace.services;
  if (!service?.connectable) return null;
  if (others.length === 0)
    return (
      <a
        class="connect button"
        href={connectUrl(service.httpPath)}
        target="_blank"
        rel="noreferrer"
        title={service.displayName}
      >
        Connect <Icon name="external" />
      </a>
    );
  const items = workspace.services.map(({ portId, displayName, httpPath }) => ({
    key: portId,
    content: displayName,
    href: connectUrl(httpPath),
  }));
  return (
    <Menu
      label={`Connect to ${workspace.displayName}`}
      buttonClass="connect button"
      button={
        <>
          Connect <Icon name="chevron" />
        </>
      }
      items={items}
    />
  );
}

/** Returns the URL of a service: on the host of the page, unless the gateway names another one. */
export function connectUrl(httpPath: string): string {
  return `${settings.connectBaseUrl}${httpPath}`;
}
