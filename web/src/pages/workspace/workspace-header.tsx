import { askFor } from '../../components/action-dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { KindIcon } from '../../components/kind-icon.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { savedWarnings } from '../../data/saved-warnings.ts';
import { useStore } from '../../data/store.ts';
import { runTask, verbs, type Action } from '../../data/tasks.ts';
import { editPath, workspacePath } from '../../router.ts';
import { connectUrl, deniedText } from '../workspaces/row-actions.tsx';
import { transitionOf } from '../workspaces/row-view.ts';
import type { Details } from './workspace-page.tsx';

interface WorkspaceHeaderProps {
  readonly workspace: Details;
  /** Whether the connection is interrupted, so that the state is an earlier one. */
  readonly isStale: boolean;
}

export function WorkspaceHeader({ workspace, isStale }: WorkspaceHeaderProps) {
  const { displayName, namespaceName, name, kind, kindName } = workspace;
  return (
    <>
      <a class="back" href="./" data-page>
        <Icon name="back" /> All workspaces
      </a>
      <div class="details-head">
        <KindIcon url={kind?.icon.url} name={kind?.displayName ?? kindName} />
        <div class="details-title">
          <h1 tabIndex={-1}>{displayName}</h1>
          <p class="muted">
            <a href={`./?namespace=${encodeURIComponent(namespaceName)}`} data-page>
              {namespaceName}
            </a>
            /{name}
          </p>
        </div>
        <StateBadge state={workspace.state} transition={transitionOf(workspace)} />
        {isStale && <span class="muted">reconnecting…</span>}
        <Actions workspace={workspace} />
      </div>
      <Notices workspace={workspace} />
    </>
  );
}

function Actions({ workspace }: { readonly workspace: Details }) {
  const store = useStore();
  const { canUpdate, canDelete, paused, namespaceName } = workspace;
  const transition = transitionOf(workspace);
  const toggle: Action = paused ? 'start' : 'pause';
  const isChanging = transition === 'deleting' || transition === 'pausing';
  return (
    <div class="details-actions">
      <ConnectLinks workspace={workspace} />
      {canUpdate ? (
        <>
          <ActionButton
            action={toggle}
            isDisabled={isChanging}
            onClick={() => (toggle === 'start' ? runTask(store, toggle, [workspace]) : askFor(toggle, [workspace]))}
          />
          <a class="button" href={editPath(workspace)} data-page>
            <Icon name="edit" /> Edit
          </a>
          {!paused && (
            <ActionButton action="restart" isDisabled={isChanging} onClick={() => askFor('restart', [workspace])} />
          )}
        </>
      ) : (
        <span class="view-only" title={deniedText('pause', namespaceName)}>
          <Icon name="lock" /> View only
        </span>
      )}
      {canDelete && (
        <ActionButton
          action="delete"
          isDisabled={transition === 'deleting'}
          onClick={() => askFor('delete', [workspace])}
        />
      )}
    </div>
  );
}

function ConnectLinks({ workspace: { services } }: { readonly workspace: Details }) {
  const links = services.filter(({ connectable }) => connectable);
  return (
    <>
      {links.map(({ portId, displayName, httpPath }) => (
        <a key={portId} class="button primary" href={connectUrl(httpPath)} target="_blank" rel="noreferrer">
          {displayName} <Icon name="external" />
        </a>
      ))}
    </>
  );
}

const icons = { start: 'play', pause: 'pause', restart: 'restart', delete: 'trash' } as const;

interface ActionButtonProps {
  readonly action: Action;
  readonly isDisabled: boolean;
  readonly onClick: () => void;
}

function ActionButton({ action, isDisabled, onClick }: ActionButtonProps) {
  return (
    <button
      type="button"
      class={`button ${action === 'delete' ? 'danger' : ''}`}
      disabled={isDisabled}
      title={isDisabled ? 'Wait until the change in progress is made.' : undefined}
      onClick={onClick}
    >
      <Icon name={icons[action]} /> {verbs[action].title}
    </button>
  );
}

/** Why the workspace does not run, and what a restart would change. */
function Notices({ workspace }: { readonly workspace: Details }) {
  const { state, stateMessage, stateHint, paused } = workspace;
  const isFine = state === 'RUNNING' || (state === 'PAUSED' && paused);
  return (
    <>
      {!isFine && stateMessage && (
        <p class="notice" data-state={state}>
          <Icon name="alert" />
          <span>{stateMessage}</span>
        </p>
      )}
      {stateHint && (
        <p class="notice" data-state="PENDING">
          <Icon name="alert" />
          <span>{stateHint}</span>
        </p>
      )}
      <SavedWarnings path={workspacePath(workspace)} />
      {workspace.pendingRestart && <PendingRestart workspace={workspace} />}
    </>
  );
}

/** What the API server has warned of when the workspace was saved. */
function SavedWarnings({ path }: { readonly path: string }) {
  const saved = savedWarnings.value;
  if (saved?.path !== path) return null;
  return (
    <>
      {saved.warnings.map((warning) => (
        <p key={warning} class="notice" data-state="PENDING">
          <Icon name="alert" />
          <span>Saved with a warning: {warning}</span>
        </p>
      ))}
    </>
  );
}

function PendingRestart({ workspace }: { readonly workspace: Details }) {
  const steps = [...workspace.imageConfig.redirectChain, ...workspace.podConfig.redirectChain];
  return (
    <div class="notice" data-state="PENDING">
      <Icon name="restart" />
      <div>
        <strong>{workspace.paused ? 'The next start' : 'A restart'} replaces options</strong>
        <ul>
          {steps.map(({ sourceId, targetId, target, message }) => (
            <li key={`${sourceId} ${targetId}`}>
              <code>{sourceId}</code> → <code>{targetId}</code>
              {target && ` (${target.displayName})`}
              {message && <span>: {message.text}</span>}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
