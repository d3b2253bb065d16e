import type { ComponentChildren } from 'preact';
import type { ListState } from '../../../client/src/index.ts';

interface ListMessageProps {
  readonly state: ListState<unknown>;
  /** Content if the list is empty. */
  readonly children: ComponentChildren;
}

/** Replaces a list without rows: they are loading, cannot be loaded, or there are none. */
export function ListMessage({ state: { status, error }, children }: ListMessageProps) {
  if (status === 'failed')
    return (
      <div class="empty" role="alert">
        <h2>The list cannot be shown</h2>
        <p>{error?.message}</p>
      </div>
    );
  if (status === 'connecting')
    return (
      <div class="bones" aria-busy="true">
        <span class="visually-hidden">Loading…</span>
        {Array.from({ length: 3 }, (_, index) => (
          <div key={index} class="card">
            <span class="bone" />
            <span class="bone" />
            <span class="bone" />
          </div>
        ))}
      </div>
    );
  return <div class="empty">{children}</div>;
}
