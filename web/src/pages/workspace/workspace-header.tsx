import type { WorkspaceDetailsFragment } from '../../__generated__/graphql.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { BackLink } from '../../components/back-link.tsx';
import { Heading } from '../../components/heading.tsx';
import { Icon } from '../../components/icon.tsx';
import { KindIcon } from '../../components/kind-icon.tsx';
import { Notice } from '../../components/notice.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { savedWarnings } from '../../data/saved-warnings.ts';
import { deniedText } from '../../data/permissions.ts';
import { editPath, tablePath, workspacePath } from '../../router.ts';
import { connectUrl } from '../workspaces/row-actions.tsx';
import { isEnding, transitionOf } from '../workspaces/row-view.ts';

interface WorkspaceHeaderProps {
  readonly workspace: WorkspaceDetailsFragment;
  /** Whether the connection is interrupted, so that the state is an earlier one. */
  readonly isStale: boolean;
}

export function WorkspaceHeader({ workspace, isStale }: WorkspaceHeaderProps) {
  const { displayName, namespaceName, name, kind, kindName } = workspace;
  return (
    <>
      <BackLink />
      <div class="details-head">
        <KindIcon url={kind?.icon.url} name={kind?.displayName ?? kindName} />
        <div class="details-title">
          <Heading>{displayName}</Heading>
          <p class="muted">
            <a href={tablePath({ namespace: namespaceName })} data-page>
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

function Actions({ workspace }: { readonly workspace: WorkspaceDetailsFragment }) {
  const { canUpdate, canDelete, paused, namespaceName } = workspace;
  const transition = transitionOf(workspace);
  return (
    <div class="details-actions">
      <ConnectLinks workspace={workspace} />
      {canUpdate ? (
        <>
          <ActionButton action={paused ? 'start' : 'pause'} target={workspace} isWaiting={isEnding(transition)} />
          <a class="button" href={editPath(workspace)} data-page>
            <Icon name="edit" /> Edit
          </a>
          {!paused && <ActionButton action="restart" target={workspace} isWaiting={isEnding(transition)} />}
        </>
      ) : (
        <span class="view-only" title={deniedText('update', namespaceName)}>
          <Icon name="lock" /> View only
        </span>
      )}
      {canDelete && <ActionButton action="delete" target={workspace} isWaiting={transition === 'deleting'} />}
    </div>
  );
}

function ConnectLinks({ workspace: { services } }: { readonly workspace: WorkspaceDetailsFragment }) {
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

/** Reasons for which the workspace does not run, and its replaced options. */
function Notices({ workspace }: { readonly workspace: WorkspaceDetailsFragment }) {
  const { state, stateMessage, stateHint, paused, imageConfig, podConfig } = workspace;
  const isFine = state === 'RUNNING' || (state === 'PAUSED' && paused);
  return (
    <>
      {!isFine && stateMessage && <Notice state={state}>{stateMessage}</Notice>}
      {stateHint && <Notice state="PENDING">{stateHint}</Notice>}
      {!(imageConfig.option && podConfig.option) && (
        <Notice state="PENDING">
          Its kind, image or size is missing: it cannot start or pause. Edit or delete it.
        </Notice>
      )}
      <SavedWarnings path={workspacePath(workspace)} />
      {workspace.pendingRestart && <ReplacedOptions workspace={workspace} />}
    </>
  );
}

/** Warnings of the API server about the workspace, if it was saved last. */
function SavedWarnings({ path }: { readonly path: string }) {
  const saved = savedWarnings.value;
  if (saved?.path !== path) return null;
  return (
    <>
      {saved.warnings.map((warning) => (
        <Notice key={warning} state="PENDING">
          Saved with a warning: {warning}
        </Notice>
      ))}
    </>
  );
}

/** A restart does not replace them: only the controller of the oldest version of the CRD does so while the workspace is paused. */
function ReplacedOptions({ workspace }: { readonly workspace: WorkspaceDetailsFragment }) {
  const steps = [...workspace.imageConfig.redirectChain, ...workspace.podConfig.redirectChain];
  return (
    <div class="notice" data-state="PENDING">
      <Icon name="edit" />
      <div>
        <strong>Replaced options: choose their replacements in Edit</strong>
        <ul>
          {steps.map(({ sourceId, targetId, target, message }) => (
            <li key={`${sourceId} ${targetId}`}>
              <code>{sourceId}</code> → <code>{targetId}</code> <bdi>{target && `(${target.displayName})`}</bdi>
              {message && `: ${message.text}`}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
