import { ActionButton } from '../../components/action-button.tsx';
import { askFor } from '../../components/action-dialog.tsx';
import { Icon, type IconName } from '../../components/icon.tsx';
import { Menu, type MenuItem } from '../../components/menu.tsx';
import { deniedText, type Permission } from '../../data/permissions.ts';
import { useStore, type WorkspaceRow } from '../../data/store.ts';
import type { Action } from '../../data/tasks.ts';
import { editPath, navigate } from '../../router.ts';
import { settings } from '../../settings.ts';
import { isEnding, type RowView } from './row-view.ts';

/** Whether an action has an effect. An unknown permission counts as granted: the result is an error if it is missing. */
export function isApplicable(
  action: Action,
  { workspace, transition }: RowView,
  permission: Permission | undefined,
): boolean {
  if (action === 'delete') return permission?.canDelete !== false && transition !== 'deleting';
  if (permission?.canUpdate === false || transition === 'deleting') return false;
  return action === 'start' ? workspace.paused : !workspace.paused;
}

interface RowActionsProps {
  readonly row: RowView;
  /** Place of the controls in the order of the Tab key. */
  readonly tabIndex: number | undefined;
}

/** Connect links and actions of a row. Actions that the viewer may not perform are not offered. */
export function RowActions({ row, tabIndex }: RowActionsProps) {
  const { workspace, transition } = row;
  const permission = useStore().permissions.byId.value.get(workspace.id);
  const isViewOnly = permission && !permission.canUpdate && !permission.canDelete;
  const reason = deniedText('update', workspace.namespaceName);
  return (
    <div class="row-actions">
      <Connect workspace={workspace} tabIndex={tabIndex} />
      {isViewOnly ? (
        <span class="view-only" title={reason}>
          <Icon name="lock" /> View only<span class="visually-hidden">. {reason}</span>
        </span>
      ) : (
        <>
          <ActionButton
            action={workspace.paused ? 'start' : 'pause'}
            target={workspace}
            isDisabled={!permission?.canUpdate}
            isWaiting={isEnding(transition)}
            buttonClass="button action"
            tabIndex={tabIndex}
          />
          <Menu
            tabIndex={tabIndex}
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
  const denied = (verb: 'update' | 'delete', isAllowed: boolean | undefined) => {
    if (isAllowed === false) return deniedText(verb, workspace.namespaceName);
    return transition === 'deleting' ? 'The workspace is being deleted.' : undefined;
  };
  const noUpdate = denied('update', permission?.canUpdate);
  return [
    {
      ...titled('edit', 'Edit'),
      disabledReason: noUpdate,
      onSelect: () => navigate(editPath(workspace)),
    },
    {
      ...titled('restart', 'Restart'),
      disabledReason: noUpdate ?? (workspace.paused ? 'The workspace is paused.' : undefined),
      onSelect: () => askFor('restart', [workspace]),
    },
    {
      ...titled('trash', 'Delete'),
      isDangerous: true,
      disabledReason: denied('delete', permission?.canDelete),
      onSelect: () => askFor('delete', [workspace]),
    },
  ];
}

function titled(key: IconName, title: string): MenuItem {
  const content = (
    <>
      <Icon name={key} /> {title}
    </>
  );
  return { key, content };
}

/** Link to the service of a workspace, or a menu if it has several. */
function Connect({ workspace, tabIndex }: Pick<RowActionsProps, 'tabIndex'> & { readonly workspace: WorkspaceRow }) {
  const [service, ...others] = workspace.services;
  if (!service?.connectable) return null;
  if (others.length === 0)
    return (
      <a
        class="connect button"
        tabIndex={tabIndex}
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
      tabIndex={tabIndex}
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
