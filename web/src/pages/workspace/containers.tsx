import type { ContainerDetailsFragment, WorkspaceDetailsFragment } from '../../__generated__/graphql.ts';
import { RelativeTime } from '../../components/relative-time.tsx';

export function Containers({ workspace }: { readonly workspace: WorkspaceDetailsFragment }) {
  const { pod } = workspace;
  const failed = pod?.conditions.filter(({ status, message }) => status !== 'TRUE' && message) ?? [];
  return (
    <section class="card">
      <h2>Pod and containers</h2>
      {pod ? (
        <p class="muted">
          <code>{pod.name}</code> {pod.phase && `· ${pod.phase.toLowerCase()}`}
          {pod.startedAt && (
            <>
              {' '}
              · started <RelativeTime time={pod.startedAt} />
            </>
          )}
        </p>
      ) : (
        <p class="muted">There is no pod{workspace.paused ? ' while the workspace is paused' : ''}.</p>
      )}
      <ul class="rows">
        {failed.map(({ type, reason, message }) => (
          <li key={type}>
            <strong>{type}</strong> <span class="warning">{reason}</span>
            <p class="muted break">{message}</p>
          </li>
        ))}
        {[...(pod?.initContainerStatuses ?? []), ...(pod?.containerStatuses ?? [])].map((container) => (
          <Container key={container.name} container={container} />
        ))}
      </ul>
    </section>
  );
}

const stateTones = { RUNNING: 'RUNNING', WAITING: 'PENDING', TERMINATED: 'PAUSED', UNKNOWN: 'UNKNOWN' } as const;

function Container({ container }: { readonly container: ContainerDetailsFragment }) {
  const { name, image, state, restartCount, lastTermination } = container;
  const isFailing = /back-?off|error|oom/iu.test(state.reason ?? '') || (state.exitCode ?? 0) !== 0;
  return (
    <li>
      <div class="row-line">
        <strong>{name}</strong>
        <span class="badge" data-state={isFailing ? 'ERROR' : stateTones[state.name]}>
          {state.reason ?? state.name.toLowerCase()}
        </span>
        {state.startedAt && state.name === 'RUNNING' && (
          <span class="muted">
            since <RelativeTime time={state.startedAt} />
          </span>
        )}
        {restartCount > 0 && (
          <span class="warning">
            {restartCount} restart{restartCount > 1 && 's'}
          </span>
        )}
      </div>
      {image && <small class="muted break">{image}</small>}
      {state.message && <p class="muted break">{state.message}</p>}
      {lastTermination && (
        <p class="muted">
          Last run ended <RelativeTime time={lastTermination.finishedAt} none="" />: {lastTermination.reason}
          {lastTermination.exitCode !== null && `, exit code ${lastTermination.exitCode}`}
        </p>
      )}
    </li>
  );
}
