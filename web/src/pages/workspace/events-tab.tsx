import { WorkspaceEventsDocument, type WorkspaceDetailsFragment } from '../../__generated__/graphql.ts';
import { RelativeTime } from '../../components/relative-time.tsx';
import { useLiveObject } from '../../data/use-live.ts';

/** Kubernetes events of the workspace and its pod, the newest first. */
export function EventsTab({ workspace }: { readonly workspace: WorkspaceDetailsFragment }) {
  const { namespaceName: namespace, name } = workspace;
  const { data, error } = useLiveObject(WorkspaceEventsDocument, { namespace, name });
  const events = data?.workspace?.events;
  if (!events) return <p class="muted">{error?.message ?? 'Loading…'}</p>;
  if (events.length === 0)
    return <p class="muted">{error?.message ?? 'There are no events. The cluster keeps them for about an hour.'}</p>;
  return (
    <ol class="events card">
      {events.map(({ id, type, reason, message, count, lastAt, source, involvedObject }) => (
        <li key={id} data-type={type}>
          <span class="event-time">
            <RelativeTime time={lastAt} />
          </span>
          <span>
            <span class="row-line">
              <strong>{reason}</strong>
              {type === 'WARNING' && <span class="tag warning">warning</span>}
              {count > 1 && <span class="tag">×{count}</span>}
            </span>
            <span class="break">{message}</span>
            <small class="muted">
              {involvedObject.kind} {involvedObject.name}
              {source && ` · ${source}`}
            </small>
          </span>
        </li>
      ))}
    </ol>
  );
}
